#include "admin/services/record_query.h"

#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <cstdlib>

#include "admin/base64.h"
#include "admin/messages.h"
#include "admin/services/convert.h"

namespace monkafka::admin {
namespace {

Outcome<ReadStart> StartOf(const v1::ReadStart& start, ReadStart by_default) {
  using Case = v1::ReadStart::StartCase;
  switch (start.start_case()) {
    case Case::kEarliest:
      if (!start.earliest()) return FailField("start.earliest", "not true");
      return FromEarliest{};
    case Case::kLatest:
      if (!start.latest()) return FailField("start.latest", "not true");
      return FromLatest{};
    case Case::kOffset:
      if (start.offset() < 0) return FailField("start.offset", "negative");
      return FromOffset{start.offset()};
    case Case::kTimestampMs:
      if (start.timestamp_ms() < 0) return FailField("start.timestamp_ms", "negative");
      return FromTimestamp{start.timestamp_ms()};
    case Case::kLast:
      if (start.last() < 0) return FailField("start.last", "negative");
      return FromLast{start.last()};
    case Case::START_NOT_SET:
      break;
  }
  return by_default;
}

Predicate::Match MatchOf(v1::Predicate::Match match) {
  switch (match) {
    case v1::Predicate::MATCH_PREFIX:
      return Predicate::Match::kPrefix;
    case v1::Predicate::MATCH_CONTAINS:
      return Predicate::Match::kContains;
    case v1::Predicate::MATCH_REGEX:
      return Predicate::Match::kRegex;
    default:
      return Predicate::Match::kExact;
  }
}

Outcome<Predicate> PredicateOf(const v1::Predicate& predicate) {
  if (!v1::Predicate::Match_IsValid(predicate.match())) {
    return FailField("predicates.match", "not one that this server knows");
  }
  Predicate out{.header = predicate.header(),
                .match = MatchOf(predicate.match()),
                .operand = predicate.operand(),
                .negate = predicate.negate()};
  switch (predicate.field()) {
    case v1::Predicate::FIELD_KEY:
      out.field = Predicate::Field::kKey;
      break;
    case v1::Predicate::FIELD_VALUE:
      out.field = Predicate::Field::kValue;
      break;
    case v1::Predicate::FIELD_HEADER:
      if (predicate.header().empty()) return FailField("predicates.header", "required");
      out.field = Predicate::Field::kHeader;
      break;
    default:
      return FailField("predicates.field", "required");
  }
  return out;
}

template <class Request>
Outcome<ScanQuery> CommonQueryOf(const Request& request, ReadStart by_default) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (auto valid = RequireNotNegative(request.max_field_bytes(), "max_field_bytes"); !valid) {
    return std::unexpected(std::move(valid).error());
  }
  Outcome<ReadStart> start = StartOf(request.start(), std::move(by_default));
  if (!start) return std::unexpected(std::move(start).error());
  ScanQuery query;
  query.topic = request.topic();
  query.partitions = {request.partitions().begin(), request.partitions().end()};
  query.start = *std::move(start);
  if constexpr (requires { request.predicates(); }) {
    for (const v1::Predicate& predicate : request.predicates()) {
      Outcome<Predicate> added = PredicateOf(predicate);
      if (!added) return std::unexpected(std::move(added).error());
      query.predicates.push_back(*std::move(added));
    }
  }
  return query;
}

template <class Request>
Outcome<void> SetEnd(const Request& request, ScanQuery& query) {
  if (request.has_end_offset()) {
    const auto* from = std::get_if<FromOffset>(&query.start);
    if (request.end_offset() < (from == nullptr ? 0 : from->offset)) {
      return FailField("end_offset", "ends before it begins");
    }
    query.end_offset = request.end_offset();
  }
  if (request.has_end_timestamp_ms()) query.end_timestamp_ms = request.end_timestamp_ms();
  return {};
}

uint64_t HashOfSearch(const v1::SearchRecordsRequest& request) {
  v1::SearchRecordsRequest rest = request;
  rest.clear_budget();
  rest.clear_max_matches();
  rest.clear_max_field_bytes();
  rest.clear_resume_token();
  rest.clear_resume_at();
  return HashOf(rest);
}

// A ListValue of texts: the hash, then a partition and an offset for each position.
Outcome<std::vector<Position>> ParseToken(const v1::SearchRecordsRequest& request) {
  const auto refuse = [] {
    Failure failure =
        FailField("resume_token", "not a token of this server for this search").error();
    failure.reason = "RESUME_TOKEN_INVALID";
    return std::unexpected(std::move(failure));
  };
  google::protobuf::ListValue list;
  const auto bytes = Base64UrlDecode(request.resume_token());
  if (!bytes || !list.ParseFromString(*bytes) || list.values_size() % 2 == 0) return refuse();
  const auto number = [&](int i) {
    return std::strtoll(list.values(i).string_value().c_str(), nullptr, 10);
  };
  if (list.values(0).string_value() != std::to_string(HashOfSearch(request))) return refuse();
  std::vector<Position> positions;
  for (int i = 1; i < list.values_size(); i += 2) {
    positions.push_back({static_cast<int32_t>(number(i)), number(i + 1)});
  }
  return positions;
}

// What is left of `positions`, which are searched in their order.
Outcome<std::vector<Position>> GoOnAt(const v1::NextOffset& at, std::vector<Position> positions) {
  const auto found = std::ranges::find(positions, at.partition(), &Position::partition);
  if (found == positions.end()) {
    return FailField("resume_at.partition", "not one that is left in the resume_token's search");
  }
  found->offset = std::max(found->offset, at.offset());
  positions.erase(positions.begin(), found);
  return positions;
}

}  // namespace

Outcome<ScanQuery> QueryOf(const v1::TailRecordsRequest& request) {
  Outcome<ScanQuery> query = CommonQueryOf(request, FromLatest{});
  if (!query) return query;
  if (auto valid = RequireNotNegative(request.max_records(), "max_records"); !valid) {
    return std::unexpected(std::move(valid).error());
  }
  query->max_matches = request.max_records();
  return query;
}

Outcome<ScanQuery> QueryOf(const v1::ReadRecordsRequest& request) {
  Outcome<ScanQuery> query = CommonQueryOf(request, FromEarliest{});
  if (!query) return query;
  if (auto valid = RequireNotNegative(request.max_records(), "max_records"); !valid) {
    return std::unexpected(std::move(valid).error());
  }
  if (auto end = SetEnd(request, *query); !end) return std::unexpected(std::move(end).error());
  query->leave_out_unreadable = true;
  query->max_matches = request.max_records();
  return query;
}

Outcome<ScanQuery> QueryOf(const v1::SearchRecordsRequest& request) {
  Outcome<ScanQuery> query = CommonQueryOf(request, FromEarliest{});
  if (!query) return query;
  for (const auto& [value, field] :
       {std::pair<int64_t, const char*>{request.max_matches(), "max_matches"},
        {request.budget().max_bytes(), "budget.max_bytes"},
        {request.budget().max_records(), "budget.max_records"}}) {
    if (auto valid = RequireNotNegative(value, field); !valid) {
      return std::unexpected(std::move(valid).error());
    }
  }
  if (auto end = SetEnd(request, *query); !end) return std::unexpected(std::move(end).error());
  query->leave_out_unreadable = true;
  if (request.has_min_timestamp_ms()) query->min_timestamp_ms = request.min_timestamp_ms();
  query->max_scanned_bytes = request.budget().max_bytes();
  query->max_scanned_records = request.budget().max_records();
  query->max_matches = request.max_matches();
  if (!request.resume_token().empty()) {
    Outcome<std::vector<Position>> positions = ParseToken(request);
    if (positions && request.has_resume_at()) {
      positions = GoOnAt(request.resume_at(), *std::move(positions));
    }
    if (!positions) return std::unexpected(std::move(positions).error());
    query->start = FromPositions{*std::move(positions)};
    query->partitions.clear();
  } else if (request.has_resume_at()) {
    return FailField("resume_at", "wants the resume_token, too");
  }
  return query;
}

std::string ResumeToken(const v1::SearchRecordsRequest& request,
                        const std::vector<Position>& positions) {
  if (positions.empty()) return {};
  google::protobuf::ListValue list;
  list.add_values()->set_string_value(std::to_string(HashOfSearch(request)));
  for (const Position& position : positions) {
    list.add_values()->set_string_value(std::to_string(position.partition));
    list.add_values()->set_string_value(std::to_string(position.offset));
  }
  return Base64UrlEncode(list.SerializeAsString());
}

}  // namespace monkafka::admin
