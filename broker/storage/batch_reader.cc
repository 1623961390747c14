#include "storage/batch_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace monkafka::storage {

using records::BatchView;

namespace {

// A header of which only offset and length reached the disk: its magic is 0, and so is what would
// be the checksum of an old message.
bool WasNeverWritten(Bytes header) {
  const Bytes rest =
      header.subspan(records::kLogOverhead, records::kMagicAt + 1 - records::kLogOverhead);
  return std::ranges::all_of(rest, [](uint8_t byte) { return byte == 0; });
}

}  // namespace

BatchInfo DescribeBatch(const BatchView& batch, int64_t position) {
  BatchInfo info;
  info.position = position;
  info.size_in_bytes = batch.size_in_bytes();
  info.base_offset = batch.base_offset();
  info.last_offset = batch.last_offset();
  info.leader_epoch = batch.partition_leader_epoch();
  const bool tells =
      batch.timestamp_type() == records::TimestampType::kCreateTime && !batch.has_delete_horizon();
  info.first_timestamp = tells ? batch.base_timestamp() : batch.max_timestamp();
  info.max_timestamp = batch.max_timestamp();
  info.producer_id = batch.producer_id();
  info.producer_epoch = batch.producer_epoch();
  info.base_sequence = batch.base_sequence();
  info.last_sequence = batch.last_sequence();
  info.record_count = batch.record_count();
  info.transactional = batch.is_transactional();
  info.control = batch.is_control();
  return info;
}

Result<BatchInfo> ReadBatchInfo(const ReadableFile& file, int64_t position, int64_t limit) {
  std::array<uint8_t, records::kBatchOverhead> bytes;
  const int64_t wanted = std::min<int64_t>(limit - position, records::kBatchOverhead);
  if (wanted < static_cast<int64_t>(records::kBatchOverhead)) {
    return Fail(ErrorCode::kCorruptMessage,
                fmt::format("position {}: only {} bytes are left", position, wanted));
  }
  Result<size_t> read = file.ReadAt(position, bytes);
  if (!read) return Forward(std::move(read));
  const Bytes header = Bytes(bytes).first(*read);
  switch (records::CheckBatchHeader(header)) {
    case records::BatchDefect::kNone:
      break;
    case records::BatchDefect::kUnsupportedMagic:
      if (WasNeverWritten(header)) {
        return Fail(ErrorCode::kCorruptMessage,
                    fmt::format("position {}: the beginning of a batch", position));
      }
      return Fail(ErrorCode::kUnsupportedForMessageFormat,
                  fmt::format("position {}: message format before v2", position));
    default:
      return Fail(ErrorCode::kCorruptMessage, fmt::format("position {}: no batch", position));
  }
  const BatchInfo info = DescribeBatch(BatchView(header), position);
  if (info.end_position() > limit || info.last_offset < info.base_offset || info.base_offset < 0) {
    return Fail(ErrorCode::kCorruptMessage,
                fmt::format("position {}: a batch of {} bytes, offsets {} to {}", position,
                            info.size_in_bytes, info.base_offset, info.last_offset));
  }
  return info;
}

Result<std::optional<BatchInfo>> ScanForOffset(const ReadableFile& file, int64_t position,
                                               int64_t limit, Offset offset) {
  while (position < limit) {
    Result<BatchInfo> info = ReadBatchInfo(file, position, limit);
    if (!info) return Forward(std::move(info));
    if (info->last_offset >= offset) return *info;
    position = info->end_position();
  }
  return std::nullopt;
}

Result<Cut> ScanForCut(const ReadableFile& file, int64_t position, int64_t limit, int64_t until) {
  Cut cut{position, kNoOffset};
  while (cut.position < limit) {
    Result<BatchInfo> info = ReadBatchInfo(file, cut.position, limit);
    if (!info) return Forward(std::move(info));
    if (info->end_position() > until) break;
    cut = {info->end_position(), info->next_offset()};
  }
  return cut;
}

Result<BatchView> ReadBatch(const ReadableFile& file, const BatchInfo& info,
                            std::vector<uint8_t>& buffer) {
  buffer.resize(static_cast<size_t>(info.size_in_bytes));
  Result<size_t> read = file.ReadAt(info.position, buffer);
  if (!read) return Forward(std::move(read));
  return records::ParseBatch(Bytes(buffer).first(*read), info.position);
}

}  // namespace monkafka::storage
