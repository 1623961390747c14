#include "config/value.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace monkafka::config {
namespace {

using services::ConfigDefinition;
using services::ConfigType;

std::unexpected<Error> Invalid(const ConfigDefinition& definition, std::string_view value,
                               std::string_view why) {
  return Fail(ErrorCode::kInvalidConfig, fmt::format("Invalid value {} for configuration {}: {}",
                                                     value, definition.name, why));
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::optional<int64_t> ToInteger(std::string_view text) {
  text = TrimBlanks(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Status ValidateInteger(const ConfigDefinition& definition, std::string_view text) {
  const std::optional<int64_t> value = ToInteger(text);
  const auto fits = [&](int64_t low, int64_t high) { return *value >= low && *value <= high; };
  const char* type = definition.type == ConfigType::kLong    ? "LONG"
                     : definition.type == ConfigType::kShort ? "SHORT"
                                                             : "INT";
  const bool in_type =
      value &&
      (definition.type == ConfigType::kLong ||
       (definition.type == ConfigType::kShort
            ? fits(std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max())
            : fits(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max())));
  if (!in_type) return Invalid(definition, text, fmt::format("Not a number of type {}", type));
  if (!definition.has_range) return {};
  if (static_cast<double>(*value) < definition.minimum) {
    return Invalid(
        definition, text,
        fmt::format("Value must be at least {}", static_cast<int64_t>(definition.minimum)));
  }
  if (static_cast<double>(*value) > definition.maximum) {
    return Invalid(
        definition, text,
        fmt::format("Value must be no more than {}", static_cast<int64_t>(definition.maximum)));
  }
  return {};
}

Status ValidateDouble(const ConfigDefinition& definition, std::string_view text) {
  text = TrimBlanks(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return Invalid(definition, text, "Not a number of type DOUBLE");
  }
  if (definition.has_range && (value < definition.minimum || value > definition.maximum)) {
    return Invalid(
        definition, text,
        fmt::format("Value must be between {} and {}", definition.minimum, definition.maximum));
  }
  return {};
}

Status ValidateWord(const ConfigDefinition& definition, std::string_view value,
                    std::string_view word) {
  if (definition.valid_words.empty() ||
      std::ranges::find(definition.valid_words, word) != definition.valid_words.end()) {
    return {};
  }
  return Invalid(definition, value,
                 fmt::format("String must be one of: {}", fmt::join(definition.valid_words, ", ")));
}

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

Status ValidateValue(const ConfigDefinition& definition, std::string_view value) {
  switch (definition.type) {
    case ConfigType::kBoolean:
      if (EqualsIgnoringCase(TrimBlanks(value), "true") ||
          EqualsIgnoringCase(TrimBlanks(value), "false")) {
        return {};
      }
      return Invalid(definition, value, "Expected value to be either true or false");
    case ConfigType::kInt:
    case ConfigType::kShort:
    case ConfigType::kLong:
      return ValidateInteger(definition, value);
    case ConfigType::kDouble:
      return ValidateDouble(definition, value);
    case ConfigType::kList:
      for (const std::string& word : ParseList(value)) {
        if (Status valid = ValidateWord(definition, value, word); !valid) return valid;
      }
      return {};
    case ConfigType::kString:
      return ValidateWord(definition, value, TrimBlanks(value));
    case ConfigType::kClass:
    case ConfigType::kPassword:
    case ConfigType::kUnknown:
      return {};
  }
  return {};
}

bool ParseBoolean(std::string_view value) { return EqualsIgnoringCase(TrimBlanks(value), "true"); }

int64_t ParseInteger(std::string_view value) { return ToInteger(value).value_or(0); }

double ParseDouble(std::string_view value) {
  value = TrimBlanks(value);
  double number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

std::vector<std::string> ParseList(std::string_view value) {
  std::vector<std::string> items;
  while (!value.empty()) {
    const size_t comma = value.find(',');
    const std::string_view item = TrimBlanks(value.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    if (comma == std::string_view::npos) break;
    value.remove_prefix(comma + 1);
  }
  return items;
}

}  // namespace monkafka::config
