#include "storage/names.h"

#include <gtest/gtest.h>

namespace monkafka::storage {
namespace {

TEST(Names, SegmentFileHasTwentyDigits) {
  EXPECT_EQ(SegmentFileName(42, kLogSuffix), "00000000000000000042.log");
  EXPECT_EQ(SegmentFileName(INT64_MAX, kTimeIndexSuffix), "09223372036854775807.timeindex");
}

TEST(Names, SegmentFileNameIsParsed) {
  const auto parts = ParseSegmentFileName("00000000000000000042.snapshot");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->base_offset, 42);
  EXPECT_EQ(parts->suffix, kSnapshotSuffix);
}

TEST(Names, OtherFilesAreNoSegments) {
  for (const char* name : {"leader-epoch-checkpoint", "42.log", "0000000000000000004x.log",
                           "00000000000000000042", "99999999999999999999.log", ""}) {
    EXPECT_FALSE(ParseSegmentFileName(name)) << name;
  }
}

TEST(Names, PartitionDirectoryIsParsedFromTheRight) {
  EXPECT_EQ(ParsePartitionDirectory("a-b-12"), (TopicPartition{"a-b", 12}));
  EXPECT_EQ(ParsePartitionDirectory("orders-0"), (TopicPartition{"orders", 0}));
}

TEST(Names, OtherDirectoriesAreNoPartitions) {
  for (const char* name : {"orders", "orders-", "-0", "orders-x", "orders-00", "orders--1x",
                           "orders-99999999999", "orders-0.0123-delete", "lost+found"}) {
    EXPECT_FALSE(ParsePartitionDirectory(name)) << name;
  }
}

TEST(Names, DeletedDirectoryIsUniqueRecognisedAndNotTooLong) {
  const TopicPartition tp{std::string(249, 't'), 7};
  const std::string name = DeletedDirectoryName(tp);
  EXPECT_LE(name.size(), 255u);
  EXPECT_TRUE(IsDeletedDirectory(name));
  EXPECT_NE(name, DeletedDirectoryName(tp));
  EXPECT_FALSE(ParsePartitionDirectory(name));
  EXPECT_FALSE(IsDeletedDirectory("my.topic-delete-0"));
}

}  // namespace
}  // namespace monkafka::storage
