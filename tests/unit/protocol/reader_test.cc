#include "protocol/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "unit/protocol/encodings.h"

namespace monkafka::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Reads one T from the bytes.
template <class T>
struct Read {
  Read(std::vector<uint8_t> bytes, bool flexible)
      : data(std::move(bytes)), reader(MutableBytes(data), 0, flexible) {
    reader(value);
  }
  std::vector<uint8_t> data;
  Reader reader;
  T value{};
};

TEST(ReaderTest, IntegersAreBigEndianAndSigned) {
  EXPECT_EQ(Read<int8_t>({0xfe}, kClassic).value, -2);
  EXPECT_EQ(Read<int16_t>({0x01, 0x02}, kClassic).value, 0x0102);
  EXPECT_EQ(Read<uint16_t>({0xff, 0xfe}, kClassic).value, 0xfffe);
  EXPECT_EQ(Read<int32_t>({0xff, 0xff, 0xff, 0xfe}, kClassic).value, -2);
  EXPECT_EQ(Read<int64_t>({1, 2, 3, 4, 5, 6, 7, 8}, kClassic).value, 0x0102030405060708);
  EXPECT_EQ(Read<double>({0x3f, 0xf0, 0, 0, 0, 0, 0, 0}, kClassic).value, 1.0);
  EXPECT_EQ(Read<ErrorCode>({0, 3}, kClassic).value, ErrorCode::kUnknownTopicOrPartition);
}

TEST(ReaderTest, AnyByteButZeroIsTrue) {
  EXPECT_FALSE(Read<bool>({0}, kClassic).value);
  EXPECT_TRUE(Read<bool>({1}, kClassic).value);
  EXPECT_TRUE(Read<bool>({0x80}, kClassic).value);
}

TEST(ReaderTest, StringsInBothForms) {
  EXPECT_EQ(Read<std::string_view>({0, 2, 'a', 'b'}, kClassic).value, "ab");
  EXPECT_EQ(Read<std::string>({3, 'a', 'b'}, kFlexible).value, "ab");
  EXPECT_EQ(Read<std::string_view>({1}, kFlexible).value, "");
}

TEST(ReaderTest, NullIsNotEmpty) {
  using String = std::optional<std::string_view>;
  EXPECT_EQ(Read<String>({0xff, 0xff}, kClassic).value, std::nullopt);
  EXPECT_EQ(Read<String>({0, 0}, kClassic).value, "");
  EXPECT_EQ(Read<String>({0}, kFlexible).value, std::nullopt);
  EXPECT_EQ(Read<String>({1}, kFlexible).value, "");
  using Array = std::optional<std::vector<int32_t>>;
  EXPECT_EQ(Read<Array>({0xff, 0xff, 0xff, 0xff}, kClassic).value, std::nullopt);
  EXPECT_EQ(Read<Array>({0, 0, 0, 0}, kClassic).value, std::vector<int32_t>());
  using Records = std::optional<Payload>;
  EXPECT_FALSE(Read<Records>({0}, kFlexible).value.has_value());
  EXPECT_TRUE(Read<Records>({1}, kFlexible).value.has_value());
}

TEST(ReaderTest, NullWhereNothingMayBeNullFails) {
  EXPECT_TRUE(Read<std::string_view>({0xff, 0xff}, kClassic).reader.failed());
  EXPECT_TRUE(Read<std::string_view>({0}, kFlexible).reader.failed());
  EXPECT_TRUE(Read<std::vector<int32_t>>({0xff, 0xff, 0xff, 0xff}, kClassic).reader.failed());
  EXPECT_TRUE(Read<Bytes>({0}, kFlexible).reader.failed());
}

TEST(ReaderTest, NullableInSomeVersionsOnly) {
  std::vector<uint8_t> bytes = {0xff, 0xff};
  std::optional<std::string> value;
  Reader now(Bytes(bytes), 7, kClassic);
  now.nullable(value, true);
  EXPECT_FALSE(now.failed());
  EXPECT_EQ(value, std::nullopt);
  Reader before(Bytes(bytes), 6, kClassic);
  before.nullable(value, false);
  EXPECT_TRUE(before.failed());
}

TEST(ReaderTest, RecordsAreAViewThatCanBePatched) {
  Read<std::optional<MutableBytes>> read({0, 0, 0, 2, 7, 8}, kClassic);
  ASSERT_TRUE(read.value.has_value());
  EXPECT_EQ(read.value->data(), read.data.data() + 4);
  (*read.value)[0] = 9;
  EXPECT_EQ(read.data[4], 9);
}

TEST(ReaderTest, ALengthBeyondTheEndFails) {
  EXPECT_TRUE(Read<std::string>({0, 3, 'a', 'b'}, kClassic).reader.failed());
  EXPECT_TRUE(Read<std::string>({4, 'a', 'b'}, kFlexible).reader.failed());
  EXPECT_TRUE(Read<Bytes>({0x7f, 0xff, 0xff, 0xff, 1}, kClassic).reader.failed());
  EXPECT_TRUE(Read<Bytes>({0xff, 0xff, 0xff, 0xff, 0x0f, 1}, kFlexible).reader.failed());
}

TEST(ReaderTest, ACountThatTheBytesLeftCannotHoldAllocatesNothing) {
  const Read<std::vector<int64_t>> numbers({0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, kClassic);
  EXPECT_TRUE(numbers.reader.failed());
  EXPECT_EQ(numbers.value.capacity(), 0u);
  const Read<std::vector<std::string>> strings({0x7f, 0xff, 0xff, 0xff, 0, 0}, kClassic);
  EXPECT_TRUE(strings.reader.failed());
  EXPECT_EQ(strings.value.capacity(), 0u);
}

TEST(ReaderTest, ReservesNoMoreThanTheBytesLeftJustify) {
  // 1000 elements are claimed and 1000 bytes follow, but the first element is bad.
  std::vector<uint8_t> bytes = {0, 0, 0x03, 0xe8};
  bytes.resize(1004, 0xfe);
  const Read<std::vector<std::string>> read(bytes, kClassic);
  EXPECT_TRUE(read.reader.failed());
  EXPECT_LE(read.value.capacity() * sizeof(std::string), 4 * 1000 + sizeof(std::string));
}

TEST(ReaderTest, AStringLongerThanKafkasFails) {
  std::vector<uint8_t> bytes = {0x80, 0x80, 0x02};  // 32768 stands for a length of 32767
  bytes.resize(3 + 32767, 'a');
  const Read<std::string_view> longest(bytes, kFlexible);
  EXPECT_FALSE(longest.reader.failed());
  EXPECT_EQ(longest.value.size(), 32767u);
  bytes[0] = 0x81;
  bytes.push_back('a');
  EXPECT_TRUE(Read<std::string_view>(bytes, kFlexible).reader.failed());
}

TEST(ReaderTest, VarintsUpToFiveBytes) {
  const auto varint = [](std::vector<uint8_t> bytes) {
    Reader reader(Bytes(bytes), 0, kFlexible);
    const uint32_t value = reader.UnsignedVarint();
    return reader.failed() ? std::nullopt : std::optional<uint32_t>(value);
  };
  EXPECT_EQ(varint({0x00}), 0u);
  EXPECT_EQ(varint({0x7f}), 127u);
  EXPECT_EQ(varint({0x80, 0x01}), 128u);
  EXPECT_EQ(varint({0xff, 0xff, 0xff, 0xff, 0x0f}), std::numeric_limits<uint32_t>::max());
  EXPECT_EQ(varint({0xff, 0xff, 0xff, 0xff, 0xff, 0x01}), std::nullopt);
  EXPECT_EQ(varint({0x80}), std::nullopt);
  EXPECT_EQ(varint({}), std::nullopt);
}

TEST(ReaderTest, TheFirstFailureSticksAndTheRestReadsAsZeros) {
  std::vector<uint8_t> bytes = {0, 9, 'a', 'b', 'c', 'd', 'e', 'f'};
  Reader reader(Bytes(bytes), 0, kClassic);
  std::string text = "before";
  reader(text);
  ASSERT_TRUE(reader.failed());
  EXPECT_EQ(text, "");
  EXPECT_EQ(reader.failed_at(), 2u);
  EXPECT_THAT(reader.reason(), HasSubstr("length"));
  int32_t number = 5;
  reader(number);
  EXPECT_EQ(number, 0);
  std::vector<int32_t> numbers = {1};
  reader(numbers);
  EXPECT_TRUE(numbers.empty());
  reader.Fail("another reason");
  EXPECT_EQ(reader.failed_at(), 2u);
  EXPECT_EQ(reader.left(), 0u);
}

TEST(ReaderTest, TaggedFieldsAreTakenByNumberAndOthersSkipped) {
  // Two fields: tag 5 (unknown) with three bytes, tag 1 with an int32.
  std::vector<uint8_t> bytes = {2, 5, 3, 0xaa, 0xbb, 0xcc, 1, 4, 0, 0, 0, 42};
  Reader reader(Bytes(bytes), 0, kFlexible);
  int32_t zero = -1;
  int32_t one = -1;
  reader.tags(Tag{0, zero}, Tag{1, one});
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(zero, -1);
  EXPECT_EQ(one, 42);
  EXPECT_EQ(reader.left(), 0u);
}

TEST(ReaderTest, ATagOfAnotherVersionIsSkipped) {
  std::vector<uint8_t> bytes = {1, 0, 4, 0, 0, 0, 42};
  Reader reader(Bytes(bytes), 0, kFlexible);
  int32_t value = -1;
  reader.tags(Tag{0, value, /*in_version=*/false});
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(value, -1);
  EXPECT_EQ(reader.left(), 0u);
}

TEST(ReaderTest, ATaggedFieldIsExactlyAsLongAsItsSize) {
  for (uint8_t size : {3, 5}) {
    std::vector<uint8_t> bytes = {1, 0, size, 0, 0, 0, 42, 0, 0, 0};
    Reader reader(Bytes(bytes), 0, kFlexible);
    int32_t value = -1;
    reader.tags(Tag{0, value});
    EXPECT_TRUE(reader.failed()) << int{size};
  }
}

TEST(ReaderTest, TaggedFieldsBeyondTheEndFail) {
  std::vector<uint8_t> bytes = {1, 9, 200, 1, 0};
  Reader reader(Bytes(bytes), 0, kFlexible);
  reader.tags();
  EXPECT_TRUE(reader.failed());
  std::vector<uint8_t> many = {0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0};
  Reader counting(Bytes(many), 0, kFlexible);
  counting.tags();
  EXPECT_TRUE(counting.failed());
}

TEST(ReaderTest, ClassicMessagesHaveNoTaggedFields) {
  std::vector<uint8_t> bytes = {1, 2};
  Reader reader(Bytes(bytes), 0, kClassic);
  reader.tags();
  EXPECT_EQ(reader.left(), 2u);
}

TEST(ReaderTest, ArraysOfNumbers) {
  const Read<std::vector<int32_t>> read({3, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff}, kFlexible);
  EXPECT_FALSE(read.reader.failed());
  EXPECT_THAT(read.value, ElementsAre(1, -1));
}

}  // namespace
}  // namespace monkafka::protocol
