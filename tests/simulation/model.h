// What the clients of the simulated broker know: what they wrote, what was promised to them. The
// workload writes it down, the check compares it with what a recovered broker has.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/types.h"

namespace monkafka::simulation {

// Every record ever sent has a number of its own, which is its value.
struct SentRecord {
  uint64_t number = 0;
  TimestampMs timestamp = 0;
};

struct SentBatch {
  std::vector<SentRecord> records;
  int32_t base_sequence = -1;  // -1: not of an idempotent producer
  int32_t padding = 0;         // bytes that make its records larger
};

struct LogRecord {
  SentRecord sent;
  int64_t end_bytes = 0;  // of the whole log up to and with the record's batch
};

struct PartitionModel {
  std::vector<LogRecord> log;  // by offset: all that was written, deleted or not
  std::set<uint64_t> numbers;  // of the records in `log`
  // Batches whose append failed: the last thing in the log may be one of them, or several that were
  // written together, in this order.
  std::vector<SentBatch> maybe;
  Offset durable_end = 0;     // everything below was promised
  Offset log_start = 0;       // as seen: it may not go back
  Offset delete_before = 0;   // the furthest that somebody asked for
  int64_t total_bytes = 0;    // of `log`
  int64_t largest_total = 0;  // ever
};

struct TopicModel {
  Uuid id;
  std::optional<int64_t> retention_ms;
  std::optional<int64_t> retention_bytes;
  std::vector<PartitionModel> partitions;
};

// A change of a topic that was asked for and is not answered yet.
struct TopicChange {
  enum class Kind { kCreate, kDelete, kGrow };
  Kind kind = Kind::kCreate;
  std::string name;
  TopicModel after;  // of kCreate and kGrow
};

// An idempotent producer, which writes to every partition with sequences of its own.
struct ProducerModel {
  struct Sent {
    SentBatch batch;
    Offset base_offset = kNoOffset;  // once acknowledged
  };
  struct Stream {
    int32_t next_sequence = 0;
    std::deque<Sent> acknowledged;  // the last five
    std::deque<Sent> waiting;       // sent again after a restart, in order
    bool in_doubt = false;          // one was answered with an error: nothing new before a retry
  };
  ProducerId id = kNoProducerId;
  std::map<std::pair<Uuid, int32_t>, Stream> streams;  // by topic id and partition
};

struct CommitModel {
  std::optional<Offset> promised;
  std::set<Offset> attempted;
};

struct Model {
  std::map<std::string, TopicModel> topics;
  std::optional<TopicChange> change;
  std::vector<ProducerModel> producers;
  std::map<std::pair<std::string, TopicPartition>, CommitModel> commits;  // by group
  std::set<Uuid> deleted_topics;
  bool offsets_topic = false;  // promised to be there
  uint64_t next_number = 1;

  PartitionModel* Find(const Uuid& topic_id, int32_t partition);
  // The topic is gone: nothing is promised of it any more but that.
  void Forget(const std::string& topic);
};

inline PartitionModel* Model::Find(const Uuid& topic_id, int32_t partition) {
  for (auto& [name, topic] : topics) {
    if (topic.id != topic_id) continue;
    const auto index = static_cast<size_t>(partition);
    return index < topic.partitions.size() ? &topic.partitions[index] : nullptr;
  }
  return nullptr;
}

inline void Model::Forget(const std::string& topic) {
  deleted_topics.insert(topics[topic].id);
  topics.erase(topic);
  for (auto& [key, commit] : commits) {
    if (key.second.topic == topic) commit.promised.reset();
  }
}

}  // namespace monkafka::simulation
