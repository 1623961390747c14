#include "cli/status_text.h"

#include <fmt/format.h>

#include <array>
#include <cinttypes>
#include <cstdio>

#include "cli/output/text.h"
#include "cli/output/units.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace monkafka::cli {
namespace {

using grpc::StatusCode;

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

struct StatusDetails {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::ResourceInfo resource;
};

StatusDetails ReadDetails(const grpc::Status& status) {
  StatusDetails details;
  google::rpc::Status message;
  if (!message.ParseFromString(status.error_details())) return details;
  for (const auto& any : message.details()) {
    if (any.Is<google::rpc::ErrorInfo>()) {
      any.UnpackTo(&details.info);
    } else if (any.Is<google::rpc::BadRequest>()) {
      any.UnpackTo(&details.bad_request);
    } else if (any.Is<google::rpc::ResourceInfo>()) {
      any.UnpackTo(&details.resource);
    }
  }
  return details;
}

std::string CodeName(StatusCode code) {
  auto index = static_cast<size_t>(code);
  return index < kCodeNames.size() ? std::string(kCodeNames[index]) : fmt::format("code {}", index);
}

std::string AdviceOnSize(std::string_view what) {
  if (what.starts_with("dump "))
    return "leave out --records, or cut them in tables with --max-bytes";
  for (const char* reading : {"read ", "tail ", "search "}) {
    if (what.starts_with(reading)) return "cut keys and values with --max-bytes";
  }
  return "do it in parts";
}

// Repeating it does not help: a partition whose log is damaged stays offline.
std::string AdviceOnDamage(std::string_view what) {
  std::string advice = "`monkafkactl segment verify` says what is damaged";
  for (const char* reading : {"read ", "tail ", "search "}) {
    if (what.starts_with(reading)) advice += "; --partitions reads the others";
  }
  return advice;
}

// What to do about it.
std::string Advice(StatusCode code, const StatusDetails& details, std::string_view what,
                   const std::string& endpoint) {
  const std::string& reason = details.info.reason();
  for (const auto& violation : details.bad_request.field_violations()) {
    if (violation.field() == "filter" || violation.field() == "order_by") {
      return "the fields are those that -o json shows; sizeBytes is written size_bytes here";
    }
  }
  if (reason == "INTERNAL_TOPIC" && code == StatusCode::FAILED_PRECONDITION) {
    const bool deletes = what.starts_with("delete ") || what.starts_with("trim ");
    const bool never = details.resource.resource_name() == "__cluster_metadata";
    return deletes && !never ? "--allow-internal does it; what the broker keeps there, as the "
                               "offsets of all groups, is lost then"
                             : "leave this topic to the broker";
  }
  if (reason == "POLICY_VIOLATION" && what.starts_with("trim ")) {
    return "the newest record of each key is kept as long as cleanup.policy is compact; a "
           "tombstone "
           "deletes a key";
  }
  if (reason == "NON_EMPTY_GROUP") {
    return "stop its consumers first: `monkafkactl group get` shows its members";
  }
  if (reason == "INVALID_CONFIG") return "`monkafkactl config explain` says what a key takes";
  if (reason == "KAFKA_STORAGE_ERROR") return AdviceOnDamage(what);
  if (reason == "PLAN_IMPOSSIBLE") return "`monkafkactl plan` shows all of it";
  switch (code) {
    case StatusCode::INVALID_ARGUMENT:
      return "mend what it names; the same command with --help says what can be given";
    case StatusCode::OUT_OF_RANGE:
      return "`monkafkactl offset list` shows the offsets that there are";
    case StatusCode::RESOURCE_EXHAUSTED:
      return "ask for less at a time, or again in a moment";
    case StatusCode::DATA_LOSS:
      return "`monkafkactl segment verify` says what is damaged";
    case StatusCode::INTERNAL:
    case StatusCode::UNKNOWN:
      return "the broker's log says more";
    case StatusCode::UNAVAILABLE:
      return fmt::format("is the broker at {} just stopping or starting? Repeat it", endpoint);
    case StatusCode::UNAUTHENTICATED:
      return "give a token with --token-file, or a client certificate with --cert and --key";
    case StatusCode::PERMISSION_DENIED:
      return "this needs a token of a higher role";
    case StatusCode::DEADLINE_EXCEEDED:
      return "give it more time with --timeout; `monkafkactl doctor` finds out what answers there";
    case StatusCode::ABORTED:
      return "it was changed by somebody else meanwhile: look at it again, then repeat";
    case StatusCode::ALREADY_EXISTS:
      return "--if-not-exists accepts what is there";
    case StatusCode::UNIMPLEMENTED:
      return "this broker is older than this monkafkactl: `monkafkactl cluster info` shows its "
             "version";
    default:
      return "";
  }
}

std::string ListDetails(const grpc::Status& status, const StatusDetails& details) {
  std::string text =
      fmt::format("gRPC status: {} ({})\nmessage: {}", CodeName(status.error_code()),
                  static_cast<int>(status.error_code()), Printable(status.error_message()));
  if (!details.info.reason().empty()) {
    text += fmt::format("\nreason: {} ({})", details.info.reason(), details.info.domain());
    for (const auto& [key, value] : details.info.metadata()) {
      text += fmt::format("\n  {}: {}", Printable(key), Printable(value));
    }
  }
  for (const auto& violation : details.bad_request.field_violations()) {
    text += fmt::format("\nfield {}: {}", Printable(violation.field()),
                        Printable(violation.description()));
  }
  if (!details.resource.resource_type().empty()) {
    text += fmt::format("\nresource: {} {}", Printable(details.resource.resource_type()),
                        Printable(details.resource.resource_name()));
  }
  return text;
}

}  // namespace

std::optional<RefusedSize> ReadRefusedSize(const grpc::Status& status) {
  if (status.error_code() != StatusCode::RESOURCE_EXHAUSTED) return std::nullopt;
  RefusedSize size;
  const int read = std::sscanf(status.error_message().c_str(),
                               "Received message larger than max (%" SCNd64 " vs. %" SCNd64 ")",
                               &size.bytes, &size.most);
  return read == 2 ? std::optional(size) : std::nullopt;
}

bool IsLost(const grpc::Status& status) {
  if (!ReadDetails(status).info.reason().empty()) return false;
  if (status.error_code() == StatusCode::CANCELLED) return true;
  // What gRPC says when no connection came about at all.
  return status.error_code() == StatusCode::UNAVAILABLE &&
         status.error_message().find("failed to connect") == std::string::npos &&
         status.error_message().find("DNS resolution failed") == std::string::npos;
}

bool IsUnreachable(const grpc::Status& status) {
  return status.error_code() == StatusCode::UNAVAILABLE &&
         ReadDetails(status).info.reason().empty();
}

std::pair<std::string, std::string> ConcernedResource(const grpc::Status& status) {
  const StatusDetails details = ReadDetails(status);
  return {details.resource.resource_type(), details.resource.resource_name()};
}

std::pair<std::string, std::string> MissingResource(const grpc::Status& status) {
  if (status.error_code() != StatusCode::NOT_FOUND) return {};
  return ConcernedResource(status);
}

Failure DescribeStatus(const grpc::Status& status, std::string_view what,
                       const std::string& endpoint) {
  StatusDetails details = ReadDetails(status);
  std::string why = Printable(status.error_message());
  if (status.error_code() == StatusCode::DEADLINE_EXCEEDED && !endpoint.empty()) {
    why = fmt::format("no answer from {} in time", endpoint);
  }
  if (status.error_code() == StatusCode::NOT_FOUND && !details.resource.resource_name().empty() &&
      (why.empty() || why == Printable(details.resource.resource_name()))) {
    why = fmt::format("there is no {} {}", Printable(details.resource.resource_type()),
                      Printable(details.resource.resource_name()));
  }
  const auto refused_size = ReadRefusedSize(status);
  if (refused_size) {
    why = fmt::format("a message has {}, and at most {} are taken at once",
                      FormatSize(refused_size->bytes), FormatSize(refused_size->most));
  }
  if (why.empty()) why = CodeName(status.error_code());
  for (const auto& violation : details.bad_request.field_violations()) {
    if (why.find(violation.description()) == std::string::npos) {
      why += fmt::format("\n  {}: {}", Printable(violation.field()),
                         Printable(violation.description()));
    }
  }
  return Failure(
      fmt::format("cannot {}: {}", what, why),
      refused_size ? AdviceOnSize(what) : Advice(status.error_code(), details, what, endpoint),
      ListDetails(status, details));
}

}  // namespace monkafka::cli
