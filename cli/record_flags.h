// Options of the record verbs: which records, and how they are looked for.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli {

// Where reading begins.
struct StartFlags {
  bool from_beginning = false;
  std::optional<int64_t> offset, last;
  std::string since;
};

void AddStartOptions(CLI::App* verb, StartFlags& flags);
void SetStart(const StartFlags& flags, monkafka::admin::v1::ReadStart* start);

// Conditions on key, value and headers; a record must meet all of them.
struct PredicateFlags {
  std::vector<std::string> key, key_prefix, key_contains, key_regex;
  std::vector<std::string> value, value_prefix, value_contains, value_regex;
  std::vector<std::string> header, header_prefix, header_contains, header_regex;  // NAME=OPERAND
};

void AddPredicateOptions(CLI::App* verb, PredicateFlags& flags);

using PredicateList = google::protobuf::RepeatedPtrField<monkafka::admin::v1::Predicate>;
void AddPredicates(const PredicateFlags& flags, PredicateList* predicates);

}  // namespace monkafka::cli
