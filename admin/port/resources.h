// Topics as documents: the difference between what there should be and what there is. Threads: any.
// Apply blocks the caller until the change is durable or `stop` is requested.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

struct TopicDocument {
  std::string name;
  std::optional<int32_t> partitions;  // nullopt: as it is, or the default
  std::optional<int32_t> replication_factor;
  std::map<std::string, std::string> configs;
  bool merge_configs = false;  // else exactly these
};

struct PlanAction {
  // The numbers are those of the proto's PlanAction.Kind.
  enum class Kind {
    kCreate = 1,
    kDelete = 2,
    kAddPartitions = 3,
    kSetConfig = 4,
    kRemoveConfig = 5,
    kImpossible = 6,
  };
  Kind kind = Kind::kCreate;
  std::string topic;
  std::string field;  // empty: the topic itself
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::string reason;
  bool destructive = false;  // records can be lost by it, at once or later
};

struct Plan {
  std::vector<PlanAction> actions;  // by topic
  int32_t in_sync_count = 0;
  std::string etag;
};

struct PlanOrder {
  std::vector<TopicDocument> documents;
  bool prune = false;
};

struct ExportedTopics {
  std::vector<TopicDocument> documents;  // by name
  std::string etag;
};

// Partitions that were created or deleted so far, and how many it is in all.
using ApplyProgress = std::function<void(int64_t done, int64_t total)>;

class ResourcesPort {
 public:
  virtual ~ResourcesPort() = default;

  virtual Outcome<Plan> MakePlan(const PlanOrder& order) = 0;
  // All in one change of the metadata, or nothing. `etag` empty: no check. `progress` is called a
  // few times per second on the caller's thread; it may be empty.
  virtual Outcome<Plan> Apply(const PlanOrder& order, const std::string& etag, bool validate_only,
                              const ApplyProgress& progress, std::stop_token stop) = 0;
  // No names: all but the internal topics.
  virtual Outcome<ExportedTopics> Export(const std::vector<std::string>& topics) = 0;
};

}  // namespace monkafka::admin
