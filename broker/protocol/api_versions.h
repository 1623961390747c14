// ApiVersions: which APIs, in which versions, the broker answers (KIP-35, KIP-511).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/types.h"
#include "protocol/api.h"
#include "protocol/tag.h"

namespace monkafka::protocol {

struct ApiVersionsRequest {
  static constexpr Api api{ApiKey::kApiVersions, "ApiVersions", 0, 4, /*flexible_from=*/3};

  std::string_view client_software_name;
  std::string_view client_software_version;

  static void fields(auto& io, auto& m) {
    if (io.version >= 3) io(m.client_software_name);
    if (io.version >= 3) io(m.client_software_version);
    io.tags();
  }
};

struct ApiVersionsResponse {
  static constexpr Api api = ApiVersionsRequest::api;

  struct ApiVersion {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;

    static void fields(auto& io, auto& m) {
      io(m.api_key);
      io(m.min_version);
      io(m.max_version);
      io.tags();
    }
  };

  struct SupportedFeature {
    std::string name;
    int16_t min_version = 0;  // may be 0 from version 4 on: leave such features out before
    int16_t max_version = 0;

    friend bool operator==(const SupportedFeature&, const SupportedFeature&) = default;
    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.min_version);
      io(m.max_version);
      io.tags();
    }
  };

  struct FinalizedFeature {
    std::string name;
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;

    friend bool operator==(const FinalizedFeature&, const FinalizedFeature&) = default;
    static void fields(auto& io, auto& m) {
      io(m.name);
      io(m.max_version_level);
      io(m.min_version_level);
      io.tags();
    }
  };

  ErrorCode error_code = ErrorCode::kNone;
  std::vector<ApiVersion> api_keys;
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features;
  int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeature> finalized_features;
  bool zk_migration_ready = false;

  static void fields(auto& io, auto& m) {
    io(m.error_code);
    io(m.api_keys);
    if (io.version >= 1) io(m.throttle_time_ms);
    io.tags(Tag{0, m.supported_features}, Tag{1, m.finalized_features_epoch, true, int64_t{-1}},
            Tag{2, m.finalized_features}, Tag{3, m.zk_migration_ready});
  }
};

}  // namespace monkafka::protocol
