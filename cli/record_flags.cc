#include "cli/record_flags.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/failure.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using P = v1::Predicate;
using List = std::vector<std::string> PredicateFlags::*;

struct Kind {
  const char* option;
  const char* help;
  P::Field field;
  P::Match match;
  List list;
};

constexpr Kind kKinds[] = {
    {"--key", "The key is this", P::FIELD_KEY, P::MATCH_EXACT, &PredicateFlags::key},
    {"--key-prefix", "The key begins so", P::FIELD_KEY, P::MATCH_PREFIX,
     &PredicateFlags::key_prefix},
    {"--key-contains", "The key contains this", P::FIELD_KEY, P::MATCH_CONTAINS,
     &PredicateFlags::key_contains},
    {"--key-regex", "RE2 expression found in the key", P::FIELD_KEY, P::MATCH_REGEX,
     &PredicateFlags::key_regex},
    {"--value", "The value is this", P::FIELD_VALUE, P::MATCH_EXACT, &PredicateFlags::value},
    {"--value-prefix", "The value begins so", P::FIELD_VALUE, P::MATCH_PREFIX,
     &PredicateFlags::value_prefix},
    {"--value-contains", "The value contains this", P::FIELD_VALUE, P::MATCH_CONTAINS,
     &PredicateFlags::value_contains},
    {"--value-regex", "RE2 expression found in the value", P::FIELD_VALUE, P::MATCH_REGEX,
     &PredicateFlags::value_regex},
    {"--header", "A header has this value", P::FIELD_HEADER, P::MATCH_EXACT,
     &PredicateFlags::header},
    {"--header-prefix", "A header's value begins so", P::FIELD_HEADER, P::MATCH_PREFIX,
     &PredicateFlags::header_prefix},
    {"--header-contains", "A header's value contains this", P::FIELD_HEADER, P::MATCH_CONTAINS,
     &PredicateFlags::header_contains},
    {"--header-regex", "RE2 expression found in a header's value", P::FIELD_HEADER, P::MATCH_REGEX,
     &PredicateFlags::header_regex},
};

}  // namespace

void AddStartOptions(CLI::App* verb, StartFlags& flags) {
  auto* where = verb->add_option_group("Where to begin");
  where->add_flag("--from-beginning", flags.from_beginning, "At the first record");
  where->add_option("--offset", flags.offset, "At this offset")->check(NotNegative());
  where->add_option("--since", flags.since, "At the first record of this time or later")
      ->type_name("TIME");
  where->add_option("-n,--last", flags.last, "So many records before the end of each partition")
      ->check(NotNegative());
  where->require_option(0, 1);
}

void SetStart(const StartFlags& flags, v1::ReadStart* start) {
  if (flags.from_beginning) start->set_earliest(true);
  if (flags.offset) start->set_offset(*flags.offset);
  if (flags.last) start->set_last(*flags.last);
  if (!flags.since.empty()) {
    start->set_timestamp_ms(ParseTimeOption("--since", flags.since).time_since_epoch().count());
  }
}

void AddPredicateOptions(CLI::App* verb, PredicateFlags& flags) {
  for (const Kind& kind : kKinds) {
    verb->add_option(kind.option, flags.*kind.list, kind.help)
        ->type_name(kind.field == P::FIELD_HEADER ? "NAME=TEXT" : "TEXT")
        ->allow_extra_args(false);
  }
}

void AddPredicates(const PredicateFlags& flags, PredicateList* predicates) {
  for (const Kind& kind : kKinds) {
    for (const std::string& operand : flags.*kind.list) {
      P& predicate = *predicates->Add();
      predicate.set_field(kind.field);
      predicate.set_match(kind.match);
      predicate.set_operand(operand);
      if (kind.field != P::FIELD_HEADER) continue;
      auto [name, value] = ParseAssignment(operand);
      predicate.set_header(name);
      predicate.set_operand(value);
    }
  }
}

}  // namespace monkafka::cli
