#include "services/record_matcher.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <cstring>
#include <optional>

namespace monkafka::services {

struct RecordMatcher::Condition {
  RecordCondition asked;
  std::unique_ptr<const RE2> regex;  // of kRegex

  bool Holds(std::string_view text) const {
    switch (asked.match) {
      case RecordCondition::Match::kExact:
        return text == asked.pattern;
      case RecordCondition::Match::kPrefix:
        return text.starts_with(asked.pattern);
      case RecordCondition::Match::kContains:
        return memmem(text.data(), text.size(), asked.pattern.data(), asked.pattern.size()) !=
               nullptr;
      case RecordCondition::Match::kRegex:
        return RE2::PartialMatch({text.data(), text.size()}, *regex);
    }
    return false;
  }
  bool Holds(const std::optional<Bytes>& field) const { return field && Holds(AsText(*field)); }

  bool HoldsFor(const records::RecordView& record) const {
    switch (asked.field) {
      case RecordCondition::Field::kKey:
        return Holds(record.key);
      case RecordCondition::Field::kValue:
        return Holds(record.value);
      case RecordCondition::Field::kHeader:
        for (const records::RecordHeader& header : record.headers) {
          if (header.key == asked.header && Holds(header.value)) return true;
        }
        return false;
    }
    return false;
  }
};

RecordMatcher::RecordMatcher(std::vector<Condition> conditions)
    : conditions_(std::move(conditions)) {}
RecordMatcher::RecordMatcher(RecordMatcher&&) noexcept = default;
RecordMatcher& RecordMatcher::operator=(RecordMatcher&&) noexcept = default;
RecordMatcher::~RecordMatcher() = default;

Result<RecordMatcher> RecordMatcher::Compile(std::vector<RecordCondition> conditions) {
  std::vector<Condition> compiled;
  compiled.reserve(conditions.size());
  for (RecordCondition& asked : conditions) {
    Condition& condition = compiled.emplace_back();
    condition.asked = std::move(asked);
    if (condition.asked.match != RecordCondition::Match::kRegex) continue;
    RE2::Options options(RE2::Latin1);  // values are bytes, not always UTF-8
    options.set_log_errors(false);
    options.set_never_capture(true);
    condition.regex = std::make_unique<const RE2>(condition.asked.pattern, options);
    if (condition.regex->ok()) continue;
    return Fail(ErrorCode::kInvalidRequest,
                fmt::format("'{}' is no regular expression: {}", condition.asked.pattern,
                            condition.regex->error()));
  }
  return RecordMatcher(std::move(compiled));
}

bool RecordMatcher::Matches(const records::RecordView& record) const {
  for (const Condition& condition : conditions_) {
    if (condition.HoldsFor(record) == condition.asked.negate) return false;
  }
  return true;
}

}  // namespace monkafka::services
