#include "protocol/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "unit/protocol/encodings.h"

namespace monkafka::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
std::vector<uint8_t> Written(const T& value, bool flexible) {
  Writer writer(0, flexible);
  writer(value);
  return writer.TakeBytes();
}

Payload MemoryPayload(std::vector<uint8_t> bytes) {
  Payload payload;
  payload.Add(std::move(bytes));
  return payload;
}

TEST(WriterTest, IntegersAreBigEndian) {
  EXPECT_THAT(Written(int16_t{-2}, kClassic), ElementsAre(0xff, 0xfe));
  EXPECT_THAT(Written(int32_t{0x01020304}, kClassic), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Written(true, kClassic), ElementsAre(1));
  EXPECT_THAT(Written(ErrorCode::kUnknownServerError, kClassic), ElementsAre(0xff, 0xff));
  EXPECT_THAT(Written(1.0, kClassic), ElementsAre(0x3f, 0xf0, 0, 0, 0, 0, 0, 0));
}

TEST(WriterTest, StringsInBothForms) {
  EXPECT_THAT(Written(std::string("ab"), kClassic), ElementsAre(0, 2, 'a', 'b'));
  EXPECT_THAT(Written(std::string_view("ab"), kFlexible), ElementsAre(3, 'a', 'b'));
}

TEST(WriterTest, Nulls) {
  EXPECT_THAT(Written(std::optional<std::string>(), kClassic), ElementsAre(0xff, 0xff));
  EXPECT_THAT(Written(std::optional<std::string>(), kFlexible), ElementsAre(0));
  EXPECT_THAT(Written(std::optional<Bytes>(), kClassic), ElementsAre(0xff, 0xff, 0xff, 0xff));
  EXPECT_THAT(Written(std::optional<std::vector<int32_t>>(), kClassic),
              ElementsAre(0xff, 0xff, 0xff, 0xff));
  EXPECT_THAT(Written(std::optional<Payload>(), kFlexible), ElementsAre(0));
  EXPECT_THAT(Written(std::optional<Payload>(Payload()), kFlexible), ElementsAre(1));
}

TEST(WriterTest, NullBecomesEmptyInVersionsThatHaveNoNull) {
  Writer writer(0, kClassic);
  writer.nullable(std::optional<std::string>(), false);
  writer.nullable(std::optional<std::vector<int32_t>>(), false);
  EXPECT_THAT(writer.TakeBytes(), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(WriterTest, StringsThatAreTooLongAreCutBetweenCharacters) {
  EXPECT_THAT(Written(std::string(32767, 'a'), kClassic), SizeIs(2 + 32767));
  EXPECT_THAT(Written(std::string(32768, 'a'), kClassic), SizeIs(2 + 32767));
  std::string text(32766, 'a');
  text += "\xc3\xa4\xc3\xa4";  // the first of these would be cut in two
  const std::vector<uint8_t> bytes = Written(text, kClassic);
  ASSERT_THAT(bytes, SizeIs(2 + 32766));
  EXPECT_EQ(bytes[0], 0x7f);
  EXPECT_EQ(bytes[1], 0xfe);
  EXPECT_THAT(Written(std::string(40000, '\x80'), kClassic), SizeIs(2 + 32764));  // not UTF-8
}

TEST(WriterTest, TaggedFieldsAreWrittenOnlyWhenTheyDifferFromTheirDefault) {
  Writer writer(0, kFlexible);
  const int32_t zero = 0;
  const int64_t minus_one = -1;
  const std::string text = "x";
  writer.tags(Tag{0, zero}, Tag{1, minus_one, true, int64_t{-1}}, Tag{2, text},
              Tag{3, text, /*in_version=*/false});
  EXPECT_THAT(writer.TakeBytes(), ElementsAre(1, 2, 2, 2, 'x'));
}

TEST(WriterTest, ATaggedFieldOfMoreThan127BytesHasALongerSize) {
  Writer writer(0, kFlexible);
  const std::vector<int8_t> numbers(200, 7);
  writer.tags(Tag{0, numbers});
  const std::vector<uint8_t> bytes = writer.TakeBytes();
  ASSERT_THAT(bytes, SizeIs(1 + 1 + 2 + 2 + 200));
  EXPECT_EQ(bytes[2], 0xca);  // 202
  EXPECT_EQ(bytes[3], 0x01);
  EXPECT_EQ(bytes[4], 0xc9);  // 200 + 1
  EXPECT_EQ(bytes[5], 0x01);
  EXPECT_EQ(bytes.back(), 7);
}

TEST(WriterTest, RecordsAreSplicedInNotCopied) {
  const Payload first = MemoryPayload({1, 2, 3});
  const Payload empty;
  const Payload second = MemoryPayload({4, 5});
  Writer writer(0, kClassic);
  writer(first);
  writer(empty);
  writer(second);
  writer(int8_t{9});
  const Payload out = writer.TakePayload();
  ASSERT_THAT(out.pieces(), SizeIs(5));
  EXPECT_EQ(std::get<MemoryPiece>(out.pieces()[1]).bytes.data(),
            std::get<MemoryPiece>(first.pieces()[0]).bytes.data());
  const auto all = out.ReadAll();
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(*all, ElementsAre(0, 0, 0, 3, 1, 2, 3,     //
                                0, 0, 0, 0, 0, 0, 0, 2,  //
                                4, 5, 9));
}

TEST(WriterTest, FilePiecesStayFilePieces) {
  class Nothing : public ReadableFile {
    Result<size_t> ReadAt(int64_t, MutableBytes) const override { return size_t{0}; }
  };
  Payload records;
  records.Add(FilePiece{std::make_shared<Nothing>(), 100, 5000});
  Writer writer(0, kFlexible);
  writer(records);
  const Payload out = writer.TakePayload();
  EXPECT_EQ(out.size(), 2 + 5000);
  ASSERT_THAT(out.pieces(), SizeIs(2));
  EXPECT_EQ(std::get<FilePiece>(out.pieces()[1]).position, 100);
}

TEST(WriterTest, NothingWrittenIsNothing) {
  Writer writer(0, kClassic);
  EXPECT_TRUE(writer.TakePayload().empty());
  Writer other(0, kClassic);
  EXPECT_THAT(other.TakeBytes(), IsEmpty());
}

}  // namespace
}  // namespace monkafka::protocol
