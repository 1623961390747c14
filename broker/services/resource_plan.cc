#include "services/resource_plan.h"

#include <fmt/core.h>

#include <cstdlib>
#include <iterator>
#include <utility>

#include "services/config_alteration.h"
#include "services/config_names.h"
#include "services/etag.h"
#include "services/internal_topics.h"
#include "services/topic_creation.h"
#include "services/topic_growth.h"

namespace monkafka::services {
namespace {

using cluster::ConfigMap;
using cluster::MetadataImage;
using cluster::MetadataRecord;
using cluster::ResourceType;
using Kind = PlannedAction::Kind;
using Records = std::vector<MetadataRecord>;

class Planner {
 public:
  Planner(const TopicServiceOptions& options, const ConfigValues& values,
          const MetadataImage& image)
      : options_(options),
        values_(values),
        image_(image),
        creation_(options, values, image, kMaxRecordsPerPlan) {}

  void Add(const TopicDocument& document) {
    const size_t before = plan_.actions.size();
    const cluster::TopicImage* topic = image_.FindTopic(document.name);
    if (!CheckConfigs(document)) {
      // Everything that is wrong with them was said.
    } else if (topic == nullptr) {
      Create(document);
    } else {
      hash_.Add(TopicEtag(image_, *topic));
      ComparePartitions(*topic, document);
      CompareReplicas(*topic, document);
      CompareConfigs(*topic, document);
    }
    if (plan_.actions.size() == before) ++plan_.in_sync;
  }

  void Delete(const cluster::TopicImage& topic) {
    hash_.Add(TopicEtag(image_, topic));
    if (!options_.delete_topic_enable) {
      return Impossible(topic.name, "",
                        {ErrorCode::kTopicDeletionDisabled, "Topic deletion is disabled."});
    }
    plan_.actions.push_back({.kind = Kind::kDeleteTopic, .topic = topic.name, .destructive = true});
    plan_.records.emplace_back(cluster::RemoveTopicRecord{topic.id});
  }

  Result<ResourcePlan> Take() && {
    // What is created comes first, as far as records of different topics have an order at all.
    Append(Records(creation_.records()));
    if (plan_.records.size() > kMaxRecordsPerPlan) {
      return Fail(ErrorCode::kPolicyViolation,
                  fmt::format("the plan makes {} changes at once, more than {}; apply it in parts",
                              plan_.records.size(), kMaxRecordsPerPlan));
    }
    for (const PlannedAction& action : plan_.actions) {
      hash_.Add(static_cast<int64_t>(action.kind)).Add(action.topic).Add(action.field);
      hash_.Add(action.from.value_or("")).Add(action.to.value_or(""));
      if (action.kind == Kind::kImpossible) plan_.possible = false;
    }
    plan_.etag = hash_.ToString();
    return std::move(plan_);
  }

 private:
  // Each by itself, so that all that is wrong can be mended at once. False: something is.
  bool CheckConfigs(const TopicDocument& document) {
    bool good = true;
    for (const auto& [key, value] : document.configs) {
      auto known = FindConfig(values_.tables(), ResourceType::kTopic, key);
      Status status =
          known ? values_.tables().Validate(**known, value) : Status(Forward(std::move(known)));
      if (status) continue;
      Impossible(document.name, "configs", std::move(status.error()));
      good = false;
    }
    return good;
  }

  void Impossible(const std::string& topic, std::string field, Error error) {
    plan_.actions.push_back({.kind = Kind::kImpossible,
                             .topic = topic,
                             .field = std::move(field),
                             .error = error.code,
                             .reason = std::move(error.message)});
  }

  void Append(Records records) {
    plan_.records.insert(plan_.records.end(), std::make_move_iterator(records.begin()),
                         std::make_move_iterator(records.end()));
  }

  void Create(const TopicDocument& document) {
    NewTopic topic;
    topic.name = document.name;
    topic.partitions = document.partitions.value_or(-1);
    topic.replication_factor = document.replication_factor.value_or(-1);
    for (const auto& [key, value] : document.configs) topic.configs.emplace_back(key, value);
    Result<NewTopic> complete = CompleteInternalTopic(options_, std::move(topic));
    if (!complete) return Impossible(document.name, "", std::move(complete.error()));
    CreatedTopic created = creation_.Add(*complete);
    if (created.error != ErrorCode::kNone) {
      return Impossible(document.name, "", {created.error, std::move(created.message)});
    }
    plan_.actions.push_back({.kind = Kind::kCreateTopic,
                             .topic = document.name,
                             .to = fmt::format("{} partition{}", created.partitions,
                                               created.partitions == 1 ? "" : "s")});
    for (const auto& [key, value] : document.configs) {
      plan_.actions.push_back(
          {.kind = Kind::kSetConfig, .topic = document.name, .field = key, .to = value});
    }
  }

  void ComparePartitions(const cluster::TopicImage& topic, const TopicDocument& document) {
    const auto present = static_cast<int32_t>(topic.partitions.size());
    if (!document.partitions || *document.partitions == present) return;
    MorePartitions growth;
    growth.name = topic.name;
    growth.count = *document.partitions;
    if (Status status = CheckInternalPartitions(topic, growth.count); !status) {
      return Impossible(topic.name, "partitions", std::move(status.error()));
    }
    Result<Records> records = GrowTopic(image_, growth);
    if (!records) return Impossible(topic.name, "partitions", std::move(records.error()));
    Append(*std::move(records));
    plan_.actions.push_back({.kind = Kind::kAddPartitions,
                             .topic = topic.name,
                             .field = "partitions",
                             .from = std::to_string(present),
                             .to = std::to_string(*document.partitions)});
  }

  void CompareReplicas(const cluster::TopicImage& topic, const TopicDocument& document) {
    const auto present = static_cast<int16_t>(topic.partitions.front().replicas.size());
    if (!document.replication_factor || *document.replication_factor == present) return;
    Impossible(
        topic.name, "replication_factor",
        {ErrorCode::kInvalidReplicationFactor,
         fmt::format("its replication factor is {}; {} cannot be had without moving its data",
                     present, *document.replication_factor)});
  }

  void CompareConfigs(const cluster::TopicImage& topic, const TopicDocument& document) {
    const ConfigMap& before = image_.ConfigsOf(ResourceType::kTopic, topic.name);
    ConfigMap after = document.configs;
    if (!document.exact_configs) after.insert(before.begin(), before.end());
    if (after == before) return;
    const std::map<std::string, std::optional<std::string>> wanted(after.begin(), after.end());
    if (Status status = CheckInternalConfigs(topic.name, wanted, /*replace=*/true); !status) {
      return Impossible(topic.name, "configs", std::move(status.error()));
    }
    ConfigAlteration alteration;
    alteration.resource = {static_cast<int8_t>(ResourceType::kTopic), topic.name};
    for (const auto& [key, value] : after) {
      alteration.changes.push_back({key, ConfigOperation::kSet, value});
    }
    Result<Records> records = ReplaceConfigs(values_, image_, alteration);
    if (!records) return Impossible(topic.name, "configs", std::move(records.error()));
    Append(*std::move(records));
    AddConfigActions(topic.name, before, after);
  }

  // Whether records that are kept with the one set of overrides may go with the other.
  bool KeepsLess(const std::string& key, const ConfigMap& before, const ConfigMap& after) const {
    const std::string was = values_.TopicValue(image_, before, key);
    const std::string will_be = values_.TopicValue(image_, after, key);
    if (key == "cleanup.policy") {
      const auto adds = [&](std::string_view word) {
        return will_be.find(word) != std::string::npos && was.find(word) == std::string::npos;
      };
      return adds("delete") || adds("compact");
    }
    if (key != "retention.ms" && key != "retention.bytes") return false;
    const int64_t limit = std::strtoll(will_be.c_str(), nullptr, 10);
    const int64_t old_limit = std::strtoll(was.c_str(), nullptr, 10);
    return limit >= 0 && (old_limit < 0 || limit < old_limit);
  }

  void AddConfigActions(const std::string& topic, const ConfigMap& before, const ConfigMap& after) {
    for (const auto& [key, value] : after) {
      const auto was = before.find(key);
      if (was != before.end() && was->second == value) continue;
      plan_.actions.push_back(
          {.kind = Kind::kSetConfig,
           .topic = topic,
           .field = key,
           .from = was == before.end() ? std::nullopt : std::optional(was->second),
           .to = value,
           .destructive = KeepsLess(key, before, after)});
    }
    for (const auto& [key, value] : before) {
      if (after.contains(key)) continue;
      plan_.actions.push_back({.kind = Kind::kRemoveConfig,
                               .topic = topic,
                               .field = key,
                               .from = value,
                               .destructive = KeepsLess(key, before, after)});
    }
  }

  const TopicServiceOptions& options_;
  const ConfigValues& values_;
  const MetadataImage& image_;
  TopicCreation creation_;
  EtagHash hash_;
  ResourcePlan plan_;
};

TopicDocument DocumentOf(const MetadataImage& image, const cluster::TopicImage& topic) {
  TopicDocument document;
  document.name = topic.name;
  document.partitions = static_cast<int32_t>(topic.partitions.size());
  document.replication_factor = static_cast<int16_t>(topic.partitions.front().replicas.size());
  document.configs = image.ConfigsOf(ResourceType::kTopic, topic.name);
  return document;
}

}  // namespace

Result<ResourcePlan> PlanResources(const TopicServiceOptions& options, const ConfigValues& values,
                                   const MetadataImage& image,
                                   const std::vector<TopicDocument>& documents, bool prune) {
  Planner planner(options, values, image);
  std::set<std::string_view> named;
  for (const TopicDocument& document : documents) {
    if (!named.insert(document.name).second) {
      return Fail(ErrorCode::kInvalidRequest,
                  fmt::format("two documents describe topic {}", document.name));
    }
    planner.Add(document);
  }
  if (prune) {
    for (const auto& [name, topic] : image.topics) {
      if (!named.contains(name) && !cluster::IsInternalTopic(name)) planner.Delete(*topic);
    }
  }
  return std::move(planner).Take();
}

Result<std::vector<TopicDocument>> ExportResources(const MetadataImage& image,
                                                   const std::set<std::string>& names) {
  std::vector<TopicDocument> documents;
  for (const std::string& name : names) {
    const cluster::TopicImage* topic = image.FindTopic(name);
    if (topic == nullptr) {
      return Fail(ErrorCode::kUnknownTopicOrPartition, fmt::format("there is no topic {}", name));
    }
    documents.push_back(DocumentOf(image, *topic));
  }
  if (!names.empty()) return documents;
  for (const auto& [name, topic] : image.topics) {
    if (!cluster::IsInternalTopic(name)) documents.push_back(DocumentOf(image, *topic));
  }
  return documents;
}

}  // namespace monkafka::services
