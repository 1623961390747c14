#include "cluster/partition_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <span>

#include "cluster/offline_log.h"
#include "common/log.h"

namespace monkafka::cluster {
namespace {

// So many logs are created or deleted before the progress is told.
constexpr size_t kStep = 512;

// What the table has of this topic, and not of an older one of its name.
std::shared_ptr<const TopicPartitions> SameTopic(const PartitionTable& table,
                                                 const TopicImage& topic) {
  std::shared_ptr<const TopicPartitions> same = table.Share(topic.name);
  return same && same->id == topic.id ? same : nullptr;
}

}  // namespace

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
  std::vector<storage::NewLog> missing;
  for (const auto& [name, topic] : image.topics) AddMissing(image, *topic, nullptr, missing);
  CreateLogs(missing);
  ReportUncreated();
  auto table = std::make_shared<PartitionTable>();
  for (const auto& [name, topic] : image.topics) table->Add(MakeTopic(*topic, nullptr));
  return table;
}

Status PartitionSet::Prepare(const MetadataImage& after, const PartitionTable& table,
                             const ImageChanges& changes) {
  Begin(after, table, changes);
  std::vector<storage::NewLog> missing;
  for (const std::string& name : changes.topics) {
    const TopicImage* topic = after.FindTopic(name);
    if (topic == nullptr) continue;
    const std::shared_ptr<const TopicPartitions> before = table.Share(name);
    if (!before || before->id == topic->id) AddMissing(after, *topic, before.get(), missing);
  }
  CreateLogs(missing);
  for (const storage::NewLog& log : missing) {
    if (!uncreated_.contains(log.topic_partition)) prepared_.push_back(log.topic_partition);
  }
  if (uncreated_.empty()) return {};
  const auto& [tp, error] = *uncreated_.begin();
  Status refused = Fail(ErrorCode::kKafkaStorageError,
                        fmt::format("the files of {} cannot be made, so nothing was changed: {}",
                                    tp.ToString(), error.message));
  Abandon();
  return refused;
}

void PartitionSet::Abandon() {
  const std::vector<Status> discarded = logs_.DiscardAll(prepared_);
  for (size_t i = 0; i < prepared_.size(); ++i) {
    // It is found without a topic at the next start, and removed.
    if (!discarded[i]) LogWarning("{}", discarded[i].error().message);
  }
  prepared_.clear();
  uncreated_.clear();
  total_ = 0;
}

std::shared_ptr<const PartitionTable> PartitionSet::Apply(const MetadataImage& after,
                                                          const PartitionTable& table,
                                                          const ImageChanges& changes) {
  prepared_.clear();
  DeleteGone(after, table, changes);
  std::vector<storage::NewLog> missing;
  for (const std::string& name : changes.topics) {
    const TopicImage* topic = after.FindTopic(name);
    if (topic != nullptr) AddMissing(after, *topic, SameTopic(table, *topic).get(), missing);
  }
  CreateLogs(missing);
  ReportUncreated();
  auto next = std::make_shared<PartitionTable>(table);
  for (const std::string& name : changes.topics) {
    const TopicImage* topic = after.FindTopic(name);
    next->Remove(name);
    if (topic != nullptr) next->Add(MakeTopic(*topic, SameTopic(table, *topic).get()));
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

std::shared_ptr<const TopicPartitions> PartitionSet::MakeTopic(const TopicImage& topic,
                                                               const TopicPartitions* before) {
  auto made = std::make_shared<TopicPartitions>();
  made->name = topic.name;
  made->id = topic.id;
  made->partitions.resize(topic.partitions.size());
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionImage& from = topic.partitions[i];
    if (!IsMine(from)) continue;
    std::shared_ptr<Partition>& partition = made->partitions[i];
    if (before != nullptr && i < before->partitions.size()) partition = before->partitions[i];
    if (!partition) {
      const TopicPartition tp{topic.name, static_cast<int32_t>(i)};
      partition = std::make_shared<Partition>(tp, topic.id, from.leader_epoch, LogOf(tp));
    }
    partition->SetLeaderEpoch(from.leader_epoch);
    // Led elsewhere: its log is kept, nobody reads or writes it through this broker.
    if (from.leader != node_id_) partition = nullptr;
  }
  return made;
}

void PartitionSet::AddMissing(const MetadataImage& image, const TopicImage& topic,
                              const TopicPartitions* before,
                              std::vector<storage::NewLog>& missing) const {
  std::optional<storage::LogConfig> config;
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    TopicPartition tp{topic.name, static_cast<int32_t>(i)};
    if (!IsMine(topic.partitions[i]) || logs_.Find(tp)) continue;
    // It is offline, and stays so.
    if (before != nullptr && i < before->partitions.size() && before->partitions[i]) continue;
    if (!config) config = log_config_(image, topic.name);
    missing.push_back({std::move(tp), topic.id, *config});
  }
}

void PartitionSet::CreateLogs(const std::vector<storage::NewLog>& missing) {
  uncreated_.clear();
  for (size_t begin = 0; begin < missing.size(); begin += kStep) {
    const auto step = std::span(missing).subspan(begin, std::min(kStep, missing.size() - begin));
    auto created = logs_.CreateAll(step);
    for (size_t i = 0; i < step.size(); ++i) {
      const TopicPartition& tp = step[i].topic_partition;
      if (created[i]) continue;
      uncreated_[tp] = std::move(created[i]).error();
    }
    done_ += static_cast<int64_t>(step.size());
  }
}

void PartitionSet::ReportUncreated() const {
  for (const auto& [tp, error] : uncreated_) {
    LogError("{} is offline until the next start: {}", tp.ToString(), error.message);
  }
}

std::shared_ptr<storage::PartitionLog> PartitionSet::LogOf(const TopicPartition& tp) {
  if (auto log = logs_.Find(tp)) return log;
  return std::make_shared<OfflineLog>(uncreated_[tp].message);
}

void PartitionSet::DeleteGone(const MetadataImage& after, const PartitionTable& table,
                              const ImageChanges& changes) {
  std::vector<TopicPartition> gone;
  for (const std::string& name : changes.topics) {
    const TopicPartitions* was = table.Find(name);
    const TopicImage* now = after.FindTopic(name);
    if (was == nullptr || (now != nullptr && now->id == was->id)) continue;
    LogInfo("topic {} with {} partitions is deleted", name, was->partitions.size());
    for (const auto& partition : was->partitions) {
      if (!partition) {
        ++done_;
        continue;
      }
      partition->MarkDeleted();
      gone.push_back(partition->topic_partition());
    }
  }
  for (size_t begin = 0; begin < gone.size(); begin += kStep) {
    const auto step = std::span(gone).subspan(begin, std::min(kStep, gone.size() - begin));
    const std::vector<Status> deleted = logs_.DeleteAll(step);
    for (size_t i = 0; i < step.size(); ++i) {
      // What cannot be deleted now is found without a topic at the next start, and deleted then.
      if (!deleted[i]) {
        LogWarning("the files of {} stay until the next start: {}", step[i].ToString(),
                   deleted[i].error().message);
      }
    }
    done_ += static_cast<int64_t>(step.size());
  }
}

void PartitionSet::Reconfigure(const MetadataImage& image, const TopicPartitions& topic) {
  const storage::LogConfig config = log_config_(image, topic.name);
  for (const auto& partition : topic.partitions) {
    if (partition) partition->log().Reconfigure(config);
  }
}

}  // namespace monkafka::cluster
