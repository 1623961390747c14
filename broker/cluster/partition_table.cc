#include "cluster/partition_table.h"

#include <utility>

namespace monkafka::cluster {

void PartitionTable::Add(std::shared_ptr<const TopicPartitions> topic) {
  by_id_.emplace(topic->id, topic);
  by_name_.emplace(topic->name, std::move(topic));
}

void PartitionTable::Remove(std::string_view topic) {
  const auto found = by_name_.find(topic);
  if (found == by_name_.end()) return;
  by_id_.erase(found->second->id);
  by_name_.erase(found);
}

const TopicPartitions* PartitionTable::Find(std::string_view topic) const {
  const auto found = by_name_.find(topic);
  return found == by_name_.end() ? nullptr : found->second.get();
}

const TopicPartitions* PartitionTable::Find(const Uuid& topic_id) const {
  const auto found = by_id_.find(topic_id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

std::shared_ptr<const TopicPartitions> PartitionTable::Share(std::string_view topic) const {
  const auto found = by_name_.find(topic);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Partition>> PartitionTable::All() const {
  std::vector<std::shared_ptr<Partition>> all;
  for (const auto& [name, topic] : by_name_) {
    for (const auto& partition : topic->partitions) {
      if (partition) all.push_back(partition);
    }
  }
  return all;
}

void PublishedView::Publish(ClusterView view) {
  for (Copy& copy : copies_) {
    ClusterView old = view;  // destroyed without the lock
    MutexLock lock(copy.mutex);
    std::swap(copy.view, old);
  }
}

const PublishedView::Copy& PublishedView::Mine() const {
  static std::atomic<size_t> next{0};
  thread_local const size_t mine = next.fetch_add(1, std::memory_order_relaxed) % kCopies;
  return copies_[mine];
}

std::shared_ptr<const MetadataImage> PublishedView::Image() const {
  const Copy& copy = Mine();
  MutexLock lock(copy.mutex);
  return copy.view.image;
}

std::shared_ptr<const PartitionTable> PublishedView::Partitions() const {
  const Copy& copy = Mine();
  MutexLock lock(copy.mutex);
  return copy.view.partitions;
}

template <class Key>
std::shared_ptr<Partition> PublishedView::FindIn(const Key& key, int32_t partition) const {
  const Copy& copy = Mine();
  MutexLock lock(copy.mutex);
  const TopicPartitions* topic = copy.view.partitions->Find(key);
  if (topic == nullptr || partition < 0) return nullptr;
  const auto index = static_cast<size_t>(partition);
  return index < topic->partitions.size() ? topic->partitions[index] : nullptr;
}

std::shared_ptr<Partition> PublishedView::Find(std::string_view topic, int32_t partition) const {
  return FindIn(topic, partition);
}

std::shared_ptr<Partition> PublishedView::Find(const Uuid& topic_id, int32_t partition) const {
  return FindIn(topic_id, partition);
}

}  // namespace monkafka::cluster
