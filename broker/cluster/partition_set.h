// Keeps this broker's logs and Partitions in step with the image: creates, deletes and reconfigures
// logs, and makes the table of partitions that goes with an image.
//
// Threads: one at a time (start-up, then the metadata strand); blocks on the disk. Progress: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

  // Before a change is written: makes the logs that it adds, all or none, so that what a full disk
  // has no room for is refused. A crash now leaves directories that the image does not know, which
  // LoadLogs deletes. Followed by Apply or Abandon. The logs of a topic whose name another still
  // has are left to Apply. KAFKA_STORAGE_ERROR.
  Status Prepare(const MetadataImage& after, const PartitionTable& table,
                 const ImageChanges& changes);
  // The change that was prepared could not be written: its logs go.
  void Abandon();

  // From one table to the next: looks at what changed, and at all topics only when a broker's
  // settings did. Partitions that are unchanged are the same objects.
  std::shared_ptr<const PartitionTable> Apply(const MetadataImage& after,
                                              const PartitionTable& table,
                                              const ImageChanges& changes);

  // From Prepare to the end of Apply.
  ChangeProgress Progress() const {
    // Two loads may see two changes; of none is more done than there is.
    const int64_t total = total_;
    return {std::min<int64_t>(done_, total), total};
  }

 private:
  bool IsMine(const PartitionImage& partition) const;
  std::shared_ptr<const TopicPartitions> MakeTopic(const TopicImage& topic,
                                                   const TopicPartitions* before);
  // Logs that a topic lacks. before: the partitions that it had; nullptr: none.
  void AddMissing(const MetadataImage& image, const TopicImage& topic,
                  const TopicPartitions* before, std::vector<storage::NewLog>& missing) const;
  // Creates them; why one cannot be had is left in uncreated_.
  void CreateLogs(const std::vector<storage::NewLog>& missing);
  void ReportUncreated() const;
  std::shared_ptr<storage::PartitionLog> LogOf(const TopicPartition& tp);
  void Begin(const MetadataImage& after, const PartitionTable& table, const ImageChanges& changes);
  // Deletions come first: a topic's name may be taken again by the same batch.
  void DeleteGone(const MetadataImage& after, const PartitionTable& table,
                  const ImageChanges& changes);
  void Reconfigure(const MetadataImage& image, const TopicPartitions& topic);

  const int32_t node_id_;
  const LogConfigOf log_config_;
  storage::LogManager& logs_;
  std::map<TopicPartition, Error> uncreated_;
  std::vector<TopicPartition> prepared_;  // logs that Prepare created
  std::atomic<int64_t> done_ = 0;
  std::atomic<int64_t> total_ = 0;
};

}  // namespace monkafka::cluster
