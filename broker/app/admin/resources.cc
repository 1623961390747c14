#include "app/admin/resources.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "app/admin/failures.h"
#include "app/admin/wait.h"
#include "services/etag.h"

namespace monkafka::app {
namespace {

using admin::Outcome;

constexpr char kPlan[] = "plan";
constexpr size_t kToldImpossible = 5;

std::vector<services::TopicDocument> ToService(const std::vector<admin::TopicDocument>& documents) {
  std::vector<services::TopicDocument> asked;
  for (const admin::TopicDocument& document : documents) {
    services::TopicDocument& each = asked.emplace_back();
    each.name = document.name;
    each.partitions = document.partitions;
    if (document.replication_factor) {
      each.replication_factor = static_cast<int16_t>(*document.replication_factor);
    }
    each.configs = {document.configs.begin(), document.configs.end()};
    each.exact_configs = !document.merge_configs;
  }
  return asked;
}

admin::PlanAction::Kind KindOf(services::PlannedAction::Kind kind) {
  using From = services::PlannedAction::Kind;
  using To = admin::PlanAction::Kind;
  switch (kind) {
    case From::kCreateTopic:
      return To::kCreate;
    case From::kDeleteTopic:
      return To::kDelete;
    case From::kAddPartitions:
      return To::kAddPartitions;
    case From::kSetConfig:
      return To::kSetConfig;
    case From::kRemoveConfig:
      return To::kRemoveConfig;
    case From::kImpossible:
      break;
  }
  return To::kImpossible;
}

admin::Plan ToPort(services::ResourcePlan plan) {
  admin::Plan shown;
  shown.in_sync_count = plan.in_sync;
  shown.etag = std::move(plan.etag);
  for (services::PlannedAction& action : plan.actions) {
    shown.actions.push_back({KindOf(action.kind), std::move(action.topic), std::move(action.field),
                             std::move(action.from), std::move(action.to), std::move(action.reason),
                             action.destructive});
  }
  return shown;
}

// A status travels in a header, which clients limit: the plan has all of it.
std::unexpected<admin::Failure> Impossible(const services::ResourcePlan& plan) {
  admin::Failure failure(admin::FailureKind::kFailedPrecondition, "PLAN_IMPOSSIBLE",
                         "nothing was changed, because not everything can be done");
  size_t impossible = 0;
  for (const services::PlannedAction& action : plan.actions) {
    if (action.kind != services::PlannedAction::Kind::kImpossible) continue;
    if (++impossible > kToldImpossible) continue;
    failure.message += fmt::format("; topic {}: {}", action.topic, action.reason);
  }
  if (impossible > kToldImpossible) {
    failure.message += fmt::format("; and {} more", impossible - kToldImpossible);
  }
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome<admin::Plan> AdminResources::MakePlan(const admin::PlanOrder& order) {
  Result<services::ResourcePlan> plan = resources_.Plan(ToService(order.documents), order.prune);
  if (!plan) return std::unexpected(admin::Failure(std::move(plan).error()));
  return ToPort(*std::move(plan));
}

Outcome<admin::Plan> AdminResources::Apply(const admin::PlanOrder& order, const std::string& etag,
                                           bool validate_only, const admin::ApplyProgress& progress,
                                           std::stop_token stop) {
  std::vector<services::TopicDocument> documents = ToService(order.documents);
  Outcome<services::ResourcePlan> plan;
  if (validate_only) {
    Result<services::ResourcePlan> made = resources_.Plan(documents, order.prune);
    if (made && !etag.empty()) {
      if (Status same = services::CheckEtag(etag, made->etag); !same)
        made = Forward(std::move(same));
    }
    plan = made ? Outcome<services::ResourcePlan>(*std::move(made))
                : std::unexpected(admin::Failure(std::move(made).error()));
  } else {
    const std::function<void()> tell = [&] {
      const cluster::ChangeProgress at = resources_.Progress();
      if (at.total > 0) progress(at.done, at.total);
    };
    plan = WaitForResult<services::ResourcePlan>(
        stop,
        [&](auto done) {
          resources_.Apply(std::move(documents), order.prune,
                           etag.empty() ? std::nullopt : std::optional(etag), std::move(done));
        },
        progress ? tell : std::function<void()>());
  }
  if (!plan) return FailAbout(std::move(plan).error(), kPlan, "resources");
  if (!plan->possible) return Impossible(*plan);
  return ToPort(*std::move(plan));
}

Outcome<admin::ExportedTopics> AdminResources::Export(const std::vector<std::string>& topics) {
  auto documents = resources_.Export({topics.begin(), topics.end()});
  if (!documents) {
    const auto missing = std::ranges::find_if(
        topics, [this](const std::string& name) { return !resources_.Export({name}); });
    return FailAbout(std::move(documents).error(), "topic",
                     missing == topics.end() ? "" : *missing);
  }
  admin::ExportedTopics exported;
  services::EtagHash hash;
  for (services::TopicDocument& document : *documents) {
    hash.Add(document.name).Add(*document.partitions).Add(*document.replication_factor);
    for (const auto& [key, value] : document.configs) hash.Add(key).Add(value);
    admin::TopicDocument& each = exported.documents.emplace_back();
    each.name = std::move(document.name);
    each.partitions = document.partitions;
    each.replication_factor = document.replication_factor;
    each.configs = {document.configs.begin(), document.configs.end()};
  }
  exported.etag = hash.ToString();
  return exported;
}

}  // namespace monkafka::app
