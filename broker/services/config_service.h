// Describing and altering the settings of topics and brokers: for Kafka's DescribeConfigs,
// AlterConfigs and IncrementalAlterConfigs, and for the admin service.
//
// Threads: any. Callbacks run once, on the metadata strand or inline; they must be quick. Lifetime:
// cluster and tables outlive the service.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "services/config_values.h"

namespace monkafka::services {

// Kafka's ConfigResource: the type as on the wire (cluster::ResourceType names those that are
// known). Topics by name; a broker by its id, all brokers by the empty name.
struct ConfigResource {
  int8_t type = 0;
  std::string name;
  friend auto operator<=>(const ConfigResource&, const ConfigResource&) = default;
};
inline cluster::ResourceType TypeOf(const ConfigResource& resource) {
  return static_cast<cluster::ResourceType>(resource.type);
}

struct ConfigQuery {
  ConfigResource resource;
  std::optional<std::vector<std::string>> keys;  // none or empty: all
  ListedSynonyms listed = ListedSynonyms::kAsKafka;
};

struct DescribedConfigs {
  ConfigResource resource;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
  std::vector<ConfigEntry> entries;  // by name
  std::string etag;                  // services/etag.h
};

// Kafka's AlterConfigOp.OpType, the value is the wire's.
enum class ConfigOperation : int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

struct ConfigChange {
  std::string name;
  ConfigOperation operation = ConfigOperation::kSet;
  std::optional<std::string> value;
};

struct ConfigAlteration {
  ConfigResource resource;
  std::vector<ConfigChange> changes;
  std::optional<std::string> etag = std::nullopt;  // refused when it is another (ConfigEtag)
};

struct AlteredConfigs {
  ConfigResource resource;
  ErrorCode error = ErrorCode::kNone;
  std::string message;
};

struct ConfigExplanation;

class ConfigService {
 public:
  ConfigService(cluster::Cluster& cluster, const ConfigTables& tables);

  // One result per query, in order.
  std::vector<DescribedConfigs> Describe(const std::vector<ConfigQuery>& queries) const;

  // The settings that an alteration names as they would be after it (the etag, too).
  DescribedConfigs DescribeAltered(const ConfigAlteration& alteration) const;

  // IncrementalAlterConfigs (KIP-339). One result per alteration, in order; the valid ones are made
  // in one atomic change of metadata.
  void Alter(std::vector<ConfigAlteration> alterations, bool validate_only,
             Callback<std::vector<AlteredConfigs>> done);
  // AlterConfigs: the changes (all kSet) replace every override that the resource has.
  void Replace(std::vector<ConfigAlteration> alterations, bool validate_only,
               Callback<std::vector<AlteredConfigs>> done);

  // One setting in depth (services/config_explanation.h).
  Result<ConfigExplanation> Explain(const ConfigResource& resource, std::string_view key,
                                    const std::optional<std::string>& proposed_value) const;

  const ConfigValues& values() const { return values_; }

 private:
  enum class Mode { kIncremental, kReplace };
  void Run(Mode mode, std::vector<ConfigAlteration> alterations, bool validate_only,
           Callback<std::vector<AlteredConfigs>> done);
  DescribedConfigs Describe(const cluster::MetadataImage& image, const ConfigQuery& query) const;
  Result<std::vector<ConfigEntry>> DescribeOne(const cluster::MetadataImage& image,
                                               const ConfigQuery& query) const;

  cluster::Cluster& cluster_;
  const ConfigValues values_;
};

}  // namespace monkafka::services
