// What a partition's log is told about its topic: Kafka's topic configs that concern storage, with
// Kafka's defaults. Filled from the config table; changeable at run time.
// Source: Kafka documentation, "Topic Configs"; TopicConfig.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "records/batch.h"

namespace monkafka::storage {

struct LogConfig {
  static constexpr int64_t kInfinite = std::numeric_limits<int64_t>::max();

  int32_t segment_bytes = 1 << 30;
  std::chrono::milliseconds segment_ms{7LL * 24 * 3600 * 1000};
  std::chrono::milliseconds segment_jitter_ms{0};
  int32_t segment_index_bytes = 10 << 20;
  int32_t index_interval_bytes = 4096;
  int64_t flush_messages = kInfinite;  // sync after so many records even when nobody waits
  int64_t flush_ms = kInfinite;
  int64_t retention_bytes = -1;                   // -1: no limit
  int64_t retention_ms = 7LL * 24 * 3600 * 1000;  // -1: for ever
  std::chrono::milliseconds file_delete_delay{60'000};
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  int32_t max_message_bytes = 1'048'588;
  std::optional<records::Codec> compression;  // none: as the producer sent it
  int gzip_level = -1;
  int lz4_level = 9;
  int zstd_level = 3;
  records::TimestampType timestamp_type = records::TimestampType::kCreateTime;
  int64_t timestamp_before_max_ms = kInfinite;
  int64_t timestamp_after_max_ms = kInfinite;
  int32_t min_insync_replicas = 1;
  bool preallocate = false;
};

}  // namespace monkafka::storage
