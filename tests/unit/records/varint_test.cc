#include "records/varint.h"

#include <gtest/gtest.h>

#include <limits>

namespace monkafka::records {
namespace {

template <class T>
std::vector<T> Interesting() {
  std::vector<T> values = {0, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
  for (size_t bit = 0; bit + 1 < sizeof(T) * 8; ++bit) {
    const T power = static_cast<T>(T{1} << bit);
    for (const T value : {power, static_cast<T>(power - 1)}) {
      values.push_back(value);
      values.push_back(static_cast<T>(-value));
    }
  }
  return values;
}

TEST(VarintTest, ZigzagIsProtocolBuffers) {
  EXPECT_EQ(ZigZag(int32_t{0}), 0U);
  EXPECT_EQ(ZigZag(int32_t{-1}), 1U);
  EXPECT_EQ(ZigZag(int32_t{1}), 2U);
  EXPECT_EQ(ZigZag(std::numeric_limits<int32_t>::max()), 0xfffffffeU);
  EXPECT_EQ(ZigZag(std::numeric_limits<int32_t>::min()), 0xffffffffU);
}

TEST(VarintTest, KnownBytes) {
  std::vector<uint8_t> bytes;
  AppendVarint(bytes, -1);
  AppendVarint(bytes, 63);
  AppendVarint(bytes, 64);
  AppendUnsignedVarint(bytes, 300);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x01, 0x7e, 0x80, 0x01, 0xac, 0x02}));
}

TEST(VarintTest, RoundTripsWithTheSizeItSays) {
  for (const int32_t value : Interesting<int32_t>()) {
    std::vector<uint8_t> bytes;
    AppendVarint(bytes, value);
    int32_t read = 0;
    EXPECT_EQ(ReadVarint(bytes, read), bytes.size());
    EXPECT_EQ(SizeOfVarint(value), bytes.size());
    EXPECT_EQ(read, value);
  }
  for (const int64_t value : Interesting<int64_t>()) {
    std::vector<uint8_t> bytes;
    AppendVarlong(bytes, value);
    int64_t read = 0;
    EXPECT_EQ(ReadVarlong(bytes, read), bytes.size());
    EXPECT_EQ(SizeOfVarlong(value), bytes.size());
    EXPECT_EQ(read, value);
  }
}

TEST(VarintTest, EndsInsideAtEveryByte) {
  std::vector<uint8_t> bytes;
  AppendVarlong(bytes, std::numeric_limits<int64_t>::min());
  ASSERT_EQ(bytes.size(), kMaxVarlongBytes);
  int64_t value = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ReadVarlong(Bytes(bytes).first(size), value), 0U) << size;
  }
}

TEST(VarintTest, RefusesMoreBytesThanTheTypeHas) {
  const std::vector<uint8_t> endless(20, 0x80);
  uint32_t small = 0;
  uint64_t large = 0;
  EXPECT_EQ(ReadUnsignedVarint(endless, small), 0U);
  EXPECT_EQ(ReadUnsignedVarlong(endless, large), 0U);
}

TEST(VarintTest, DropsBitsBeyondTheType) {
  const std::vector<uint8_t> bytes = {0xff, 0xff, 0xff, 0xff, 0x7f};
  uint32_t value = 0;
  EXPECT_EQ(ReadUnsignedVarint(bytes, value), 5U);
  EXPECT_EQ(value, 0xffffffffU);
}

}  // namespace
}  // namespace monkafka::records
