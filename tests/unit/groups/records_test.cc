// The records of __consumer_offsets byte by byte, and the strings that Java hashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "groups/classic_group.h"
#include "groups/consumer_protocol.h"
#include "groups/coordinator_records.h"
#include "groups/java_string.h"
#include "groups/record_buffer.h"
#include "wire/vectors.h"

namespace monkafka::groups {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<uint8_t> Hex(std::string_view text) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}
std::vector<uint8_t> Copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(RecordsTest, AnOffsetCommitIsKey1AndValue3) {
  RecordBuffer buffer;
  buffer.AddOffsetCommit(
      {"g", "tp", 7},
      {.offset = 0x0102, .leader_epoch = 4, .metadata = "m", .commit_timestamp = 0x0a});
  EXPECT_EQ(Copy(buffer.key(0)), Hex("0001"
                                     "000167"
                                     "00027470"
                                     "00000007"));
  EXPECT_EQ(Copy(*buffer.value(0)), Hex("0003"
                                        "0000000000000102"
                                        "00000004"
                                        "00016d"
                                        "000000000000000a"));
}

TEST(RecordsTest, AnOffsetWithExpiryIsValue1) {
  RecordBuffer buffer;
  buffer.AddOffsetCommit({"g", "tp", 7}, {.offset = 5,
                                          .leader_epoch = 4,
                                          .metadata = {},
                                          .commit_timestamp = 1,
                                          .expire_timestamp = 2});
  EXPECT_EQ(Copy(*buffer.value(0)), Hex("0001"
                                        "0000000000000005"
                                        "0000"
                                        "0000000000000001"
                                        "0000000000000002"));
}

TEST(RecordsTest, TombstonesHaveNoValue) {
  RecordBuffer buffer;
  buffer.AddOffsetTombstone({"g", "tp", 7});
  buffer.AddGroupTombstone({"g"});
  EXPECT_EQ(Copy(buffer.key(0)), Hex("0001"
                                     "000167"
                                     "00027470"
                                     "00000007"));
  EXPECT_FALSE(buffer.value(0).has_value());
  EXPECT_EQ(Copy(buffer.key(1)), Hex("0002"
                                     "000167"));
  EXPECT_FALSE(buffer.value(1).has_value());
}

TEST(RecordsTest, AGroupIsKey2AndValue3) {
  const std::vector<uint8_t> subscription = {1, 2};
  const std::vector<uint8_t> assignment = {3};
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = 9;
  value.protocol = "range";
  value.leader = "c-1";
  value.current_state_timestamp = 0x0b;
  value.members.push_back({.member_id = "c-1",
                           .group_instance_id = std::nullopt,
                           .client_id = "c",
                           .client_host = "/h",
                           .rebalance_timeout = 300,
                           .session_timeout = 200,
                           .subscription = subscription,
                           .assignment = assignment});
  RecordBuffer buffer;
  buffer.AddGroupMetadata({"g"}, value);
  EXPECT_EQ(Copy(buffer.key(0)), Hex("0002"
                                     "000167"));
  EXPECT_EQ(Copy(*buffer.value(0)), Hex("0003"
                                        "0008636f6e73756d6572"
                                        "00000009"
                                        "000572616e6765"
                                        "0003632d31"
                                        "000000000000000b"
                                        "00000001"
                                        "0003632d31"
                                        "ffff"
                                        "000163"
                                        "00022f68"
                                        "0000012c"
                                        "000000c8"
                                        "000000020102"
                                        "0000000103"));
}

TEST(RecordsTest, AnEmptyGroupHasNeitherProtocolNorLeader) {
  ClassicGroup group("g", 0x0c);
  RecordBuffer buffer;
  buffer.AddGroupMetadata({"g"}, group.ToRecord([](const Member&) { return Bytes(); }));
  EXPECT_EQ(Copy(*buffer.value(0)), Hex("0003"
                                        "0000"
                                        "00000000"
                                        "ffff"
                                        "ffff"
                                        "000000000000000c"
                                        "00000000"));
}

TEST(RecordsTest, TheSizeBoundHolds) {
  RecordBuffer buffer;
  for (int i = 0; i < 100; ++i) {
    buffer.AddOffsetCommit({"group", "topic", i}, {.offset = i, .metadata = "metadata"});
    buffer.AddOffsetTombstone({"group", "topic", i});
  }
  records::BatchBuilder batch({});
  size_t bound = records::kBatchOverhead + buffer.SizeBound();
  for (size_t i = 0; i < buffer.count(); ++i) {
    buffer.AppendTo(batch, i, static_cast<TimestampMs>(i) << 40);
  }
  EXPECT_LE(batch.uncompressed_size(), bound);
  buffer.Clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.SizeBound(), 0U);
}

TEST(RecordsTest, OtherKindsAreTold) {
  const Result<CoordinatorRecord> other = ParseCoordinatorRecord(Hex("0003000167"), std::nullopt);
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(std::get<UnknownRecord>(*other).type, 3);
  EXPECT_FALSE(ParseCoordinatorRecord(Hex("00"), std::nullopt).has_value());
  EXPECT_FALSE(ParseCoordinatorRecord(Hex("00010001"), std::nullopt).has_value());
  EXPECT_FALSE(ParseCoordinatorRecord(Hex("0002000167"), Hex("0009")).has_value());
  EXPECT_FALSE(ParseCoordinatorRecord(Hex("000200016700"), std::nullopt).has_value())
      << "bytes are left over";
}

// Every instance that Kafka wrote is read, and those of the versions that we write come out as they
// were.
TEST(RecordsTest, KafkasOwnRecordsAreReadAndWrittenAlike) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  const std::vector<uint8_t> group_key = Hex("0002000167");
  const std::vector<uint8_t> offset_key =
      Hex("0001000167000174"
          "00000000");
  int read = 0;
  int written = 0;
  for (const wire::Vector& vector : wire::Vectors()) {
    if (vector.kind != "record-value" && vector.kind != "record-key") continue;
    SCOPED_TRACE(vector.Where());
    // A key's prefix is its type, which before 4.x was the version of its schema.
    const bool typed_key = vector.kind == "record-key" && vector.api_key != -1;
    const int prefix = typed_key ? vector.api_key : vector.version;
    std::vector<uint8_t> bytes = {0, static_cast<uint8_t>(prefix)};
    const std::vector<uint8_t> body = vector.Bytes();
    bytes.insert(bytes.end(), body.begin(), body.end());
    RecordBuffer buffer;
    if (vector.name == "OffsetCommitValue") {
      const auto parsed = ParseCoordinatorRecord(offset_key, bytes);
      ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
      const auto& record = std::get<OffsetCommitRecord>(*parsed);
      buffer.AddOffsetCommit(record.key, *record.value);
    } else if (vector.name == "GroupMetadataValue") {
      const auto parsed = ParseCoordinatorRecord(group_key, bytes);
      ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
      const auto& record = std::get<GroupMetadataRecord>(*parsed);
      buffer.AddGroupMetadata(record.key, *record.value);
    } else if (vector.name == "OffsetCommitKey" || vector.name == "GroupMetadataKey") {
      const auto parsed = ParseCoordinatorRecord(bytes, std::nullopt);
      ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
      if (const auto* offset = std::get_if<OffsetCommitRecord>(&*parsed)) {
        buffer.AddOffsetTombstone(offset->key);
      } else {
        buffer.AddGroupTombstone(std::get<GroupMetadataRecord>(*parsed).key);
      }
    } else {
      continue;
    }
    ++read;
    const Bytes out = buffer.value(0) ? *buffer.value(0) : buffer.key(0);
    if (out[1] != prefix) continue;
    EXPECT_EQ(Copy(out), bytes);
    ++written;
  }
  EXPECT_GT(read, 60);
  EXPECT_GT(written, 25);
}

TEST(ConsumerProtocolTest, KafkasOwnSubscriptionsAndAssignmentsAreRead) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  int read = 0;
  for (const wire::Vector& vector : wire::Vectors()) {
    if (vector.kind != "consumer-protocol") continue;
    SCOPED_TRACE(vector.Where());
    std::vector<uint8_t> bytes = {0, static_cast<uint8_t>(vector.version)};
    const std::vector<uint8_t> body = vector.Bytes();
    bytes.insert(bytes.end(), body.begin(), body.end());
    if (vector.name == "ConsumerProtocolSubscription") {
      EXPECT_TRUE(ParseSubscribedTopics(bytes).has_value());
    } else {
      EXPECT_TRUE(ParseAssignedPartitions(bytes).has_value());
    }
    ++read;
  }
  EXPECT_GT(read, 40);
}

TEST(ConsumerProtocolTest, TheFieldsOfVersion0AreReadWhateverFollows) {
  const std::vector<uint8_t> subscription =
      Hex("0003"
          "00000002"
          "000161"
          "00026262"
          "ffffffff"
          "deadbeef");
  const auto topics = ParseSubscribedTopics(subscription);
  ASSERT_TRUE(topics.has_value());
  EXPECT_THAT(*topics, ElementsAre("a", "bb"));
  const auto partitions =
      ParseAssignedPartitions(Hex("0000"
                                  "00000001"
                                  "000161"
                                  "00000002"
                                  "00000000"
                                  "00000005"
                                  "ffffffff"));
  ASSERT_TRUE(partitions.has_value());
  EXPECT_THAT(*partitions, ElementsAre(TopicPartition{"a", 0}, TopicPartition{"a", 5}));
  EXPECT_THAT(*ParseAssignedPartitions({}), IsEmpty());
}

TEST(ConsumerProtocolTest, OtherBytesAreNone) {
  EXPECT_FALSE(ParseSubscribedTopics(Hex("")).has_value());
  EXPECT_FALSE(ParseSubscribedTopics(Hex("0000"
                                         "7fffffff"))
                   .has_value());
  EXPECT_FALSE(ParseSubscribedTopics(Hex("0000"
                                         "00000001"
                                         "ffff"
                                         "ffffffff"))
                   .has_value());
  EXPECT_FALSE(ParseAssignedPartitions(Hex("0000"
                                           "00000001"
                                           "000161"
                                           "7fffffff"))
                   .has_value());
}

TEST(JavaStringTest, HashCodeIsJavas) {
  EXPECT_EQ(JavaHashCode(""), 0);
  EXPECT_EQ(JavaHashCode("a"), 97);
  EXPECT_EQ(JavaHashCode("hello"), 99162322);
  EXPECT_EQ(JavaHashCode("é"), 0xe9);
  EXPECT_EQ(JavaHashCode("😀"), 0xd83d * 31 + 0xde00) << "two UTF-16 units";
}

TEST(JavaStringTest, BytesThatAreNotUtf8CountAsOneReplacement) {
  EXPECT_EQ(JavaHashCode("\xff"), 0xfffd);
  EXPECT_EQ(JavaHashCode("\xe9"), 0xfffd);
  EXPECT_EQ(JavaLength("a\xffz"), 3U);
  EXPECT_EQ(JavaLength("\xc0\x80"), 1U) << "overlong";
}

TEST(JavaStringTest, LengthCountsUtf16Units) {
  EXPECT_EQ(JavaLength("abc"), 3U);
  EXPECT_EQ(JavaLength("äöü"), 3U);
  EXPECT_EQ(JavaLength("😀"), 2U);
}

TEST(JavaStringTest, NegativeHashesAreMadePositiveAsKafkaDoes) {
  ASSERT_EQ(JavaHashCode("group-42"),
            PartitionForKey("group-42", INT32_MAX) * (JavaHashCode("group-42") < 0 ? -1 : 1));
  ASSERT_EQ(JavaHashCode("polygenelubricants"), INT32_MIN);
  EXPECT_EQ(PartitionForKey("polygenelubricants", 50), 0);
}

TEST(JavaStringTest, KafkasOwnPartitionsOfGroups) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  int compared = 0;
  for (const wire::Vector& vector : wire::Vectors()) {
    if (vector.kind != "java-hash") continue;
    const std::vector<uint8_t> id = vector.Bytes();
    EXPECT_EQ(PartitionForKey(AsText(id), 50), vector.version) << vector.Where();
    ++compared;
  }
  EXPECT_GE(compared, 200);
}

}  // namespace
}  // namespace monkafka::groups
