// Ports that a test fills and looks into.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "admin/port/cluster.h"
#include "admin/port/configs.h"
#include "admin/port/connections.h"
#include "admin/port/groups.h"
#include "admin/port/offsets.h"
#include "admin/port/records.h"
#include "admin/port/resources.h"
#include "admin/port/segments.h"
#include "admin/port/topics.h"
#include "common/mutex.h"

namespace monkafka::admin {

inline std::unexpected<Failure> UnknownTopic(const std::string& name) {
  return FailWith({ErrorCode::kUnknownTopicOrPartition, "there is no topic " + name},
                  {"topic", name});
}

class FakeTopics final : public TopicsPort {
 public:
  Outcome<std::vector<TopicInfo>> List(const TopicListing& listing) override {
    ++lists;
    std::vector<TopicInfo> page;
    for (auto at = topics.upper_bound(listing.after); at != topics.end(); ++at) {
      if (page.size() == listing.limit) break;
      if (listing.include_internal || !at->second.internal) page.push_back(at->second);
    }
    return page;
  }
  Outcome<TopicInfo> Get(const std::string& name, TopicView) override {
    const auto found = topics.find(name);
    if (found == topics.end()) return UnknownTopic(name);
    return found->second;
  }
  Outcome<TopicInfo> Create(const TopicCreation& creation, std::stop_token) override {
    ++creations;
    last_creation = creation;
    if (topics.contains(creation.name)) {
      return FailWith({ErrorCode::kTopicAlreadyExists, "there is a topic " + creation.name},
                      {"topic", creation.name});
    }
    TopicInfo topic;
    topic.name = creation.name;
    topic.partition_count = creation.partition_count;
    topic.configs = creation.configs;
    if (!creation.validate_only) topics[topic.name] = topic;
    return topic;
  }
  Outcome<TopicInfo> Update(const TopicUpdate& update, std::stop_token) override {
    last_update = update;
    if (!update.etag.empty() && update.etag != topics[update.name].etag) {
      return FailEtag({"topic", update.name});
    }
    return Get(update.name, TopicView::kFull);
  }
  Outcome<std::vector<TopicInfo>> Delete(const TopicDeletion& deletion, std::stop_token) override {
    last_deletion = deletion;
    std::vector<TopicInfo> deleted;
    for (const std::string& name : deletion.names) {
      const auto found = topics.find(name);
      if (found == topics.end() && deletion.allow_missing) continue;
      if (found == topics.end()) return UnknownTopic(name);
      deleted.push_back(found->second);
    }
    for (const TopicInfo& topic : deleted) topics.erase(topic.name);
    return deleted;
  }
  Outcome<std::vector<TrimResult>> Trim(const TopicTrim& trim, std::stop_token) override {
    last_trim = trim;
    std::vector<TrimResult> results;
    for (const TrimTarget& target : trim.targets) {
      results.push_back({target.partition, 3, target.before_offset});
    }
    return results;
  }

  void Add(std::string name, int32_t partitions = 1, int64_t size = 0) {
    TopicInfo topic;
    topic.name = name;
    topic.partition_count = partitions;
    topic.size_bytes = size;
    topic.etag = "e1";
    topics[std::move(name)] = std::move(topic);
  }

  std::map<std::string, TopicInfo> topics;
  TopicCreation last_creation;
  TopicUpdate last_update;
  TopicDeletion last_deletion;
  TopicTrim last_trim;
  int creations = 0;
  int lists = 0;
};

class FakeOffsets final : public OffsetsPort {
 public:
  Outcome<std::vector<PartitionOffsets>> Snapshot(const std::vector<std::string>&) override {
    MutexLock lock(mutex_);
    ++snapshots_;
    changed_.NotifyAll();
    return partitions_;
  }
  Outcome<std::vector<FoundOffset>> Find(const std::string&, const std::vector<int32_t>& partitions,
                                         OffsetSpec spec, int64_t timestamp_ms,
                                         std::stop_token) override {
    last_spec = spec;
    std::vector<FoundOffset> found;
    for (const int32_t partition : partitions) found.push_back({partition, 7, timestamp_ms, 1});
    return found;
  }

  void Set(std::vector<PartitionOffsets> partitions) {
    MutexLock lock(mutex_);
    partitions_ = std::move(partitions);
  }
  void WaitForSnapshots(int count) {
    MutexLock lock(mutex_);
    while (snapshots_ < count) changed_.Wait(mutex_);
  }

  OffsetSpec last_spec = OffsetSpec::kEarliest;

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<PartitionOffsets> partitions_ GUARDED_BY(mutex_);
  int snapshots_ GUARDED_BY(mutex_) = 0;
};

// One topic with one partition, whose records are a vector of values.
class FakeRecords final : public RecordsPort {
 public:
  Outcome<ScanSummary> Scan(const ScanQuery& query, ScanSink& sink, std::stop_token stop) override {
    const size_t end = Size();
    ScanSummary summary;
    int64_t at = Start(query, end);
    summary.end = ScanEnd::kComplete;
    for (; at < static_cast<int64_t>(endless_ ? INT64_MAX : end); ++at) {
      if (stop.stop_requested()) {
        summary.end = ScanEnd::kStopped;
        break;
      }
      if (query.max_scanned_records > 0 && summary.scanned_records >= query.max_scanned_records) {
        summary.end = ScanEnd::kBudget;
        break;
      }
      ++summary.scanned_records;
      ++summary.matched_records;
      const bool more = Give(at, sink) && PauseAfter(at, sink);
      if (query.max_matches > 0 && summary.matched_records >= query.max_matches) {
        summary.end = ScanEnd::kLimit;
        ++at;
        break;
      }
      if (!more) {
        summary.end = ScanEnd::kStopped;
        ++at;
        break;
      }
    }
    summary.next = {{0, at}};
    MutexLock lock(mutex_);
    last_query_ = query;
    ++finished_scans_;
    stopped_scans_ += summary.end == ScanEnd::kStopped ? 1 : 0;
    changed_.NotifyAll();
    return summary;
  }

  Outcome<std::unique_ptr<Subscription>> WhenReadable(const std::string&,
                                                      const std::vector<Position>& positions,
                                                      std::function<void()> wake) override {
    MutexLock lock(mutex_);
    if (static_cast<int64_t>(values_.size()) > positions[0].offset) {
      wake();
    } else {
      wake_ = std::move(wake);
    }
    ++waits_;
    changed_.NotifyAll();
    return std::make_unique<Waiting>(*this);
  }
  Outcome<std::vector<ProducedRecord>> Produce(const ProduceOrder& order,
                                               std::stop_token) override {
    std::vector<ProducedRecord> produced;
    for (const NewRecord& record : order.records) {
      if (record.value == "refused") {
        produced.push_back({0, -1, -1, "MESSAGE_TOO_LARGE"});
        continue;
      }
      Append(record.value.value_or("null"));
      produced.push_back({0, static_cast<int64_t>(Size()) - 1, 5, {}});
    }
    last_order = order;
    return produced;
  }

  void Append(std::string value) {
    std::function<void()> wake;
    {
      MutexLock lock(mutex_);
      values_.push_back(std::move(value));
      wake = std::exchange(wake_, nullptr);
    }
    if (wake) wake();
  }
  void set_endless(size_t record_bytes) {
    endless_ = true;
    record_bytes_ = record_bytes;
  }
  void WaitForWait(int count) {
    WaitUntil([&]() NO_THREAD_SAFETY_ANALYSIS { return waits_ >= count; });
  }
  void WaitForStoppedScan() {
    WaitUntil([&]() NO_THREAD_SAFETY_ANALYSIS { return stopped_scans_ > 0; });
  }
  void WaitForFreedSubscription() {
    WaitUntil([&]() NO_THREAD_SAFETY_ANALYSIS { return freed_ > 0; });
  }
  // Scans have to wait for something once they have given this record, until Resume.
  void set_pause_after(int64_t offset) {
    MutexLock lock(mutex_);
    pause_after_ = offset;
  }
  void Resume() {
    set_pause_after(-1);
    changed_.NotifyAll();
  }
  int stopped_scans() {
    MutexLock lock(mutex_);
    return stopped_scans_;
  }
  size_t given() const { return given_; }
  ScanQuery last_query() {
    MutexLock lock(mutex_);
    return last_query_;
  }

  ProduceOrder last_order;

 private:
  class Waiting final : public Subscription {
   public:
    explicit Waiting(FakeRecords& records) : records_(records) {}
    ~Waiting() override {
      std::function<void()> dropped;
      MutexLock lock(records_.mutex_);
      dropped = std::exchange(records_.wake_, nullptr);
      ++records_.freed_;
      records_.changed_.NotifyAll();
    }

   private:
    FakeRecords& records_;
  };

  size_t Size() {
    MutexLock lock(mutex_);
    return values_.size();
  }
  static int64_t Start(const ScanQuery& query, size_t end) {
    if (const auto* at = std::get_if<FromPositions>(&query.start)) return at->positions[0].offset;
    if (const auto* at = std::get_if<FromOffset>(&query.start)) return at->offset;
    if (std::holds_alternative<FromLatest>(query.start)) return static_cast<int64_t>(end);
    return 0;
  }
  bool Give(int64_t offset, ScanSink& sink) {
    std::string value;
    if (endless_) {
      value = std::string(record_bytes_, 'x');
    } else {
      MutexLock lock(mutex_);
      value = values_[static_cast<size_t>(offset)];
    }
    ++given_;
    RecordView record;
    record.offset = offset;
    record.value = value;
    return sink.OnRecord(0, record);
  }
  bool PauseAfter(int64_t offset, ScanSink& sink) {
    {
      MutexLock lock(mutex_);
      if (offset != pause_after_) return true;
    }
    const bool more = sink.Flush();
    WaitUntil([&]() NO_THREAD_SAFETY_ANALYSIS { return pause_after_ != offset; });
    return more;
  }
  void WaitUntil(const std::function<bool()>& condition) {
    MutexLock lock(mutex_);
    while (!condition()) changed_.Wait(mutex_);
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> values_ GUARDED_BY(mutex_);
  std::function<void()> wake_ GUARDED_BY(mutex_);
  ScanQuery last_query_ GUARDED_BY(mutex_);
  int64_t pause_after_ GUARDED_BY(mutex_) = -1;
  int waits_ GUARDED_BY(mutex_) = 0;
  int finished_scans_ GUARDED_BY(mutex_) = 0;
  int stopped_scans_ GUARDED_BY(mutex_) = 0;
  int freed_ GUARDED_BY(mutex_) = 0;
  std::atomic<size_t> given_ = 0;
  bool endless_ = false;
  size_t record_bytes_ = 1;
};

}  // namespace monkafka::admin
