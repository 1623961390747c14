// Which records a search looks for: all of its conditions must hold.
//
// Threads: a compiled matcher may be used from any. Matching allocates nothing and copies no bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "records/record.h"

namespace monkafka::services {

struct RecordCondition {
  enum class Field { kKey, kValue, kHeader };
  enum class Match {
    kExact,
    kPrefix,
    kContains,
    kRegex,  // RE2 syntax, over bytes; found anywhere unless it is anchored
  };

  Field field = Field::kValue;
  std::string header;  // which header; one of that name must match
  Match match = Match::kExact;
  std::string pattern;
  bool negate = false;  // it must not hold
};

class RecordMatcher {
 public:
  // INVALID_REQUEST, with the reason, for an expression that RE2 does not take.
  static Result<RecordMatcher> Compile(std::vector<RecordCondition> conditions);
  RecordMatcher(RecordMatcher&&) noexcept;
  RecordMatcher& operator=(RecordMatcher&&) noexcept;
  ~RecordMatcher();

  // A field that is null, or a header that is not there, matches nothing.
  bool Matches(const records::RecordView& record) const;

 private:
  struct Condition;
  explicit RecordMatcher(std::vector<Condition> conditions);

  std::vector<Condition> conditions_;
};

}  // namespace monkafka::services
