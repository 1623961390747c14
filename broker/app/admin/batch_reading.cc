#include "app/admin/batch_reading.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "app/admin/record_views.h"
#include "storage/damage.h"
#include "storage/inspect/interruptible_file.h"
#include "storage/names.h"

namespace monkafka::app {
namespace {

using records::BatchView;

// The records of one batch that are held at a time, to be handed out together.
constexpr int64_t kMaxRecordBytes = 64 << 20;

admin::BatchInfo Describe(const BatchView& batch) {
  admin::BatchInfo info;
  info.size_bytes = static_cast<int32_t>(batch.size_in_bytes());
  info.base_offset = batch.base_offset();
  info.last_offset = batch.last_offset();
  info.partition_leader_epoch = batch.partition_leader_epoch();
  info.magic = batch.magic();
  info.crc = batch.crc();
  info.crc_valid = batch.CrcMatches();
  info.compression = ToCompression(batch.codec());
  info.log_append_time = batch.timestamp_type() == records::TimestampType::kLogAppendTime;
  info.base_timestamp_ms = batch.base_timestamp();
  info.max_timestamp_ms = batch.max_timestamp();
  info.producer_id = batch.producer_id();
  info.producer_epoch = batch.producer_epoch();
  info.base_sequence = batch.base_sequence();
  info.last_sequence = batch.last_sequence();
  info.record_count = batch.record_count();
  info.transactional = batch.is_transactional();
  info.control = batch.is_control();
  info.delete_horizon_timestamp_ms = batch.delete_horizon().value_or(-1);
  return info;
}

}  // namespace

Result<admin::BatchSummary> BatchReading::Run() {
  const auto& segments = files_.segments;
  summary_.next_offset =
      range_.from_offset.value_or(segments.empty() ? 0 : segments[0].base_offset);
  bool more = true;
  for (size_t i = 0; i < segments.size() && more; ++i) {
    const storage::SegmentFiles& segment = segments[i];
    if (range_.segment_base_offset && *range_.segment_base_offset != segment.base_offset) continue;
    const Offset next_base =
        i + 1 < segments.size() ? segments[i + 1].base_offset : std::numeric_limits<Offset>::max();
    Result<bool> read = ReadSegment(segment, next_base);
    if (!read && storage::IsInterruption(read.error())) return summary_;
    if (!read) return Forward(std::move(read));
    more = *read;
  }
  if (more && range_.from_offset && end_ && *range_.from_offset > *end_) {
    const std::string partition = fmt::format("{}-{}", range_.topic, range_.partition);
    const std::string what =
        range_.segment_base_offset
            ? fmt::format("segment {} of {}", *range_.segment_base_offset, partition)
            : partition;
    return Fail(ErrorCode::kOffsetOutOfRange,
                fmt::format("{} ends at offset {}, the range begins at {}", what, *end_,
                            *range_.from_offset));
  }
  summary_.complete = more || summary_.complete;
  return summary_;
}

Result<bool> BatchReading::ReadSegment(const storage::SegmentFiles& segment, Offset next_base) {
  end_.reset();
  if (range_.from_offset && next_base <= *range_.from_offset) {
    end_ = next_base;
    return true;
  }
  const std::string path = files_.PathOf(segment.base_offset, storage::kLogSuffix);
  auto file = storage::OpenInterruptible(file_system_, path, stop_);
  if (!file) {
    const Result<bool> exists = file_system_.Exists(path);
    if (files_.live && exists && !*exists) return true;  // retention took it
    return Forward(std::move(file));
  }
  storage::BatchScanner scanner(*std::move(file), 0, segment.log_bytes);
  while (!stop_.stop_requested()) {
    if (range_.to_offset && expected_ >= *range_.to_offset) {
      summary_.complete = true;
      return false;
    }
    const bool enough = range_.max_batches > 0 && summary_.batch_count == range_.max_batches;
    const Result<std::optional<BatchView>> batch = scanner.Next();
    if (!batch) {
      if (enough) return false;
      if (segment.unsettled && batch.error().code == ErrorCode::kCorruptMessage) {
        Result<std::optional<int64_t>> next = storage::FindWholeBatch(
            scanner.file(), scanner.position() + 1, segment.log_bytes, expected_);
        if (next && !*next) {  // it is being written
          end_ = std::max(expected_, segment.base_offset);
          return true;
        }
      }
      if (Status passed = PassDamage(scanner, segment, batch.error()); !passed) {
        return Forward(std::move(passed));
      }
      continue;
    }
    if (!*batch) {
      end_ = std::max(expected_, segment.base_offset);
      return true;
    }
    expected_ = (*batch)->next_offset();
    if (range_.to_offset && (*batch)->base_offset() >= *range_.to_offset) {
      summary_.complete = true;
      return false;
    }
    if (!Wanted(**batch)) continue;
    if (enough) return false;
    if (!Give(**batch, scanner.position(), segment.base_offset)) return false;
  }
  return std::unexpected(storage::Interruption());
}

// Damage that lies below the range is stepped over.
Status BatchReading::PassDamage(storage::BatchScanner& scanner,
                                const storage::SegmentFiles& segment, const Error& why) {
  if (why.code != ErrorCode::kCorruptMessage &&
      why.code != ErrorCode::kUnsupportedForMessageFormat) {
    return std::unexpected(why);
  }
  const std::string path = files_.PathOf(segment.base_offset, storage::kLogSuffix);
  Result<std::optional<int64_t>> next =
      storage::FindWholeBatch(scanner.file(), scanner.position() + 1, segment.log_bytes,
                              std::max(expected_, segment.base_offset));
  if (!next) return Forward(std::move(next));
  std::string then = "there is no batch behind it";
  if (*next) {
    const Result<storage::BatchInfo> found =
        storage::ReadBatchInfo(scanner.file(), **next, segment.log_bytes);
    if (!found) return std::unexpected(found.error());
    if (range_.from_offset && found->base_offset <= *range_.from_offset) {
      scanner.SkipTo(**next);
      return {};
    }
    then = fmt::format("the next batch is that of offset {}, at position {}", found->base_offset,
                       **next);
  }
  return Fail(ErrorCode::kCorruptMessage,
              fmt::format("{}: {} bytes from position {} on are no batch ({}); {}", path,
                          next->value_or(segment.log_bytes) - scanner.position(),
                          scanner.position(), why.message, then));
}

bool BatchReading::Wanted(const BatchView& batch) const {
  return !range_.from_offset || batch.last_offset() >= *range_.from_offset;
}

bool BatchReading::Give(const BatchView& batch, int64_t position, Offset segment) {
  admin::BatchInfo info = Describe(batch);
  info.segment_base_offset = segment;
  info.position = position;
  ++summary_.batch_count;
  summary_.record_count += batch.record_count();
  summary_.size_bytes += batch.size_in_bytes();
  summary_.next_offset = batch.next_offset();
  if (!info.crc_valid) ++summary_.crc_error_count;
  if (!range_.include_records) return sink_.OnBatch(info);

  // Views of decompressed records last only until the next one is read, so these are kept.
  std::deque<std::string> kept;
  records::RecordIterator records(batch, {.max_bytes = kMaxRecordBytes});
  records::Record record;
  while (true) {
    const Result<bool> more = records.Next(record);
    if (!more) info.records_error = more.error().message;
    if (!more || !*more) break;
    admin::RecordView& view = info.records.emplace_back();
    FillView(record, view);
    if (batch.is_control()) view.control = ControlTypeOf(record);
    if (!batch.is_compressed()) continue;
    const auto keep = [&](std::string_view text) {
      return std::string_view(kept.emplace_back(text));
    };
    if (view.key) view.key = keep(*view.key);
    if (view.value) view.value = keep(*view.value);
    for (admin::HeaderView& header : view.headers) {
      header.key = keep(header.key);
      if (header.value) header.value = keep(*header.value);
    }
  }
  return sink_.OnBatch(info);
}

}  // namespace monkafka::app
