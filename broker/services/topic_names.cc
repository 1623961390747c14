#include "services/topic_names.h"

#include <fmt/core.h>

#include <algorithm>

namespace monkafka::services {
namespace {

bool IsAllowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::unexpected<Error> Invalid(std::string reason) {
  return Fail(ErrorCode::kInvalidTopicException, "Topic name is invalid: " + std::move(reason));
}

}  // namespace

Status ValidateTopicName(std::string_view name) {
  if (name.empty()) return Invalid("the empty string is not allowed");
  if (name == "." || name == "..") return Invalid(fmt::format("'{}' is not allowed", name));
  if (name.size() > kMaxTopicNameLength) {
    return Invalid(fmt::format("the length of '{}' is longer than the max allowed length {}", name,
                               kMaxTopicNameLength));
  }
  if (!std::ranges::all_of(name, IsAllowed)) {
    return Invalid(
        fmt::format("'{}' contains one or more characters other than ASCII "
                    "alphanumerics, '.', '_' and '-'",
                    name));
  }
  return {};
}

std::string NameInMetrics(std::string_view name) {
  std::string changed(name);
  std::ranges::replace(changed, '.', '_');
  return changed;
}

}  // namespace monkafka::services
