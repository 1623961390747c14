#include "app/admin/topics.h"

#include <utility>

#include "app/admin/failures.h"
#include "app/admin/refusals.h"
#include "app/admin/wait.h"
#include "services/etag.h"
#include "services/internal_topics.h"

namespace monkafka::app {
namespace {

using admin::Outcome;
using admin::TopicInfo;
using admin::TopicView;

constexpr char kTopic[] = "topic";

std::optional<std::string> OrNone(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

admin::Rates RatesOf(const RateMeter::Rate& rate) {
  return {rate.records_per_second, rate.bytes_per_second};
}

TopicInfo WhatTheImageHas(const cluster::MetadataImage& image, const cluster::TopicImage& topic) {
  TopicInfo info;
  info.name = topic.name;
  info.topic_id = topic.id.ToString();
  info.internal = cluster::IsInternalTopic(topic.name);
  info.partition_count = static_cast<int32_t>(topic.partitions.size());
  info.replication_factor = static_cast<int32_t>(topic.partitions.front().replicas.size());
  info.etag = services::TopicEtag(image, topic);
  return info;
}

admin::PartitionInfo PartitionOf(const services::PartitionDescription& described) {
  admin::PartitionInfo info;
  info.partition = described.partition;
  info.leader_id = described.state.leader;
  info.leader_epoch = described.state.leader_epoch;
  info.replica_ids = described.state.replicas;
  info.isr_ids = described.state.isr;
  if (described.offsets) {
    info.log_start_offset = described.offsets->log_start;
    info.last_stable_offset = described.offsets->last_stable;
    info.high_watermark = described.offsets->log_end;
    info.log_end_offset = described.offsets->log_end;
    info.durable_end_offset = described.offsets->durable_end;
  }
  info.size_bytes = described.size_in_bytes;
  info.segment_count = described.segment_count;
  info.rates = RatesOf(described.append_rate);
  info.offline_reason = described.offline;
  return info;
}

void AddPartition(admin::PartitionInfo partition, bool listed, TopicInfo& info) {
  info.size_bytes += partition.size_bytes;
  info.record_count += partition.log_end_offset - partition.log_start_offset;
  info.rates.records_per_second += partition.rates.records_per_second;
  info.rates.bytes_per_second += partition.rates.bytes_per_second;
  if (listed) info.partitions.push_back(std::move(partition));
}

services::NewTopic ToService(const admin::TopicCreation& creation) {
  services::NewTopic topic;
  topic.name = creation.name;
  topic.partitions = creation.partition_count;
  topic.replication_factor = static_cast<int16_t>(creation.replication_factor);
  for (const auto& assignment : creation.assignments) {
    topic.assignments.push_back({assignment.partition, assignment.replica_ids});
  }
  for (const auto& [key, value] : creation.configs) topic.configs.emplace_back(key, value);
  return topic;
}

services::TopicUpdate ToService(const admin::TopicUpdate& update) {
  services::TopicUpdate changed;
  changed.name = update.name;
  changed.etag = OrNone(update.etag);
  changed.partitions = update.partition_count;
  changed.must_grow = update.must_grow;
  if (!update.assignments.empty()) {
    changed.assignments.emplace();
    for (const auto& each : update.assignments) changed.assignments->push_back(each.replica_ids);
  }
  changed.configs = update.set_configs;
  changed.replace_configs = update.replace_configs;
  return changed;
}

// What a topic would be after an update that was only validated.
void Preview(const admin::TopicUpdate& update, TopicInfo& info) {
  info.partition_count = update.partition_count.value_or(info.partition_count);
  if (update.replace_configs) info.configs.clear();
  for (const auto& [key, value] : update.set_configs) {
    info.configs.erase(key);
    if (value) info.configs[key] = *value;
  }
}

TopicInfo Preview(const services::NewTopic& asked, const services::CreatedTopic& created) {
  TopicInfo info;
  info.name = created.name;
  info.internal = cluster::IsInternalTopic(created.name);
  info.partition_count = created.partitions;
  info.replication_factor = created.replication_factor;
  for (const auto& [key, value] : asked.configs) info.configs[key] = value.value_or("");
  return info;
}

}  // namespace

TopicInfo AdminTopics::Describe(const cluster::MetadataImage& image,
                                const cluster::TopicImage& topic, TopicView view) const {
  TopicInfo info = WhatTheImageHas(image, topic);
  if (view == TopicView::kNames) return info;
  const auto& overrides = image.ConfigsOf(cluster::ResourceType::kTopic, topic.name);
  info.configs = {overrides.begin(), overrides.end()};
  for (const auto& partition : topics_.DescribePartitions(topic)) {
    AddPartition(PartitionOf(partition), view == TopicView::kFull, info);
  }
  return info;
}

Outcome<std::vector<TopicInfo>> AdminTopics::List(const admin::TopicListing& listing) {
  const auto image = cluster_.Image();
  std::vector<TopicInfo> topics;
  for (auto at = image->topics.upper_bound(listing.after);
       at != image->topics.end() && topics.size() < listing.limit; ++at) {
    if (cluster::IsInternalTopic(at->first) && !listing.include_internal) continue;
    topics.push_back(Describe(*image, *at->second, listing.view));
  }
  return topics;
}

Outcome<TopicInfo> AdminTopics::Get(const std::string& name, TopicView view) {
  const auto image = cluster_.Image();
  const cluster::TopicImage* topic = image->FindTopic(name);
  if (topic == nullptr) {
    return FailAbout(Error{ErrorCode::kUnknownTopicOrPartition, "there is no topic " + name},
                     kTopic, name);
  }
  return Describe(*image, *topic, view);
}

Outcome<TopicInfo> AdminTopics::Create(const admin::TopicCreation& creation, std::stop_token stop) {
  auto known = CheckTopicConfigKeys(topics_.configs().tables(), /*present=*/{},
                                    {creation.configs.begin(), creation.configs.end()});
  if (!known) return std::unexpected(std::move(known).error());
  Result<services::NewTopic> topic =
      services::CompleteInternalTopic(topics_.options(), ToService(creation));
  if (!topic) return FailInternal(std::move(topic).error(), creation.name);
  auto results = Wait<std::vector<services::CreatedTopic>>(
      stop, [&](auto done) { topics_.Create({*topic}, creation.validate_only, std::move(done)); });
  if (!results) return std::unexpected(std::move(results).error());
  services::CreatedTopic& created = results->front();
  if (created.error != ErrorCode::kNone) {
    return FailAbout(Error{created.error, std::move(created.message)}, kTopic, creation.name);
  }
  if (creation.validate_only) return Preview(*topic, created);
  return Get(creation.name, TopicView::kFull);
}

Outcome<void> AdminTopics::Check(const admin::TopicUpdate& update) const {
  const auto image = cluster_.Image();
  const cluster::TopicImage* topic = image->FindTopic(update.name);
  if (topic == nullptr) return {};  // said by who changes it
  Status status;
  if (update.partition_count) {
    status = services::CheckInternalPartitions(*topic, *update.partition_count);
  }
  if (status) {
    status =
        services::CheckInternalConfigs(update.name, update.set_configs, update.replace_configs);
  }
  if (!status) return FailInternal(std::move(status).error(), update.name);
  return CheckTopicConfigKeys(topics_.configs().tables(),
                              image->ConfigsOf(cluster::ResourceType::kTopic, update.name),
                              update.set_configs);
}

Outcome<TopicInfo> AdminTopics::Update(const admin::TopicUpdate& update, std::stop_token stop) {
  if (auto checked = Check(update); !checked) return std::unexpected(std::move(checked).error());
  Outcome<void> done = WaitForResult<void>(stop, [&](auto callback) {
    topics_.Update(ToService(update), update.validate_only, std::move(callback));
  });
  if (!done) return FailAbout(std::move(done).error(), kTopic, update.name);
  Outcome<TopicInfo> info = Get(update.name, TopicView::kFull);
  if (info && update.validate_only) Preview(update, *info);
  return info;
}

Outcome<std::vector<TopicInfo>> AdminTopics::Delete(const admin::TopicDeletion& deletion,
                                                    std::stop_token stop) {
  std::vector<TopicInfo> there;
  std::vector<services::TopicReference> references;
  for (const std::string& name : deletion.names) {
    auto allowed = CheckMayDelete(name, deletion.allow_internal, "deleting " + name);
    if (!allowed) return std::unexpected(std::move(allowed).error());
    Outcome<TopicInfo> info = Get(name, deletion.view);
    const bool missing = !info && info.error().code == ErrorCode::kUnknownTopicOrPartition;
    if (missing && deletion.allow_missing) continue;
    if (!info) return std::unexpected(std::move(info).error());
    there.push_back(*std::move(info));
    references.push_back({.name = name, .etag = OrNone(deletion.etag)});
  }
  if (references.empty()) return there;
  Outcome<void> done = WaitForResult<void>(stop, [&](auto callback) {
    topics_.DeleteTogether(std::move(references), deletion.allow_missing, deletion.validate_only,
                           std::move(callback));
  });
  if (!done) return FailAbout(std::move(done).error(), kTopic, deletion.names.front());
  return there;
}

Outcome<std::vector<services::DeletedRecords>> AdminTopics::DeleteRecords(
    std::vector<services::RecordDeletion> deletions, bool validate_only,
    const std::stop_token& stop) {
  auto results = Wait<std::vector<services::DeletedRecords>>(stop, [&](auto done) {
    services::DeleteRecords(cluster_, std::move(deletions), validate_only, std::move(done));
  });
  if (!results) return results;
  for (services::DeletedRecords& result : *results) {
    if (result.error == ErrorCode::kNone) continue;
    std::string name = result.topic_partition.ToString();
    if (result.message.empty()) result.message = "there is no partition " + name;
    return FailAbout(Error{result.error, std::move(result.message)}, "partition", std::move(name));
  }
  return results;
}

Outcome<std::vector<admin::TrimResult>> AdminTopics::Trim(const admin::TopicTrim& trim,
                                                          std::stop_token stop) {
  auto allowed =
      CheckMayDelete(trim.topic, trim.allow_internal, "deleting records of " + trim.topic);
  if (!allowed) return std::unexpected(std::move(allowed).error());
  // Else its first partition would be named as what is missing.
  Outcome<TopicInfo> topic = Get(trim.topic, TopicView::kNames);
  if (!topic) return std::unexpected(std::move(topic).error());
  std::vector<services::RecordDeletion> deletions;
  std::vector<admin::TrimResult> trimmed;
  for (const admin::TrimTarget& target : trim.targets) {
    deletions.push_back({{trim.topic, target.partition}, target.before_offset});
    const auto partition = cluster_.FindPartition(trim.topic, target.partition);
    const Offset start = partition ? partition->log().Offsets().log_start : 0;
    trimmed.push_back({target.partition, start, start});
  }
  // All of it is possible before anything is done.
  auto results = DeleteRecords(deletions, /*validate_only=*/true, stop);
  if (results && !trim.validate_only) {
    results = DeleteRecords(deletions, /*validate_only=*/false, stop);
  }
  if (!results) return std::unexpected(std::move(results).error());
  for (size_t i = 0; i < trimmed.size(); ++i) {
    trimmed[i].new_log_start_offset = (*results)[i].low_watermark;
  }
  return trimmed;
}

}  // namespace monkafka::app
