// Keeps this broker's logs and Partitions in step with the image: creates, deletes and reconfigures
// logs, and makes the table of partitions that goes with an image.
//
// Threads: one at a time (start-up, then the metadata strand); blocks on the disk. Progress: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "cluster/cluster.h"
#include "cluster/metadata_delta.h"
#include "cluster/metadata_image.h"
#include "cluster/partition_table.h"
#include "storage/log_manager.h"

namespace monkafka::cluster {

class PartitionSet {
 public:
  using LogConfigOf = std::function<storage::LogConfig(const MetadataImage&, const std::string&)>;

  PartitionSet(int32_t node_id, LogConfigOf log_config, storage::LogManager& logs);

  // Loads the logs on disk; deletes those whose topic is gone or was created anew (a crash between
  // a deletion's record and its files). `metadata_is_new` says that no metadata was ever written:
  // partitions that lie there all the same are somebody's data, so that is an error, and nothing is
  // deleted.
  Status LoadLogs(const MetadataImage& image, bool metadata_is_new);
  // The table for an image, creating the logs that are missing (a crash between a creation's record
  // and its files). A log that cannot be had is offline.
  std::shared_ptr<const PartitionTable> MakeTable(const MetadataImage& image);

  // From one table to the next: looks at what changed, and at all topics only when a broker's
  // settings did. Partitions that are unchanged are the same objects.
  std::shared_ptr<const PartitionTable> Apply(const MetadataImage& after,
                                              const PartitionTable& table,
                                              const ImageChanges& changes);

  // Of the Apply that is under way.
  ChangeProgress Progress() const {
    // Two loads may see two changes; of none is more done than there is.
    const int64_t total = total_;
    return {std::min<int64_t>(done_, total), total};
  }

 private:
  bool IsMine(const PartitionImage& partition) const;
  std::shared_ptr<const TopicPartitions> MakeTopic(const MetadataImage& image,
                                                   const TopicImage& topic,
                                                   const TopicPartitions* before);
  std::shared_ptr<storage::PartitionLog> FindOrCreateLog(const TopicPartition& tp,
                                                         const Uuid& topic_id,
                                                         const storage::LogConfig& config);
  void Begin(const MetadataImage& after, const PartitionTable& table, const ImageChanges& changes);
  void Delete(const TopicPartitions& topic);
  void Reconfigure(const MetadataImage& image, const TopicPartitions& topic);

  const int32_t node_id_;
  const LogConfigOf log_config_;
  storage::LogManager& logs_;
  std::atomic<int64_t> done_ = 0;
  std::atomic<int64_t> total_ = 0;
};

}  // namespace monkafka::cluster
