// Finding a partition, for every partition of every Produce and Fetch: an immutable table that a
// change replaces as a whole.
//
// Threads: any. Readers take the lock of one of several copies of the reference to the table, by
// thread, so that they neither wait for each other nor write to a cache line that another thread
// reads; a writer goes through all copies. No allocation. About 30 ns of CPU per lookup
// (tests/bench/micro/partition_table_bench.cc).
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/partition.h"
#include "common/mutex.h"

namespace monkafka::cluster {

struct TopicPartitions {
  std::string name;
  Uuid id;
  std::vector<std::shared_ptr<Partition>> partitions;  // nullptr: led elsewhere
};

class PartitionTable {
 public:
  void Add(std::shared_ptr<const TopicPartitions> topic);  // whose name is not there
  void Remove(std::string_view topic);                     // if it is there
  const TopicPartitions* Find(std::string_view topic) const;
  const TopicPartitions* Find(const Uuid& topic_id) const;
  std::vector<std::shared_ptr<Partition>> All() const;
  std::shared_ptr<const TopicPartitions> Share(std::string_view topic) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::shared_ptr<const TopicPartitions>, Hash, std::equal_to<>>
      by_name_;
  std::unordered_map<Uuid, std::shared_ptr<const TopicPartitions>> by_id_;
};

// The image and the partitions that go with it.
struct ClusterView {
  std::shared_ptr<const MetadataImage> image;
  std::shared_ptr<const PartitionTable> partitions;
};

class PublishedView {
 public:
  explicit PublishedView(ClusterView view) { Publish(std::move(view)); }

  // Once it returns every reader sees the new view.
  void Publish(ClusterView view);

  std::shared_ptr<const MetadataImage> Image() const;
  std::shared_ptr<const PartitionTable> Partitions() const;
  std::shared_ptr<Partition> Find(std::string_view topic, int32_t partition) const;
  std::shared_ptr<Partition> Find(const Uuid& topic_id, int32_t partition) const;

 private:
  static constexpr size_t kCopies = 32;  // more than network threads

  struct alignas(64) Copy {
    mutable Mutex mutex;
    ClusterView view GUARDED_BY(mutex);
  };
  const Copy& Mine() const;
  template <class Key>
  std::shared_ptr<Partition> FindIn(const Key& key, int32_t partition) const;

  std::array<Copy, kCopies> copies_;
};

}  // namespace monkafka::cluster
