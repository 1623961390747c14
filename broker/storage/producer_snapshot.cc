#include "storage/producer_snapshot.h"

#include <fmt/core.h>

#include "common/endian.h"
#include "records/crc32c.h"

namespace monkafka::storage {
namespace {

constexpr int16_t kVersion = 1;
constexpr size_t kCrcAt = 2;
constexpr size_t kCountAt = 6;
constexpr size_t kHeaderSize = 10;
constexpr size_t kEntrySize = 46;

void EncodeEntry(const ProducerEntry& entry, uint8_t* out) {
  const ProducerBatch none;
  const ProducerBatch& last = entry.last_batch() != nullptr ? *entry.last_batch() : none;
  StoreBig<int64_t>(out, entry.producer_id);
  StoreBig<int16_t>(out + 8, entry.epoch);
  StoreBig<int32_t>(out + 10, last.last_sequence);
  StoreBig<int64_t>(out + 14, last.last_offset);
  StoreBig<int32_t>(out + 22, last.offset_delta);
  StoreBig<int64_t>(out + 26, entry.last_timestamp);
  StoreBig<int32_t>(out + 34, entry.coordinator_epoch);
  StoreBig<int64_t>(out + 38, entry.txn_first_offset);
}

ProducerEntry DecodeEntry(const uint8_t* in) {
  ProducerEntry entry;
  entry.producer_id = LoadBig<int64_t>(in);
  entry.epoch = LoadBig<int16_t>(in + 8);
  ProducerBatch last;
  last.last_sequence = LoadBig<int32_t>(in + 10);
  last.last_offset = LoadBig<int64_t>(in + 14);
  last.offset_delta = LoadBig<int32_t>(in + 22);
  entry.last_timestamp = last.timestamp = LoadBig<int64_t>(in + 26);
  entry.coordinator_epoch = LoadBig<int32_t>(in + 34);
  entry.txn_first_offset = LoadBig<int64_t>(in + 38);
  if (last.last_offset >= 0) entry.Push(last);
  return entry;
}

}  // namespace

std::vector<uint8_t> EncodeProducerSnapshot(std::span<const ProducerEntry> entries) {
  std::vector<uint8_t> content(kHeaderSize + entries.size() * kEntrySize);
  StoreBig<int16_t>(content.data(), kVersion);
  StoreBig<int32_t>(content.data() + kCountAt, static_cast<int32_t>(entries.size()));
  uint8_t* out = content.data() + kHeaderSize;
  for (const ProducerEntry& entry : entries) {
    EncodeEntry(entry, out);
    out += kEntrySize;
  }
  StoreBig<uint32_t>(content.data() + kCrcAt, records::Crc32c(Bytes(content).subspan(kCountAt)));
  return content;
}

Result<std::vector<ProducerEntry>> DecodeProducerSnapshot(Bytes content) {
  const auto fail = [](std::string why) {
    return Fail(ErrorCode::kKafkaStorageError, "producer snapshot: " + why);
  };
  if (content.size() < kHeaderSize) return fail("too short");
  const auto version = LoadBig<int16_t>(content.data());
  if (version != kVersion) return fail(fmt::format("unknown version {}", version));
  const auto crc = LoadBig<uint32_t>(content.data() + kCrcAt);
  if (crc != records::Crc32c(content.subspan(kCountAt))) return fail("wrong checksum");
  const auto count = LoadBig<int32_t>(content.data() + kCountAt);
  const Bytes body = content.subspan(kHeaderSize);
  if (count < 0 || body.size() != static_cast<size_t>(count) * kEntrySize) {
    return fail(fmt::format("{} producers in {} bytes", count, body.size()));
  }
  std::vector<ProducerEntry> entries;
  entries.reserve(static_cast<size_t>(count));
  for (size_t at = 0; at < body.size(); at += kEntrySize) {
    entries.push_back(DecodeEntry(body.data() + at));
  }
  return entries;
}

}  // namespace monkafka::storage
