// Configs of topics and brokers. Threads: any. Alter blocks the caller until the change is durable
// or `stop` is requested; a change that is under way goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

struct ConfigResource {
  enum class Type { kTopic, kBroker, kClusterDefault };
  Type type = Type::kClusterDefault;
  std::string topic;      // of kTopic
  int32_t broker_id = 0;  // of kBroker
};

// The numbers of the enums are those of the proto.
enum class ConfigSource {
  kUnknown = 0,
  kTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
};

enum class ConfigType {
  kUnknown = 0,
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};

enum class ConfigUpdateMode {
  kUnknown = 0,
  kReadOnly = 1,
  kPerBroker = 2,
  kClusterWide = 3,
  kPerTopic = 4,
};

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::kUnknown;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // nullopt: null, or a secret
  ConfigSource source = ConfigSource::kUnknown;
  ConfigType type = ConfigType::kUnknown;
  bool read_only = false;
  bool sensitive = false;
  std::optional<std::string> default_value;
  std::string documentation;
  std::vector<ConfigSynonym> synonyms;
};

struct ConfigSet {
  std::vector<ConfigEntry> entries;  // by name
  std::string etag;
};

struct ConfigChange {
  enum class Operation { kSet, kDelete, kAppend, kSubtract };
  std::string name;
  Operation operation = Operation::kSet;
  std::string value;
};

struct ConfigAlteration {
  ConfigResource resource;
  std::vector<ConfigChange> changes;
  std::string etag;  // empty: no check
  bool validate_only = false;
};

struct ProposedConfig {
  bool valid = false;
  std::string reason;
  std::optional<std::string> effective_value;
};

struct ConfigExplanation {
  ConfigEntry entry;
  ConfigUpdateMode update_mode = ConfigUpdateMode::kUnknown;
  std::optional<double> min_value;
  std::optional<double> max_value;
  std::vector<std::string> valid_values;
  std::optional<std::string> inherited_value;
  ConfigSource inherited_source = ConfigSource::kUnknown;
  std::optional<ProposedConfig> proposed;
};

class ConfigsPort {
 public:
  virtual ~ConfigsPort() = default;

  virtual Outcome<ConfigSet> Describe(const ConfigResource& resource) = 0;
  // The keys that were named, as they are (or would be) afterwards.
  virtual Outcome<ConfigSet> Alter(const ConfigAlteration& alteration, std::stop_token stop) = 0;
  virtual Outcome<ConfigExplanation> Explain(const ConfigResource& resource,
                                             const std::string& name,
                                             const std::optional<std::string>& proposed) = 0;
  // Whether what such a key is set to may be told in the log: the key exists and is no secret.
  virtual bool MayBeTold(ConfigResource::Type type, const std::string& name) const = 0;
};

}  // namespace monkafka::admin
