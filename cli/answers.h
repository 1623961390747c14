// Small things that several nouns need to show or ask protobuf messages.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/output/printer.h"
#include "monkafka/admin/v1/cluster.pb.h"
#include "monkafka/admin/v1/common.pb.h"
#include "monkafka/admin/v1/groups.pb.h"

namespace monkafka::cli {

namespace v1 = ::monkafka::admin::v1;

// A field `_timestamp_ms`: -1 is shown as "-".
Cell TimestampCell(int64_t timestamp_ms);
Cell TimestampCell(bool present, const google::protobuf::Timestamp& time);
Cell SizeOrAbsent(int64_t bytes);  // -1 is absent

// The sum of the lags that are known, with a mark when there is more to it.
Cell LagCell(const v1::GroupLag& lag);

std::chrono::milliseconds ToMilliseconds(const google::protobuf::Duration& duration);
std::chrono::milliseconds SecondsToMilliseconds(double seconds);
google::protobuf::Duration ToDuration(std::chrono::milliseconds duration);

// The last word of an enum's name in lower case: GROUP_STATE_EMPTY with prefix GROUP_STATE_ is
// "empty".
std::string Word(const std::string& name, std::string_view prefix);

// "[1,2,3]"
template <class Numbers>
std::string Joined(const Numbers& numbers) {
  std::string text = "[";
  for (auto number : numbers) text += (text.size() > 1 ? "," : "") + std::to_string(number);
  return text + "]";
}

// What to do about a check that failed, or warns.
std::string AdviceOnHealth(const v1::HealthCheck& check);

// "a, b and c"; of many the first: "a, b, c, d, e and 995 more".
std::string Named(const std::vector<std::string>& names);

// A literal of a filter (AIP-160), with its quotes.
std::string Quoted(std::string_view literal);

// "12,345", for prose.
std::string Grouped(int64_t number);

// "1 partition", "2,000 partitions", "2 batches".
std::string Count(int64_t count, std::string_view thing);

}  // namespace monkafka::cli
