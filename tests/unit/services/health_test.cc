#include "services/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using SizeAndLimit = std::pair<int64_t, int64_t>;

TEST(HealthTest, ADiskWithRoomIsFineAFullOneIsNot) {
  const HealthCheck fine = CheckDisk("/data", SizeAndLimit{1000, 500});
  EXPECT_EQ(fine.level, HealthLevel::kOk);
  EXPECT_THAT(fine.findings, IsEmpty());
  EXPECT_EQ(fine.message, "500 B of 1000 B are free");
  EXPECT_EQ(CheckDisk("/data", SizeAndLimit{3LL << 40, 20 << 20}).message,
            "20.0 MiB of 3.0 TiB are free");
  EXPECT_EQ(CheckDisk("/data", SizeAndLimit{1000, 90}).level, HealthLevel::kWarning);
  const HealthCheck full = CheckDisk("/data", SizeAndLimit{1000, 10});
  EXPECT_EQ(full.level, HealthLevel::kFailed);
  EXPECT_EQ(full.findings.at(0).subject, "/data");
  EXPECT_EQ(CheckDisk("/data", Fail(ErrorCode::kKafkaStorageError, "gone")).level,
            HealthLevel::kFailed);
}

TEST(HealthTest, ALogThatWentOfflineIsNamedWithItsReason) {
  fakes::FakeCluster cluster;
  CreateTopic(cluster, "t", TopicId(1), 3);
  EXPECT_EQ(CheckPartitions(cluster.Partitions()).level, HealthLevel::kOk);
  cluster.Log("t", 1)->availability = Fail(ErrorCode::kKafkaStorageError, "sync: EIO");
  cluster.Log("t", 2)->availability = Fail(ErrorCode::kUnknownTopicOrPartition, "being deleted");
  const HealthCheck check = CheckPartitions(cluster.Partitions());
  EXPECT_EQ(check.level, HealthLevel::kFailed);
  ASSERT_EQ(check.findings.size(), 1u);
  EXPECT_EQ(check.findings[0].subject, "t-1");
  EXPECT_EQ(check.findings[0].message, "sync: EIO");
  EXPECT_EQ(check.message, "2 of 3 partitions are online");
}

TEST(HealthTest, ACoordinatorThatLoadsIsAWarningOneThatCannotIsAFailure) {
  EXPECT_EQ(CheckCoordinator({}).level, HealthLevel::kOk);
  EXPECT_EQ(CheckCoordinator({{}, {}}).level, HealthLevel::kOk);
  EXPECT_EQ(CheckCoordinator({{}, {ErrorCode::kCoordinatorLoadInProgress}}).level,
            HealthLevel::kWarning);
  const HealthCheck failed =
      CheckCoordinator({{ErrorCode::kNotCoordinator}, {ErrorCode::kCoordinatorLoadInProgress}});
  EXPECT_EQ(failed.level, HealthLevel::kFailed);
  EXPECT_EQ(failed.findings.at(0).subject, "__consumer_offsets-0");
  EXPECT_THAT(failed.message, HasSubstr("0 of 2"));
}

}  // namespace
}  // namespace monkafka::services
