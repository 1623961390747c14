#include "cli/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "cli/answers.h"
#include "cli/names.h"
#include "cli/output/text.h"
#include "monkafka/admin/v1/configs.grpc.pb.h"

namespace monkafka::cli::retention {
namespace {

namespace v1 = ::monkafka::admin::v1;
using Stub = v1::ConfigsService::Stub;
using Values = std::map<std::string, std::optional<std::string>>;
using Entries = google::protobuf::RepeatedPtrField<v1::ConfigEntry>;

// Of a topic, and of a broker, which has three keys for the same time; the finest that is set
// holds.
constexpr std::array kLimits = {"retention.ms",
                                "retention.bytes",
                                "local.retention.ms",
                                "local.retention.bytes",
                                "log.retention.bytes",
                                "log.local.retention.ms",
                                "log.local.retention.bytes"};
constexpr std::array<std::pair<const char*, int64_t>, 3> kTimes = {
    {{"log.retention.ms", 1},
     {"log.retention.minutes", 60'000},
     {"log.retention.hours", 3'600'000}}};
constexpr std::array kPolicies = {"cleanup.policy", "log.cleanup.policy"};

std::set<std::string, std::less<>> Keys() {
  std::set<std::string, std::less<>> keys(kLimits.begin(), kLimits.end());
  keys.insert(kPolicies.begin(), kPolicies.end());
  for (const auto& [key, milliseconds] : kTimes) keys.insert(key);
  return keys;
}

void Put(const Entries& entries, Values& values) {
  for (const v1::ConfigEntry& entry : entries) {
    values[entry.name()] = entry.has_value() ? std::optional(entry.value()) : std::nullopt;
  }
}

std::string ValueOf(const Values& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second.value_or("");
}

std::optional<int64_t> Limit(const Values& values, const std::string& key) {
  const std::string text = ValueOf(values, key);
  int64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return limit;
}

std::optional<int64_t> BrokerTime(const Values& values) {
  for (const auto& [key, milliseconds] : kTimes) {
    const auto limit = Limit(values, key);
    if (limit) return *limit < 0 ? -1 : *limit * milliseconds;
  }
  return std::nullopt;
}

// Below 0 there is no limit.
bool IsLower(std::optional<int64_t> was, std::optional<int64_t> is) {
  return was && is && *is >= 0 && (*was < 0 || *is < *was);
}

bool HasWord(std::string_view list, std::string_view word) {
  return list.find(word) != std::string_view::npos;
}

// Whether `key` gets a value of its own; what is removed falls back to what holds otherwise.
bool IsGiven(const v1::AlterConfigsRequest& request, std::string_view key) {
  return std::any_of(
      request.changes().begin(), request.changes().end(), [key](const v1::ConfigChange& change) {
        return change.name() == key && change.operation() != v1::ConfigChange::OPERATION_DELETE;
      });
}

Entries List(Session& session, const v1::ConfigResource& resource, std::string_view what) {
  v1::ListConfigsRequest request;
  *request.mutable_resource() = resource;
  for (const std::string& key : Keys()) {
    *request.mutable_filter() +=
        (request.filter().empty() ? "name = " : " OR name = ") + Quoted(key);
  }
  return session.CallAllPages(&Stub::ListConfigs, request, what).configs();
}

// What is in force at the broker where nothing is set while it runs; of the defaults of all brokers
// the server tells those alone that are set.
Values WithoutDefaults(Session& session, std::string_view what) {
  v1::ConfigResource broker;
  broker.set_broker_id(AnsweringBroker(session));
  Values values;
  for (const v1::ConfigEntry& entry : List(session, broker, what)) {
    for (const v1::ConfigSynonym& synonym : entry.synonyms()) {
      const bool is_dynamic = synonym.source() == v1::CONFIG_SOURCE_DYNAMIC_BROKER ||
                              synonym.source() == v1::CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER;
      if (is_dynamic || synonym.name() != entry.name() || !synonym.has_value()) continue;
      values.try_emplace(entry.name(), synonym.value());
    }
  }
  return values;
}

// What is kept for less time or in less space, for people; "" when nothing is.
std::string Losses(Session& session, v1::AlterConfigsRequest request, std::string_view what) {
  const auto keys = Keys();
  if (std::none_of(request.changes().begin(), request.changes().end(),
                   [&](const v1::ConfigChange& change) { return keys.contains(change.name()); })) {
    return "";
  }
  request.set_validate_only(true);
  const auto changed = session.Call(&Stub::AlterConfigs, request, what);
  const Values base =
      request.resource().cluster_default() ? WithoutDefaults(session, what) : Values();
  Values before = base;
  Put(List(session, request.resource(), what), before);
  Values after = before;
  for (const v1::ConfigChange& change : request.changes()) {
    const auto behind = base.find(change.name());
    after[change.name()] = behind == base.end() ? std::nullopt : behind->second;
  }
  Put(changed.configs(), after);

  std::vector<std::string> losses;
  const auto add = [&](const char* key, const std::string& from, const std::string& to) {
    losses.push_back(fmt::format("{} from {} to {}", key, Printable(from), Printable(to)));
  };
  for (const char* key : kLimits) {
    if (!IsLower(Limit(before, key), Limit(after, key))) continue;
    add(key, ValueOf(before, key), ValueOf(after, key));
  }
  const auto was = BrokerTime(before);
  const auto is = BrokerTime(after);
  if (IsLower(was, is)) add("log.retention.ms", fmt::to_string(*was), fmt::to_string(*is));
  for (const char* key : kPolicies) {
    const std::string from = ValueOf(before, key);
    const std::string to = ValueOf(after, key);
    if (to.empty() && !from.empty() && IsGiven(request, key)) {
      throw UsageError(fmt::format("{} would be empty: no record would be removed any more", key),
                       fmt::format("give delete, compact or both; --unset {} goes back to what "
                                   "holds otherwise",
                                   key));
    }
    for (const char* word : {"delete", "compact"}) {
      if (!HasWord(to, word) || HasWord(from, word)) continue;
      add(key, from, to);
      break;
    }
  }
  return fmt::format("{}", fmt::join(losses, ", "));
}

}  // namespace

void ConfirmChange(Session& session, const v1::AlterConfigsRequest& request,
                   const std::string& what, const MutationFlags& flags) {
  const std::string losses = Losses(session, request, what);
  if (flags.dry_run) {
    if (!losses.empty()) session.Note("records may be deleted then: " + losses);
    return;
  }
  session.Confirm(losses.empty() ? what : what + ", which may delete records: " + losses, flags.yes,
                  /*destructive=*/!losses.empty());
}

}  // namespace monkafka::cli::retention
