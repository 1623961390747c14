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

// What to do about a field that was refused; "" when there is nothing special to it.
std::string AdviceOnField(std::string_view field, std::string_view what) {
  constexpr std::string_view kAdding = "add partitions ";
  constexpr std::pair<std::string_view, const char*> kAdvice[] = {
      {"filter", "the fields are those that -o json shows; sizeBytes is written size_bytes here"},
      {"order_by", "the fields are those that -o json shows; sizeBytes is written size_bytes here"},
      {"documents", "mend the document; `monkafkactl export` shows how such a file is written"},
      {"commits", "mend the file; `monkafkactl group export` shows how it is written"},
      {"changes",
       "`monkafkactl config explain` says what a key takes, and whether it can be "
       "changed while the broker runs"},
      {"resource.broker_id", "`monkafkactl cluster brokers` shows them with their ids"},
      {"resume_token",
       "give the other options as the search had them; or leave out --resume to "
       "begin anew"},
  };
  for (const auto& [first, advice] : kAdvice) {
    if (field == first || field.starts_with(fmt::format("{}.", first))) return advice;
  }
  if (field == "partition_count" && what.starts_with(kAdding)) {
    return "give more than there are, which `monkafkactl topic get` shows; --if-not-exists accepts "
           "a topic that has so many";
  }
  return "";
}

std::string AdviceOnPolicy(std::string_view what) {
  if (what.starts_with("trim ")) {
    return "the newest record of each key is kept as long as cleanup.policy is compact; a "
           "tombstone deletes a key";
  }
  if (what.starts_with("create topic ") || what.starts_with("add partitions ")) {
    return "a request makes at most 10,000 partitions, less one for the topic and for each of its "
           "configs: make some, and the others by `monkafkactl topic add-partitions`";
  }
  return "";
}

std::string AdviceOnInternalTopic(const std::string& topic, std::string_view what) {
  const bool deletes = what.starts_with("delete ") || what.starts_with("trim ");
  const bool never = topic == "__cluster_metadata";
  return deletes && !never ? "--allow-internal does it; what the broker keeps there, as the "
                             "offsets of all groups, is lost then"
                           : "leave this topic to the broker";
}

// What to do about a reason that the server gave; "" when there is nothing special to it.
std::string AdviceOnReason(StatusCode code, std::string_view message, const StatusDetails& details,
                           std::string_view what) {
  constexpr std::pair<std::string_view, const char*> kAdvice[] = {
      {"NON_EMPTY_GROUP", "stop its consumers first: `monkafkactl group get` shows its members"},
      {"GROUP_SUBSCRIBED_TO_TOPIC",
       "stop its consumers first: `monkafkactl group get` shows its members"},
      {"TOPIC_DELETION_DISABLED",
       "delete.topic.enable=true in server.properties allows it once the broker is started anew"},
      {"INVALID_CONFIG", "`monkafkactl config explain` says what a key takes"},
      {"INVALID_REPLICATION_FACTOR",
       "give no more than there are brokers, which `monkafkactl cluster brokers` shows"},
      {"CONNECTIONS_EXHAUSTED",
       "close clients of the admin service that are not needed, or use its unix socket"},
      {"PLAN_IMPOSSIBLE", "`monkafkactl plan` shows all of it"},
  };
  if (message.find("No space left on device") != std::string_view::npos) {
    return "the broker's disk is full: `monkafkactl topic trim` and `topic delete` make room, or "
           "enlarge the volume; `monkafkactl cluster health` shows what is free";
  }
  const std::string& reason = details.info.reason();
  for (const auto& [known, advice] : kAdvice) {
    if (reason == known) return advice;
  }
  const bool produces = what.starts_with("produce ") && reason == "INVALID_TOPIC_EXCEPTION";
  if (produces || (reason == "INTERNAL_TOPIC" && code == StatusCode::FAILED_PRECONDITION)) {
    return AdviceOnInternalTopic(details.resource.resource_name(), what);
  }
  if (reason == "POLICY_VIOLATION") return AdviceOnPolicy(what);
  if (reason == "KAFKA_STORAGE_ERROR") return AdviceOnDamage(what);
  return "";
}

// What to do about it.
std::string Advice(const grpc::Status& status, const StatusDetails& details, std::string_view what,
                   const std::string& endpoint) {
  const StatusCode code = status.error_code();
  std::string special = AdviceOnReason(code, status.error_message(), details, what);
  if (!special.empty()) return special;
  for (const auto& violation : details.bad_request.field_violations()) {
    if (std::string advice = AdviceOnField(violation.field(), what); !advice.empty()) return advice;
  }
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

bool IsLost(const grpc::Status& status, grpc::Channel& channel) {
  if (!ReadDetails(status).info.reason().empty()) return false;
  if (status.error_code() == StatusCode::CANCELLED) return true;
  return status.error_code() == StatusCode::UNAVAILABLE &&
         channel.GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_TRANSIENT_FAILURE;
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
  return Failure(fmt::format("cannot {}: {}", what, why),
                 refused_size ? AdviceOnSize(what) : Advice(status, details, what, endpoint),
                 ListDetails(status, details));
}

}  // namespace monkafka::cli
