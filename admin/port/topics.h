// Topics as the admin service sees them. Threads: any. Changes block the caller until they are made
// durable or `stop` is requested; a change that is under way goes on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

struct Rates {
  double records_per_second = 0;
  double bytes_per_second = 0;
};

struct PartitionInfo {
  int32_t partition = 0;
  int32_t leader_id = -1;
  int32_t leader_epoch = -1;
  std::vector<int32_t> replica_ids;
  std::vector<int32_t> isr_ids;
  int64_t log_start_offset = 0;
  int64_t last_stable_offset = 0;
  int64_t high_watermark = 0;
  int64_t log_end_offset = 0;
  int64_t durable_end_offset = 0;
  int64_t size_bytes = 0;
  int32_t segment_count = 0;
  Rates rates;
  std::string offline_reason;  // empty: can be read and written
};

struct TopicInfo {
  std::string name;
  std::string topic_id;
  bool internal = false;
  int32_t partition_count = 0;
  int32_t replication_factor = 0;
  std::map<std::string, std::string> configs;  // set on the topic itself
  std::vector<PartitionInfo> partitions;
  int64_t size_bytes = 0;
  int64_t record_count = 0;  // offsets from log start to log end
  Rates rates;
  std::string etag;
};

// How much of a TopicInfo is filled. kNames: what the metadata image has, etag included, but no
// configs and partitions. kBasic: configs, sizes, counts and rates too. kFull: everything.
enum class TopicView { kNames, kBasic, kFull };

struct TopicListing {
  TopicView view = TopicView::kBasic;
  bool include_internal = false;
  std::string after;   // only names above this one
  size_t limit = 500;  // at most so many
};

struct ReplicaAssignment {
  int32_t partition = 0;
  std::vector<int32_t> replica_ids;
};

struct TopicCreation {
  std::string name;
  int32_t partition_count = -1;     // -1: the broker's num.partitions
  int32_t replication_factor = -1;  // -1: the broker's default.replication.factor
  std::vector<ReplicaAssignment> assignments;
  std::map<std::string, std::string> configs;
  bool validate_only = false;
};

// All of it is done, or nothing.
struct TopicUpdate {
  std::string name;
  std::string etag;                            // empty: no check
  std::optional<int32_t> partition_count;      // total; must not be less
  bool must_grow = false;                      // must be more
  std::vector<ReplicaAssignment> assignments;  // of new partitions; empty: chosen
  bool replace_configs = false;                // others are removed
  std::map<std::string, std::optional<std::string>> set_configs;  // nullopt: remove
  bool validate_only = false;
};

// All of them are deleted, or none.
struct TopicDeletion {
  std::vector<std::string> names;  // each once
  std::string etag;                // of the only one; empty: no check
  TopicView view = TopicView::kFull;
  bool allow_missing = false;
  bool allow_internal = false;  // else a topic in which the broker keeps its state is refused
  bool validate_only = false;
};

struct TrimTarget {
  int32_t partition = 0;
  int64_t before_offset = -1;  // -1: the high watermark
};

struct TopicTrim {
  std::string topic;
  std::vector<TrimTarget> targets;
  bool allow_internal = false;  // as in TopicDeletion
  bool validate_only = false;
};

struct TrimResult {
  int32_t partition = 0;
  int64_t old_log_start_offset = 0;
  int64_t new_log_start_offset = 0;
};

class TopicsPort {
 public:
  virtual ~TopicsPort() = default;

  // By name, ascending.
  virtual Outcome<std::vector<TopicInfo>> List(const TopicListing& listing) = 0;
  virtual Outcome<TopicInfo> Get(const std::string& name, TopicView view) = 0;
  // These two answer with the topic as it is afterwards (or would be), in view kFull.
  virtual Outcome<TopicInfo> Create(const TopicCreation& creation, std::stop_token stop) = 0;
  virtual Outcome<TopicInfo> Update(const TopicUpdate& update, std::stop_token stop) = 0;
  // Answers with what was there, in the order of the names.
  virtual Outcome<std::vector<TopicInfo>> Delete(const TopicDeletion& deletion,
                                                 std::stop_token stop) = 0;
  // All targets are checked before the first is trimmed. One result for each, in their order.
  virtual Outcome<std::vector<TrimResult>> Trim(const TopicTrim& trim, std::stop_token stop) = 0;
};

}  // namespace monkafka::admin
