#include "cluster/metadata_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "wire/vectors.h"

namespace monkafka::cluster {
namespace {

constexpr Uuid kTopicId{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

TEST(MetadataRecordsTest, FramesTypeAndVersionBeforeTheMessage) {
  const std::vector<uint8_t> bytes = EncodeMetadataRecord(TopicRecord{"ab", kTopicId});
  EXPECT_THAT(bytes, testing::ElementsAre(1, 2, 0, 3, 'a', 'b', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
                                          12, 13, 14, 15, 16, 0));
}

TEST(MetadataRecordsTest, ReadsWhatItWrites) {
  PartitionRecord partition;
  partition.partition_id = 3;
  partition.topic_id = kTopicId;
  partition.replicas = partition.isr = {1};
  partition.leader = 1;
  partition.leader_epoch = 0;
  partition.partition_epoch = 0;
  partition.directories = {kTopicId};
  const MetadataRecord record = partition;
  const auto read = DecodeMetadataRecord(EncodeMetadataRecord(record));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read.value(), record);
}

TEST(MetadataRecordsTest, WritesTheVersionsOfMetadataVersion39) {
  EXPECT_EQ(EncodeMetadataRecord(RegisterBrokerRecord{})[2], 3);
  EXPECT_EQ(EncodeMetadataRecord(PartitionRecord{})[2], 1);
  EXPECT_EQ(EncodeMetadataRecord(PartitionChangeRecord{})[2], 1);
  EXPECT_EQ(EncodeMetadataRecord(BrokerRegistrationChangeRecord{})[2], 2);
}

TEST(MetadataRecordsTest, KeepsItsHandsOffUnknownTypes) {
  const std::vector<uint8_t> access_control_entry{1, 18, 0, 1, 2, 3};
  const auto read = DecodeMetadataRecord(access_control_entry);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read.value(), std::nullopt);
}

TEST(MetadataRecordsTest, RefusesVersionsOfTheFuture) {
  std::vector<uint8_t> bytes = EncodeMetadataRecord(NoOpRecord{});
  bytes[2] = 9;
  const auto read = DecodeMetadataRecord(bytes);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_THAT(read.error().message, testing::HasSubstr("NoOpRecord version 9"));
}

TEST(MetadataRecordsTest, RefusesEveryTruncationAndTrailingBytes) {
  std::vector<uint8_t> bytes = EncodeMetadataRecord(ConfigRecord{2, "topic", "key", "value"});
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto read = DecodeMetadataRecord(Bytes(bytes).first(size));
    ASSERT_FALSE(read.has_value()) << size;
    EXPECT_EQ(read.error().code, ErrorCode::kCorruptMessage) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(DecodeMetadataRecord(bytes).has_value());
}

TEST(MetadataRecordsTest, AgreesWithKafkaByteForByte) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::set<std::pair<std::string, int>> compared;
  for (const wire::Vector& vector : wire::Vectors()) {
    if (vector.kind != "metadata-record" && vector.kind != "disk-metadata") continue;
    std::vector<uint8_t> bytes = vector.Bytes();
    if (vector.kind == "metadata-record") {
      const std::vector<uint8_t> frame{1, static_cast<uint8_t>(vector.api_key),
                                       static_cast<uint8_t>(vector.version)};
      bytes.insert(bytes.begin(), frame.begin(), frame.end());
    }
    const auto read = DecodeMetadataRecord(bytes);
    // Kafka 4's vectors have versions that a 3.9 metadata log never holds.
    if (!read && read.error().code == ErrorCode::kUnsupportedVersion) continue;
    ASSERT_TRUE(read.has_value()) << vector.Where() << ": " << read.error().message;
    if (!*read) continue;
    EXPECT_EQ(NameOf(**read), vector.name) << vector.Where();
    EXPECT_EQ(EncodeMetadataRecord(**read, static_cast<int16_t>(vector.version)), bytes)
        << vector.Where();
    compared.emplace(vector.name, vector.version);
  }
  // Every version of all sixteen kinds.
  EXPECT_EQ(compared.size(), 16u + 3 + 2 + 2 + 2) << "kinds and versions";
}

TEST(MetadataRecordsTest, SkipsTagsOfTheFutureAsKafkaDoes) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::optional<MetadataRecord> last;
  int compared = 0;
  for (const wire::Vector& vector : wire::Vectors()) {
    if (!vector.kind.starts_with("metadata-record-unknown-tags")) continue;
    std::vector<uint8_t> bytes{1, static_cast<uint8_t>(vector.api_key),
                               static_cast<uint8_t>(vector.version)};
    const std::vector<uint8_t> message = vector.Bytes();
    bytes.insert(bytes.end(), message.begin(), message.end());
    const auto read = DecodeMetadataRecord(bytes);
    // Kafka 4's vectors have versions that a 3.9 metadata log never holds.
    if (!read && read.error().code == ErrorCode::kUnsupportedVersion) continue;
    ASSERT_TRUE(read.has_value()) << vector.Where() << ": " << read.error().message;
    if (vector.kind == "metadata-record-unknown-tags") {
      last = *read;
    } else if (last) {
      EXPECT_EQ(EncodeMetadataRecord(*last, static_cast<int16_t>(vector.version)), bytes)
          << vector.Where();
      ++compared;
    }
  }
  EXPECT_GE(compared, 16);
}

TEST(MetadataVersionName, IsKafkasOrTheNumber) {
  EXPECT_EQ(MetadataVersionName(1), "3.0-IV1");
  EXPECT_EQ(MetadataVersionName(kMetadataVersion), "3.9-IV0");
  EXPECT_EQ(MetadataVersionName(kMetadataVersion + 1), "22");
  EXPECT_EQ(MetadataVersionName(0), "0");
}

}  // namespace
}  // namespace monkafka::cluster
