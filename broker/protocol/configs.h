// Configs of topics and brokers: describe, replace (AlterConfigs), change
// (IncrementalAlterConfigs).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"

namespace monkafka::protocol {

// Values of the resource_type fields (Kafka's ConfigResource.Type).
enum class ConfigResourceType : int8_t {
  kUnknown = 0,
  kTopic = 2,
  kBroker = 4,
  kBrokerLogger = 8,
  kClientMetrics = 16,
  kGroup = 32,
};

// Values of config_source and source: where a value comes from, the nearest first.
enum class ConfigSource : int8_t {
  kUnknown = 0,
  kDynamicTopicConfig = 1,
  kDynamicBrokerConfig = 2,
  kDynamicDefaultBrokerConfig = 3,
  kStaticBrokerConfig = 4,
  kDefaultConfig = 5,
  kDynamicBrokerLoggerConfig = 6,
  kClientMetricsConfig = 7,
  kGroupConfig = 8,
};

// Values of config_type.
enum class ConfigType : int8_t {
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

// Values of config_operation.
enum class ConfigOperation : int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

struct DescribeConfigsRequest {
  static constexpr Api api{ApiKey::kDescribeConfigs, "DescribeConfigs", 0, 4, /*flexible_from=*/4};

  struct Resource {
    ConfigResourceType resource_type{};
    std::string_view resource_name;
    std::optional<std::vector<std::string_view>> configuration_keys =
        std::vector<std::string_view>();  // null: all

    static void fields(auto& io, auto& m) {
      io(m.resource_type);
      io(m.resource_name);
      io(m.configuration_keys);
      io.tags();
    }
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  static void fields(auto& io, auto& m) {
    io(m.resources);
    if (io.version >= 1) io(m.include_synonyms);
    if (io.version >= 3) io(m.include_documentation);
    io.tags();
  }
};

struct DescribeConfigsResponse {
  static constexpr Api api = DescribeConfigsRequest::api;

  struct Synonym {
    std::string name;
    std::optional<std::string> value;
    ConfigSource source{};

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.value);
      io(m.source);
      io.tags();
    }
  };

  struct Config {
    std::string name;
    std::optional<std::string> value;  // null when sensitive
    bool read_only = false;
    bool is_default = false;  // version 0 alone; then config_source tells
    ConfigSource config_source{-1};
    bool is_sensitive = false;
    std::vector<Synonym> synonyms;
    ConfigType config_type{};
    std::optional<std::string> documentation;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.value);
      io(m.read_only);
      if (io.version == 0) io(m.is_default);
      if (io.version >= 1) io(m.config_source);
      io(m.is_sensitive);
      if (io.version >= 1) io(m.synonyms);
      if (io.version >= 3) io(m.config_type);
      if (io.version >= 3) io(m.documentation);
      io.tags();
    }
  };

  struct Result {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    ConfigResourceType resource_type{};
    std::string resource_name;
    std::vector<Config> configs;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.error_message);
      io(m.resource_type);
      io(m.resource_name);
      io(m.configs);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Result> results;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.results);
    io.tags();
  }
};

struct AlterConfigsRequest {
  static constexpr Api api{ApiKey::kAlterConfigs, "AlterConfigs", 0, 2, /*flexible_from=*/2};

  struct Config {
    std::string_view name;
    std::optional<std::string_view> value;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.value);
      io.tags();
    }
  };

  struct Resource {
    ConfigResourceType resource_type{};
    std::string_view resource_name;
    std::vector<Config> configs;

    static void fields(auto& io, auto& m) {
      io(m.resource_type);
      io(m.resource_name);
      io(m.configs);
      io.tags();
    }
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  static void fields(auto& io, auto& m) {
    io(m.resources);
    io(m.validate_only);
    io.tags();
  }
};

struct AlterConfigsResponse {
  static constexpr Api api = AlterConfigsRequest::api;

  struct Resource {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    ConfigResourceType resource_type{};
    std::string resource_name;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.error_message);
      io(m.resource_type);
      io(m.resource_name);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.responses);
    io.tags();
  }
};

struct IncrementalAlterConfigsRequest {
  static constexpr Api api{ApiKey::kIncrementalAlterConfigs, "IncrementalAlterConfigs", 0, 1,
                           /*flexible_from=*/1};

  struct Config {
    std::string_view name;
    ConfigOperation config_operation{};
    std::optional<std::string_view> value;

    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.config_operation);
      io(m.value);
      io.tags();
    }
  };

  struct Resource {
    ConfigResourceType resource_type{};
    std::string_view resource_name;
    std::vector<Config> configs;

    static void fields(auto& io, auto& m) {
      io(m.resource_type);
      io(m.resource_name);
      io(m.configs);
      io.tags();
    }
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  static void fields(auto& io, auto& m) {
    io(m.resources);
    io(m.validate_only);
    io.tags();
  }
};

struct IncrementalAlterConfigsResponse {
  static constexpr Api api = IncrementalAlterConfigsRequest::api;

  struct Resource {
    ErrorCode error_code = ErrorCode::kNone;
    std::optional<std::string> error_message;
    ConfigResourceType resource_type{};
    std::string resource_name;

    static void fields(auto& io, auto& m) {
      io(m.error_code);
      io(m.error_message);
      io(m.resource_type);
      io(m.resource_name);
      io.tags();
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  static void fields(auto& io, auto& m) {
    io(m.throttle_time_ms);
    io(m.responses);
    io.tags();
  }
};

}  // namespace monkafka::protocol
