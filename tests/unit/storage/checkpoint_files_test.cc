#include "storage/checkpoint_files.h"

#include <gtest/gtest.h>

namespace monkafka::storage {
namespace {

TEST(CheckpointFiles, OffsetsHaveKafkasFormat) {
  const OffsetCheckpoint entries{{{"b", 0}, 7}, {{"a.b", 12}, 123456789012}};
  const std::string content = FormatOffsetCheckpoint(entries);
  EXPECT_EQ(content, "0\n2\na.b 12 123456789012\nb 0 7\n");
  EXPECT_EQ(ParseOffsetCheckpoint(content).value(), entries);
}

TEST(CheckpointFiles, AnEmptyFileHasNoEntries) {
  EXPECT_TRUE(ParseOffsetCheckpoint("").value().empty());
  EXPECT_TRUE(ParseLeaderEpochs("").value().empty());
  EXPECT_TRUE(ParseOffsetCheckpoint("0\n0\n").value().empty());
}

TEST(CheckpointFiles, DamageIsAnError) {
  for (const char* content : {"1\n0\n", "0\nx\n", "0\n2\na 0 1\n", "0\n1\na 0\n", "0\n1\na 0 1 2\n",
                              "0\n1\na zero 1\n", "garbage", "0\n1\n\n"}) {
    EXPECT_EQ(CodeOf(ParseOffsetCheckpoint(content)), ErrorCode::kKafkaStorageError) << content;
  }
}

TEST(CheckpointFiles, LeaderEpochsHaveKafkasFormat) {
  const std::vector<EpochEntry> entries{{0, 0}, {3, 120}};
  const std::string content = FormatLeaderEpochs(entries);
  EXPECT_EQ(content, "0\n2\n0 0\n3 120\n");
  EXPECT_EQ(ParseLeaderEpochs(content).value(), entries);
  EXPECT_EQ(CodeOf(ParseLeaderEpochs("0\n1\n-1 0\n")), ErrorCode::kKafkaStorageError);
}

TEST(CheckpointFiles, PartitionMetadataHasKafkasFormat) {
  const Uuid id = Uuid::Random();
  const std::string content = FormatPartitionMetadata(id);
  EXPECT_EQ(content, "version: 0\ntopic_id: " + id.ToString());
  EXPECT_EQ(ParsePartitionMetadata(content).value(), id);
  EXPECT_EQ(ParsePartitionMetadata(content + "\n").value(), id);
  for (const char* damaged : {"", "version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA", "version: 0\n",
                              "version: 0\ntopic_id: ?"}) {
    EXPECT_EQ(CodeOf(ParsePartitionMetadata(damaged)), ErrorCode::kKafkaStorageError) << damaged;
  }
}

}  // namespace
}  // namespace monkafka::storage
