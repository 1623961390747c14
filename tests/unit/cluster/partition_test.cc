#include "cluster/partition.h"

#include <gtest/gtest.h>

#include "fakes/stub_log.h"

namespace monkafka::cluster {
namespace {

class CountingWaiter final : public PartitionWaiter {
 public:
  void OnPartitionChanged() override { ++told; }
  int told = 0;
};

class PartitionTest : public testing::Test {
 protected:
  storage::AppendOutcome Append() {
    // The log may keep the callback longer than this call lasts.
    auto result = std::make_shared<storage::AppendOutcome>();
    partition->Append({},
                      [result](storage::AppendOutcome outcome) { *result = std::move(outcome); });
    return *result;
  }

  std::shared_ptr<fakes::StubLog> log = std::make_shared<fakes::StubLog>();
  std::shared_ptr<Partition> partition =
      std::make_shared<Partition>(TopicPartition{"t", 0}, Uuid{{1}}, 5, log);
  std::shared_ptr<CountingWaiter> waiter = std::make_shared<CountingWaiter>();
};

TEST_F(PartitionTest, ChecksTheLeaderEpoch) {
  EXPECT_EQ(partition->CheckLeaderEpoch(5), ErrorCode::kNone);
  EXPECT_EQ(partition->CheckLeaderEpoch(-1), ErrorCode::kNone);
  EXPECT_EQ(partition->CheckLeaderEpoch(4), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(partition->CheckLeaderEpoch(6), ErrorCode::kUnknownLeaderEpoch);
}

TEST_F(PartitionTest, AnOfflineOrDeletedPartitionSaysSoBeforeItsOffsetsAreUsed) {
  log->availability = Fail(ErrorCode::kKafkaStorageError, "damaged");
  EXPECT_EQ(partition->CheckLeaderEpoch(-1), ErrorCode::kKafkaStorageError);
  partition->MarkDeleted();
  EXPECT_EQ(partition->CheckLeaderEpoch(-1), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(PartitionTest, AppendsInItsLeaderEpoch) {
  partition->SetLeaderEpoch(6);
  Append();
  ASSERT_EQ(log->appended.size(), 1u);
  EXPECT_EQ(log->appended[0].leader_epoch, 6);
}

TEST_F(PartitionTest, ItsOwnEpochEndsAtTheLogsEndBeforeAnythingIsWrittenInIt) {
  log->offsets.log_end = 7;
  log->end_of_epoch = {3, 4};
  EXPECT_EQ(partition->EndOfEpoch(5).leader_epoch, 5);
  EXPECT_EQ(partition->EndOfEpoch(5).end_offset, 7);
  EXPECT_EQ(partition->EndOfEpoch(3).end_offset, 4);
}

TEST_F(PartitionTest, TellsAWaiterOncePerRegistration) {
  partition->AddWaiter(waiter);
  EXPECT_EQ(waiter->told, 0);
  Append();
  EXPECT_EQ(waiter->told, 1);
  Append();
  EXPECT_EQ(waiter->told, 1);
  partition->AddWaiter(waiter);
  Append();
  EXPECT_EQ(waiter->told, 2);
}

TEST_F(PartitionTest, TellsWaitersWhenRecordsCanBeReadNotWhenTheyAreDurable) {
  log->complete_later = true;
  partition->AddWaiter(waiter);
  Append();
  EXPECT_EQ(waiter->told, 1);
  log->CompleteAppends();
  EXPECT_EQ(waiter->told, 1);
}

TEST_F(PartitionTest, AFailedAppendTellsNobody) {
  log->next_outcome.error = ErrorCode::kCorruptMessage;
  partition->AddWaiter(waiter);
  EXPECT_EQ(Append().error, ErrorCode::kCorruptMessage);
  EXPECT_EQ(waiter->told, 0);
}

TEST_F(PartitionTest, WaitersThatLeftCostNothing) {
  for (int i = 0; i < 1000; ++i) partition->AddWaiter(std::make_shared<CountingWaiter>());
  partition->AddWaiter(waiter);
  Append();
  EXPECT_EQ(waiter->told, 1);
}

TEST_F(PartitionTest, DeletionTellsWaitersAndStopsAppends) {
  partition->AddWaiter(waiter);
  partition->MarkDeleted();
  EXPECT_EQ(waiter->told, 1);
  EXPECT_TRUE(partition->deleted());
  EXPECT_EQ(Append().error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_TRUE(log->appended.empty());
}

}  // namespace
}  // namespace monkafka::cluster
