// Topics as declarative documents: what has to be done so that the cluster becomes what the
// documents say. Computed here, so that every client agrees. Pure: everything comes from the image.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "services/config_values.h"
#include "services/topic_service.h"

namespace monkafka::services {

struct TopicDocument {
  std::string name;
  std::optional<int32_t> partitions = {};          // none: the default, or as it is
  std::optional<int16_t> replication_factor = {};  // likewise; cannot be changed later
  cluster::ConfigMap configs = {};                 // overrides
  // Overrides that the document does not have are removed; else they stay.
  bool exact_configs = true;
};

struct PlannedAction {
  enum class Kind {
    kCreateTopic,
    kDeleteTopic,
    kAddPartitions,
    kSetConfig,
    kRemoveConfig,
    kImpossible,  // what the document says cannot be had; `reason` tells why
  };
  Kind kind = Kind::kImpossible;
  std::string topic = {};
  std::string field = {};                // "partitions", a config key, empty for whole topics
  std::optional<std::string> from = {};  // none: there was nothing
  std::optional<std::string> to = {};    // none: there will be nothing
  ErrorCode error = ErrorCode::kNone;
  std::string reason = {};
  // Records can be lost by it: a topic goes, or retention or cleanup.policy keep less of them.
  bool destructive = false;
};

struct ResourcePlan {
  std::vector<PlannedAction> actions;  // in the order of the documents, deletions last
  int32_t in_sync = 0;                 // documents that need nothing
  bool possible = true;                // no action is impossible
  std::string etag;                    // of the actions and what they were computed from
  std::vector<cluster::MetadataRecord> records;
};

// With `prune`, topics that no document names are deleted, but for internal ones. INVALID_REQUEST
// for a topic that two documents name; POLICY_VIOLATION for a plan that is too large for one
// change.
Result<ResourcePlan> PlanResources(const TopicServiceOptions& options, const ConfigValues& values,
                                   const cluster::MetadataImage& image,
                                   const std::vector<TopicDocument>& documents, bool prune);

// The documents of what is there: by name, or all topics but internal ones.
// UNKNOWN_TOPIC_OR_PARTITION.
Result<std::vector<TopicDocument>> ExportResources(const cluster::MetadataImage& image,
                                                   const std::set<std::string>& names);

}  // namespace monkafka::services
