#include "services/fetch_session.h"

#include <cstring>
#include <utility>

namespace monkafka::services {

using protocol::FetchRequest;

FetchSession::Key FetchSession::KeyOf(const FetchSessionPartition& partition) const {
  return {partition.topic_id, uses_topic_ids ? std::string_view() : *partition.topic,
          partition.asked.partition};
}

void FetchSession::Add(FetchSessionPartition partition) {
  const auto known = index_.find(KeyOf(partition));
  if (known != index_.end()) {
    known->second->asked = partition.asked;
    return;
  }
  const auto added = partitions.insert(partitions.end(), std::move(partition));
  index_.emplace(KeyOf(*added), added);
}

void FetchSession::Apply(const FetchRequest& request) {
  for (const FetchRequest::Topic& topic : request.topics) {
    std::shared_ptr<const std::string> name;  // shared by the partitions that are added
    for (const FetchRequest::Partition& asked : topic.partitions) {
      const auto known = index_.find({topic.topic_id, topic.topic, asked.partition});
      if (known != index_.end()) {
        known->second->asked = asked;
        continue;
      }
      if (!name && !uses_topic_ids) name = std::make_shared<const std::string>(topic.topic);
      Add({.topic = name, .topic_id = topic.topic_id, .asked = asked});
    }
  }
  for (const FetchRequest::ForgottenTopic& topic : request.forgotten_topics_data) {
    for (const int32_t partition : topic.partitions) {
      const auto known = index_.find({topic.topic_id, topic.topic, partition});
      if (known == index_.end()) continue;
      const Partitions::iterator forgotten = known->second;
      index_.erase(known);  // its key refers to the partition's topic
      partitions.erase(forgotten);
    }
  }
}

std::shared_ptr<FetchSession> FetchSessionCache::Find(int32_t id) {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? nullptr : entry->second.session;
}

std::shared_ptr<FetchSession> FetchSessionCache::Create(bool uses_topic_ids, size_t partitions) {
  MutexLock lock(mutex_);
  if (entries_.size() >= slots_ && !MakeRoom(partitions)) return nullptr;
  auto session = std::make_shared<FetchSession>(NewId(), uses_topic_ids);
  const Time now = clock_.Now();
  entries_[session->id] = {session, partitions, now, now,
                           by_use_.insert(by_use_.end(), session->id)};
  return session;
}

void FetchSessionCache::Touch(int32_t id, size_t partitions) {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  entry->second.partitions = partitions;
  entry->second.used = clock_.Now();
  by_use_.splice(by_use_.end(), by_use_, entry->second.place);
}

void FetchSessionCache::Remove(int32_t id) {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry != entries_.end()) Erase(entry);
}

size_t FetchSessionCache::size() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

bool FetchSessionCache::MakeRoom(size_t partitions) {
  if (entries_.empty()) return false;
  const Time old = clock_.Now() - kEvictionTime;
  const auto unused = entries_.find(by_use_.front());
  if (unused->second.used < old) {
    Erase(unused);
    return true;
  }
  auto smallest = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->second.created >= old || entry->second.partitions >= partitions) continue;
    if (smallest == entries_.end() || entry->second.partitions < smallest->second.partitions) {
      smallest = entry;
    }
  }
  if (smallest == entries_.end()) return false;
  Erase(smallest);
  return true;
}

// Random, so that a client that lost its session does not walk into another's.
int32_t FetchSessionCache::NewId() const {
  for (;;) {
    const Uuid random = Uuid::Random();
    uint32_t bits = 0;
    std::memcpy(&bits, random.bytes.data(), sizeof(bits));
    const auto id = static_cast<int32_t>(bits & INT32_MAX);
    if (id != kNoFetchSession && !entries_.contains(id)) return id;
  }
}

void FetchSessionCache::Erase(Entries::iterator entry) {
  by_use_.erase(entry->second.place);
  entries_.erase(entry);
}

}  // namespace monkafka::services
