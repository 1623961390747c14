#include "protocol/record_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/codec_impl.h"

namespace monkafka::protocol {
namespace {

using ::testing::ElementsAre;

// As another room would declare the records it keeps.
struct Note {
  static constexpr RecordSchema schema{"Note", 0, 2, /*flexible_from=*/2};

  std::string text;
  int64_t time = -1;
  std::optional<std::vector<uint8_t>> data;

  static void fields(auto& io, auto& m) {
    io(m.text);
    if (io.version >= 1) io(m.time);
    io.tags(Tag{0, m.data});
  }
};

TEST(RecordCodecTest, ARecordIsWrittenAndReadAgain) {
  Note note;
  note.text = "ab";
  note.time = 5;
  note.data = std::vector<uint8_t>{7};
  const std::vector<uint8_t> bytes = EncodeRecord(note, 2, MakeVersionPrefix(2));
  EXPECT_THAT(bytes, ElementsAre(0, 2, 3, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 5, 1, 0, 2, 2, 7));
  const auto split = SplitVersionPrefix(bytes);
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->version, 2);
  const auto again = DecodeRecord<Note>(split->body, split->version);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->text, "ab");
  EXPECT_EQ(again->time, 5);
  EXPECT_EQ(again->data, note.data);
}

TEST(RecordCodecTest, ABadRecordSaysSo) {
  const std::vector<uint8_t> bytes = {0, 9, 'a'};
  EXPECT_EQ(CodeOf(DecodeRecord<Note>(bytes, 0)), ErrorCode::kInvalidRequest);
  EXPECT_EQ(CodeOf(DecodeRecord<Note>(bytes, 3)), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(CodeOf(SplitVersionPrefix(Bytes(bytes).first(1))), ErrorCode::kInvalidRequest);
  std::vector<uint8_t> longer = EncodeRecord(Note{}, 0);
  EXPECT_TRUE(DecodeRecord<Note>(longer, 0).has_value());
  longer.push_back(0);
  EXPECT_EQ(CodeOf(DecodeRecord<Note>(longer, 0)), ErrorCode::kInvalidRequest);
}

TEST(RecordCodecTest, TheMetadataLogHasItsOwnPrefix) {
  std::vector<uint8_t> record = MakeMetadataPrefix(300, 1);
  EXPECT_THAT(record, ElementsAre(1, 0xac, 0x02, 1));
  record.push_back(0xee);
  const auto split = SplitMetadataPrefix(record);
  ASSERT_TRUE(split.has_value());
  EXPECT_EQ(split->type, 300);
  EXPECT_EQ(split->version, 1);
  EXPECT_THAT(split->body, ElementsAre(0xee));
}

TEST(RecordCodecTest, ABadMetadataPrefixSaysSo) {
  EXPECT_EQ(CodeOf(SplitMetadataPrefix({})), ErrorCode::kInvalidRequest);
  const std::vector<uint8_t> cut = {1, 2};
  EXPECT_EQ(CodeOf(SplitMetadataPrefix(cut)), ErrorCode::kInvalidRequest);
  const std::vector<uint8_t> big = {1, 0xff, 0xff, 0x03, 0};
  EXPECT_EQ(CodeOf(SplitMetadataPrefix(big)), ErrorCode::kInvalidRequest);
  const std::vector<uint8_t> other_frame = {2, 1, 0};
  EXPECT_EQ(CodeOf(SplitMetadataPrefix(other_frame)), ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace monkafka::protocol
