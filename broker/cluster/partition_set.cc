#include "cluster/partition_set.h"

#include <fmt/core.h>

#include <algorithm>

#include "cluster/offline_log.h"
#include "common/log.h"

namespace monkafka::cluster {

PartitionSet::PartitionSet(int32_t node_id, LogConfigOf log_config, storage::LogManager& logs)
    : node_id_(node_id), log_config_(std::move(log_config)), logs_(logs) {}

bool PartitionSet::IsMine(const PartitionImage& partition) const {
  return std::ranges::find(partition.replicas, node_id_) != partition.replicas.end();
}

Status PartitionSet::LoadLogs(const MetadataImage& image, bool metadata_is_new) {
  std::string unknown;
  const storage::TopicLookup lookup =
      [&](const TopicPartition& tp, const Uuid& id_on_disk) -> std::optional<storage::KnownTopic> {
    if (metadata_is_new) {
      unknown = tp.ToString();
      return storage::KnownTopic{id_on_disk, log_config_(image, tp.topic)};
    }
    const TopicImage* topic = image.FindTopic(tp.topic);
    if (topic == nullptr || tp.partition < 0 ||
        static_cast<size_t>(tp.partition) >= topic->partitions.size()) {
      return std::nullopt;
    }
    // A directory without an id is one whose creation a crash interrupted.
    if (!id_on_disk.IsZero() && id_on_disk != topic->id) return std::nullopt;
    if (!IsMine(topic->partitions[static_cast<size_t>(tp.partition)])) return std::nullopt;
    return storage::KnownTopic{topic->id, log_config_(image, tp.topic)};
  };
  Status status = logs_.LoadAll(lookup);
  if (!status || unknown.empty()) return status;
  return Fail(ErrorCode::kKafkaStorageError,
              fmt::format("{} holds partitions ({} is one) but its metadata log, "
                          "__cluster_metadata-0, is missing: put it back, or give an empty "
                          "directory",
                          logs_.directory(), unknown));
}

std::shared_ptr<const PartitionTable> PartitionSet::MakeTable(const MetadataImage& image) {
  auto table = std::make_shared<PartitionTable>();
  for (const auto& [name, topic] : image.topics) table->Add(MakeTopic(image, *topic, nullptr));
  return table;
}

std::shared_ptr<const PartitionTable> PartitionSet::Apply(const MetadataImage& after,
                                                          const PartitionTable& table,
                                                          const ImageChanges& changes) {
  Begin(after, table, changes);
  // Deletions come first: a topic's name may be taken again by the same batch.
  for (const std::string& name : changes.topics) {
    const TopicPartitions* was = table.Find(name);
    const TopicImage* now = after.FindTopic(name);
    if (was != nullptr && (now == nullptr || now->id != was->id)) Delete(*was);
  }
  auto next = std::make_shared<PartitionTable>(table);
  for (const std::string& name : changes.topics) {
    std::shared_ptr<const TopicPartitions> current = table.Share(name);
    const TopicImage* topic = after.FindTopic(name);
    if (current && (topic == nullptr || current->id != topic->id)) current = nullptr;
    next->Remove(name);
    if (topic != nullptr) next->Add(MakeTopic(after, *topic, current.get()));
  }
  // Settings of a broker are the defaults of every topic.
  const bool all = std::ranges::any_of(changes.configs, [](const auto& resource) {
    return resource.first == ResourceType::kBroker;
  });
  if (all) {
    for (const auto& [name, topic] : after.topics) Reconfigure(after, *next->Find(name));
  } else {
    for (const auto& [type, name] : changes.configs) {
      const TopicPartitions* topic = type == ResourceType::kTopic ? next->Find(name) : nullptr;
      if (topic != nullptr) Reconfigure(after, *topic);
    }
  }
  total_ = 0;
  return next;
}

// Counts what is to be created and deleted.
void PartitionSet::Begin(const MetadataImage& after, const PartitionTable& table,
                         const ImageChanges& changes) {
  size_t total = 0;
  for (const std::string& name : changes.topics) {
    const TopicPartitions* had = table.Find(name);
    const TopicImage* now = after.FindTopic(name);
    const bool stays = had != nullptr && now != nullptr && had->id == now->id;
    if (had != nullptr && !stays) total += had->partitions.size();
    if (now == nullptr) continue;
    const size_t there = stays ? had->partitions.size() : 0;
    total += now->partitions.size() - std::min(there, now->partitions.size());
  }
  done_ = 0;
  total_ = static_cast<int64_t>(total);
}

std::shared_ptr<const TopicPartitions> PartitionSet::MakeTopic(const MetadataImage& image,
                                                               const TopicImage& topic,
                                                               const TopicPartitions* before) {
  auto made = std::make_shared<TopicPartitions>();
  made->name = topic.name;
  made->id = topic.id;
  made->partitions.resize(topic.partitions.size());
  const storage::LogConfig config = log_config_(image, topic.name);
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionImage& from = topic.partitions[i];
    if (!IsMine(from)) continue;
    std::shared_ptr<Partition>& partition = made->partitions[i];
    if (before != nullptr && i < before->partitions.size()) partition = before->partitions[i];
    if (!partition) {
      const TopicPartition tp{topic.name, static_cast<int32_t>(i)};
      partition = std::make_shared<Partition>(tp, topic.id, from.leader_epoch,
                                              FindOrCreateLog(tp, topic.id, config));
      ++done_;
    }
    partition->SetLeaderEpoch(from.leader_epoch);
    // Led elsewhere: its log is kept, nobody reads or writes it through this broker.
    if (from.leader != node_id_) partition = nullptr;
  }
  return made;
}

std::shared_ptr<storage::PartitionLog> PartitionSet::FindOrCreateLog(
    const TopicPartition& tp, const Uuid& topic_id, const storage::LogConfig& config) {
  if (auto log = logs_.Find(tp)) return log;
  Result<std::shared_ptr<storage::PartitionLog>> log = logs_.Create(tp, topic_id, config);
  if (log) return *log;
  LogError("{} is offline until the next start: {}", tp.ToString(), log.error().message);
  return std::make_shared<OfflineLog>(std::move(log.error().message));
}

void PartitionSet::Delete(const TopicPartitions& topic) {
  LogInfo("topic {} with {} partitions is deleted", topic.name, topic.partitions.size());
  for (const auto& partition : topic.partitions) {
    ++done_;
    if (!partition) continue;
    partition->MarkDeleted();
    // What cannot be deleted now is found without a topic at the next start, and deleted then.
    if (Status status = logs_.Delete(partition->topic_partition()); !status) {
      LogWarning("the files of {} stay until the next start: {}",
                 partition->topic_partition().ToString(), status.error().message);
    }
  }
}

void PartitionSet::Reconfigure(const MetadataImage& image, const TopicPartitions& topic) {
  const storage::LogConfig config = log_config_(image, topic.name);
  for (const auto& partition : topic.partitions) {
    if (partition) partition->log().Reconfigure(config);
  }
}

}  // namespace monkafka::cluster
