#include "storage/producer_state.h"

#include <gtest/gtest.h>

#include <limits>

namespace monkafka::storage {
namespace {

constexpr int32_t kMax = std::numeric_limits<int32_t>::max();

BatchInfo Data(Offset base, int count, int32_t sequence, ProducerEpoch epoch = 0,
               bool transactional = false, ProducerId id = 7) {
  BatchInfo info;
  info.base_offset = base;
  info.last_offset = base + count - 1;
  info.producer_id = id;
  info.producer_epoch = epoch;
  info.base_sequence = sequence;
  info.last_sequence = records::IncrementSequence(sequence, count - 1);
  info.max_timestamp = 1000 + base;
  info.transactional = transactional;
  return info;
}

BatchInfo Marker(Offset offset, ProducerEpoch epoch = 0, ProducerId id = 7) {
  BatchInfo info = Data(offset, 1, -1, epoch, true, id);
  info.last_sequence = -1;
  info.control = true;
  return info;
}

class ProducerStateTest : public ::testing::Test {
 protected:
  // Checks as a client's batch and applies it.
  ErrorCode Append(const BatchInfo& batch) {
    const Status status = state_.CheckData(batch, AppendOrigin::kClient);
    if (status) state_.ApplyData(batch);
    return CodeOf(status);
  }
  ProducerState state_;
};

TEST_F(ProducerStateTest, SequencesMustFollowOneAnother) {
  EXPECT_EQ(Append(Data(0, 3, 0)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(3, 2, 3)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(5, 1, 6)), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(Data(5, 1, 4)), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(Data(5, 1, 5)), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, UnknownProducerMayBeginAnywhere) {
  EXPECT_EQ(Append(Data(0, 1, 1234)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(1, 1, 1235)), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, SequenceWrapsAfterTheLargest) {
  EXPECT_EQ(Append(Data(0, 2, kMax - 1)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(2, 1, 1)), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(Data(2, 1, 0)), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, SequenceWrapsInsideABatch) {
  EXPECT_EQ(Append(Data(0, 4, kMax - 1)), ErrorCode::kNone);  // MAX-1, MAX, 0, 1
  const ProducerBatch* duplicate = state_.FindDuplicate(Data(99, 4, kMax - 1));
  ASSERT_NE(duplicate, nullptr);
  EXPECT_EQ(duplicate->first_offset(), 0);
  EXPECT_EQ(Append(Data(4, 1, 2)), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, TheLastFiveBatchesAreRecognised) {
  for (int i = 0; i < 6; ++i) ASSERT_EQ(Append(Data(10 * i, 10, 10 * i)), ErrorCode::kNone);
  EXPECT_EQ(state_.FindDuplicate(Data(99, 10, 0)), nullptr);
  for (int i = 1; i < 6; ++i) {
    const ProducerBatch* duplicate = state_.FindDuplicate(Data(99, 10, 10 * i));
    ASSERT_NE(duplicate, nullptr) << i;
    EXPECT_EQ(duplicate->first_offset(), 10 * i);
    EXPECT_EQ(duplicate->last_offset, 10 * i + 9);
  }
  EXPECT_EQ(state_.FindDuplicate(Data(99, 9, 50)), nullptr);
  EXPECT_EQ(state_.FindDuplicate(Data(99, 10, 50, /*epoch=*/1)), nullptr);
}

TEST_F(ProducerStateTest, NewEpochBeginsAtZero) {
  ASSERT_EQ(Append(Data(0, 1, 0)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(1, 1, 1, /*epoch=*/1)), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(Data(1, 1, 0, /*epoch=*/1)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(2, 1, 1, /*epoch=*/0)), ErrorCode::kInvalidProducerEpoch);
}

TEST_F(ProducerStateTest, SequencesOfCoordinatorsAreNotChecked) {
  ASSERT_EQ(Append(Data(0, 1, 0)), ErrorCode::kNone);
  EXPECT_TRUE(state_.CheckData(Data(1, 1, 77), AppendOrigin::kCoordinator));
  EXPECT_FALSE(state_.CheckData(Data(1, 1, 77, /*epoch=*/-1), AppendOrigin::kCoordinator));
}

TEST_F(ProducerStateTest, OpenTransactionsHoldTheStableOffset) {
  ASSERT_EQ(Append(Data(0, 5, 0, 0, true, 7)), ErrorCode::kNone);
  ASSERT_EQ(Append(Data(5, 5, 0, 0, true, 8)), ErrorCode::kNone);
  ASSERT_EQ(Append(Data(10, 5, 5, 0, true, 7)), ErrorCode::kNone);
  EXPECT_EQ(state_.first_unstable_offset(), 0);

  const auto aborted = state_.ApplyMarker(Marker(15, 0, 7), {.committed = false});
  ASSERT_TRUE(aborted);
  EXPECT_TRUE(aborted->aborted);
  EXPECT_EQ(aborted->first_offset, 0);
  EXPECT_EQ(aborted->last_offset, 15);
  EXPECT_EQ(aborted->last_stable_offset, 5);
  EXPECT_EQ(state_.first_unstable_offset(), 5);

  const auto committed = state_.ApplyMarker(Marker(16, 0, 8), {.committed = true});
  ASSERT_TRUE(committed);
  EXPECT_FALSE(committed->aborted);
  EXPECT_EQ(committed->last_stable_offset, 17);
  EXPECT_EQ(state_.first_unstable_offset(), std::nullopt);
}

TEST_F(ProducerStateTest, MarkerWithoutRecordsCompletesNothing) {
  EXPECT_FALSE(state_.ApplyMarker(Marker(0), {.committed = false}));
  EXPECT_EQ(state_.size(), 1u);
}

TEST_F(ProducerStateTest, RecordsOutsideOfAnOpenTransactionAreRefused) {
  ASSERT_EQ(Append(Data(0, 1, 0, 0, true)), ErrorCode::kNone);
  EXPECT_EQ(Append(Data(1, 1, 1, 0, false)), ErrorCode::kInvalidTxnState);
}

TEST_F(ProducerStateTest, OldMarkersAreFenced) {
  ASSERT_EQ(Append(Data(0, 1, 0, /*epoch=*/3, true)), ErrorCode::kNone);
  EXPECT_EQ(CodeOf(state_.CheckMarker(Marker(1, 2), {})), ErrorCode::kInvalidProducerEpoch);
  state_.ApplyMarker(Marker(1, 3), {.committed = true, .coordinator_epoch = 5});
  EXPECT_EQ(CodeOf(state_.CheckMarker(Marker(2, 3), {.coordinator_epoch = 4})),
            ErrorCode::kTransactionCoordinatorFenced);
  EXPECT_TRUE(state_.CheckMarker(Marker(2, 3), {.coordinator_epoch = 5}));
}

TEST_F(ProducerStateTest, MarkerOfANewEpochStartsSequencesAnew) {
  ASSERT_EQ(Append(Data(0, 3, 0, 0, true)), ErrorCode::kNone);
  state_.ApplyMarker(Marker(3, /*epoch=*/1), {.committed = false});
  EXPECT_EQ(Append(Data(4, 1, 3, 1, true)), ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append(Data(4, 1, 0, 1, true)), ErrorCode::kNone);
}

TEST_F(ProducerStateTest, IdleProducersExpireUnlessTheirTransactionIsOpen) {
  ASSERT_EQ(Append(Data(0, 1, 0, 0, false, 7)), ErrorCode::kNone);  // at 1000
  ASSERT_EQ(Append(Data(0, 1, 0, 0, true, 8)), ErrorCode::kNone);
  ASSERT_EQ(Append(Data(500, 1, 0, 0, false, 9)), ErrorCode::kNone);  // at 1500
  state_.RemoveExpired(2000, std::chrono::milliseconds(1000));
  const std::vector<ProducerEntry> left = state_.Entries();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].producer_id, 8);
  EXPECT_EQ(left[1].producer_id, 9);
}

TEST_F(ProducerStateTest, BeyondTheLimitTheOldestAreForgotten) {
  const auto limit = static_cast<Offset>(ProducerState::kMaxProducers);
  for (Offset i = 0; i <= limit; ++i) state_.ApplyData(Data(i, 1, 0, 0, i == 0, i));
  EXPECT_LE(state_.size(), ProducerState::kMaxProducers);
  EXPECT_NE(state_.FindDuplicate(Data(0, 1, 0, 0, true, limit)), nullptr);
  EXPECT_EQ(state_.FindDuplicate(Data(0, 1, 0, 0, true, 1)), nullptr);
  // An open transaction is never forgotten.
  EXPECT_NE(state_.FindDuplicate(Data(0, 1, 0, 0, true, 0)), nullptr);
}

}  // namespace
}  // namespace monkafka::storage
