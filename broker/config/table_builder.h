// Rows of a settings table, one call each, so that a table reads as one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "services/config_definition.h"

namespace monkafka::config {

inline constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();
inline constexpr int64_t kMaxShort = std::numeric_limits<int16_t>::max();
inline constexpr int64_t kMaxLong = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kMinInt = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kMinLong = std::numeric_limits<int64_t>::min();

class TableBuilder {
 public:
  using Text = std::string_view;
  using Default = std::optional<std::string_view>;
  using Words = std::vector<std::string_view>;
  using Update = services::ConfigUpdate;

  // What the rows that follow are allowed to change.
  void BeginUpdate(Update update) { update_ = update; }

  void Boolean(Text name, Default value, Text synonym, Text documentation) {
    Add(name, services::ConfigType::kBoolean, value, synonym, documentation);
  }
  void String(Text name, Default value, Text synonym, Words words, Text documentation) {
    Add(name, services::ConfigType::kString, value, synonym, documentation).valid_words =
        std::move(words);
  }
  void List(Text name, Default value, Text synonym, Words words, Text documentation) {
    Add(name, services::ConfigType::kList, value, synonym, documentation).valid_words =
        std::move(words);
  }
  void Int(Text name, Default value, Text synonym, int64_t minimum, int64_t maximum,
           Text documentation) {
    Number(name, services::ConfigType::kInt, value, synonym, minimum, maximum, documentation);
  }
  void Short(Text name, Default value, Text synonym, int64_t minimum, int64_t maximum,
             Text documentation) {
    Number(name, services::ConfigType::kShort, value, synonym, minimum, maximum, documentation);
  }
  void Long(Text name, Default value, Text synonym, int64_t minimum, int64_t maximum,
            Text documentation) {
    Number(name, services::ConfigType::kLong, value, synonym, minimum, maximum, documentation);
  }
  void Double(Text name, Default value, Text synonym, double minimum, double maximum,
              Text documentation) {
    services::ConfigDefinition& row =
        Add(name, services::ConfigType::kDouble, value, synonym, documentation);
    row.has_range = true;
    row.minimum = minimum;
    row.maximum = maximum;
  }

  // The finished table, sorted by name.
  std::vector<services::ConfigDefinition> Take() {
    std::ranges::sort(rows_, {}, &services::ConfigDefinition::name);
    return std::move(rows_);
  }

 private:
  void Number(Text name, services::ConfigType type, Default value, Text synonym, int64_t minimum,
              int64_t maximum, Text documentation) {
    services::ConfigDefinition& row = Add(name, type, value, synonym, documentation);
    row.has_range = true;
    row.minimum = static_cast<double>(minimum);
    row.maximum = static_cast<double>(maximum);
  }
  services::ConfigDefinition& Add(Text name, services::ConfigType type, Default value, Text synonym,
                                  Text documentation) {
    services::ConfigDefinition& row = rows_.emplace_back();
    row.name = name;
    row.type = type;
    row.default_value = value;
    row.synonym = synonym;
    row.documentation = documentation;
    row.update = update_;
    return row;
  }

  std::vector<services::ConfigDefinition> rows_;
  Update update_ = Update::kReadOnly;
};

}  // namespace monkafka::config
