// Batches and bytes for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "records/batch_builder.h"

namespace monkafka::records {

inline constexpr Codec kAllCodecs[] = {Codec::kNone, Codec::kGzip, Codec::kSnappy, Codec::kLz4,
                                       Codec::kZstd};

// Ten records with keys, nulls, headers and timestamps that go back and forth.
inline std::vector<uint8_t> MixedBatch(BatchOptions options = {}) {
  BatchBuilder builder(options);
  const RecordHeader headers[] = {{"trace", AsBytes("1234")}, {"", std::nullopt}};
  for (int32_t i = 0; i < 10; ++i) {
    const std::string text = "value " + std::to_string(i);
    std::optional<Bytes> key = AsBytes(text);
    std::optional<Bytes> value = AsBytes(text);
    if (i == 3) value.reset();
    if (i == 4) value = AsBytes("");
    const int64_t shift = i % 3 == 0 ? i : -i;
    builder.Append(1'700'000'000'000 + shift, key, value,
                   i % 2 == 0 ? std::span<const RecordHeader>() : headers);
  }
  return std::move(builder).Build().value();
}

inline std::vector<uint8_t> RandomBytes(size_t size, uint32_t seed = 1) {
  std::mt19937 engine(seed);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(engine());
  return bytes;
}

inline std::vector<uint8_t> Repeated(std::string_view text, size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(text[i % text.size()]);
  return bytes;
}

inline std::vector<uint8_t> FromHex(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

inline std::string ToHex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// Writes a field behind the builder's back and makes the CRC right again.
template <class T>
void Forge(std::vector<uint8_t>& batch, size_t at, T value) {
  StoreBig<T>(batch.data() + at, value);
  StoreBig<uint32_t>(batch.data() + kCrcAt, BatchView(batch).ComputeCrc());
}

// A batch with a right CRC whose records are any bytes.
inline std::vector<uint8_t> BatchAround(Codec codec, int32_t count, Bytes records) {
  BatchBuilder builder({});
  builder.Append(0, std::nullopt, std::nullopt);
  std::vector<uint8_t> batch = std::move(builder).Build().value();
  batch.resize(kBatchOverhead);
  batch.insert(batch.end(), records.begin(), records.end());
  StoreBig<int32_t>(batch.data() + kBatchLengthAt,
                    static_cast<int32_t>(batch.size() - kLogOverhead));
  StoreBig<uint16_t>(batch.data() + kAttributesAt, static_cast<uint16_t>(codec));
  StoreBig<int32_t>(batch.data() + kLastOffsetDeltaAt, count - 1);
  Forge<int32_t>(batch, kRecordCountAt, count);
  return batch;
}

inline std::string CodecTestName(const ::testing::TestParamInfo<Codec>& info) {
  return std::string(CodecName(info.param));
}

}  // namespace monkafka::records
