// The broker's settings as they were given, checked against the table, and with defaults. Made once
// at start; immutable; readable from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/sources.h"
#include "services/config_definition.h"

namespace monkafka::config {

class Settings final : public services::ConfigTables {
 public:
  // Checks every value. INVALID_CONFIG names the first bad one and where it was given. Unknown keys
  // and keys without effect are no error: each gives a line in `warnings`.
  static Result<Settings> Make(SourcedValues given, std::vector<std::string>& warnings);

  // The effective value as text: as given, else the synonym's, else the default. CHECKs that the
  // key is in the table.
  std::string Text(std::string_view name) const;
  bool Boolean(std::string_view name) const;
  int64_t Integer(std::string_view name) const;
  int32_t Int32(std::string_view name) const { return static_cast<int32_t>(Integer(name)); }
  bool Given(std::string_view name) const { return given_.find(name) != given_.end(); }

  std::span<const services::ConfigDefinition> TopicDefinitions() const override;
  std::span<const services::ConfigDefinition> BrokerDefinitions() const override;
  const services::ConfigDefinition* FindTopic(std::string_view name) const override;
  const services::ConfigDefinition* FindBroker(std::string_view name) const override;
  Status Validate(const services::ConfigDefinition& definition,
                  std::string_view value) const override;
  std::optional<std::string> StaticBrokerValue(std::string_view name) const override;

 private:
  SourcedValues given_;
};

// "unknown setting 'x'; did you mean 'y'?"
std::string DescribeUnknownKey(std::string_view key);

}  // namespace monkafka::config
