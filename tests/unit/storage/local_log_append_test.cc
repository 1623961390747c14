#include "log_harness.h"

namespace monkafka::storage {
namespace {

using ::testing::HasSubstr;

class LocalLogAppendTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override { Open(); }
};

TEST_F(LocalLogAppendTest, OffsetsFollowOneAnother) {
  EXPECT_EQ(Append({.records = 3}).base_offset, 0);
  const AppendOutcome second = Append({.records = 2});
  EXPECT_EQ(second.error, ErrorCode::kNone);
  EXPECT_EQ(second.base_offset, 3);
  EXPECT_EQ(second.last_offset, 4);
  EXPECT_EQ(second.log_start_offset, 0);
  EXPECT_EQ(second.log_append_time, kNoTimestamp);
  EXPECT_EQ(log->Offsets().log_end, 5);
}

TEST_F(LocalLogAppendTest, OnlyOffsetAndEpochChangeOnDisk) {
  ASSERT_EQ(Append({.records = 3}).error, ErrorCode::kNone);
  const std::vector<uint8_t> sent = Build({.records = 2});
  AppendRequest request = RequestOf(sent);
  request.leader_epoch = 9;
  ASSERT_EQ(Send(std::move(request)).error, ErrorCode::kNone);
  const std::vector<uint8_t> stored = files.Content(PathOf("00000000000000000000.log"));
  const Bytes second = Bytes(stored).last(sent.size());
  EXPECT_EQ(records::BatchView(second).base_offset(), 3);
  EXPECT_EQ(records::BatchView(second).partition_leader_epoch(), 9);
  EXPECT_TRUE(records::BatchView(second).CrcMatches());
  EXPECT_TRUE(std::equal(second.begin() + 16, second.end(), sent.begin() + 16));
}

TEST_F(LocalLogAppendTest, RefusedBatchesChangeNothing) {
  std::vector<uint8_t> bytes = Build({});
  bytes.back() ^= 1;
  EXPECT_EQ(Send(RequestOf(bytes)).error, ErrorCode::kCorruptMessage);
  EXPECT_EQ(Send(RequestOf({})).error, ErrorCode::kInvalidRecord);
  EXPECT_EQ(log->Offsets().log_end, 0);
  EXPECT_TRUE(files.Content(PathOf("00000000000000000000.log")).empty());
}

TEST_F(LocalLogAppendTest, RecordErrorsNameTheRecords) {
  config.cleanup_compact = true;
  log->Reconfigure(config);
  records::BatchBuilder builder({});
  builder.Append(1, AsBytes("key"), AsBytes("v"));
  builder.Append(1, std::nullopt, AsBytes("v"));
  const AppendOutcome outcome = Send(RequestOf(*std::move(builder).Build()));
  EXPECT_EQ(outcome.error, ErrorCode::kInvalidRecord);
  ASSERT_EQ(outcome.record_errors.size(), 1u);
  EXPECT_EQ(outcome.record_errors[0].batch_index, 1);
}

TEST_F(LocalLogAppendTest, LogAppendTimeIsTheClocks) {
  config.timestamp_type = records::TimestampType::kLogAppendTime;
  log->Reconfigure(config);
  const AppendOutcome outcome = Append({});
  EXPECT_EQ(outcome.log_append_time, clock.WallMs());
  EXPECT_EQ(FindByTimestamp(clock.WallMs()).value()->timestamp, clock.WallMs());
}

TEST_F(LocalLogAppendTest, TopicCodecRecompresses) {
  config.compression = records::Codec::kZstd;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.records = 10, .value_size = 500}).error, ErrorCode::kNone);
  const auto stored = files.Content(PathOf("00000000000000000000.log"));
  EXPECT_EQ(records::BatchView(stored).codec(), records::Codec::kZstd);
  EXPECT_LT(stored.size(), 1000u);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(10));
}

TEST_F(LocalLogAppendTest, ABatchLargerThanASegmentIsRefused) {
  config.segment_bytes = 200;
  log->Reconfigure(config);
  EXPECT_EQ(Append({.value_size = 300}).error, ErrorCode::kRecordListTooLarge);
  EXPECT_EQ(Append({.value_size = 30}).error, ErrorCode::kNone);
}

TEST_F(LocalLogAppendTest, CoordinatorsAppendSeveralBatchesAtOnce) {
  std::vector<uint8_t> bytes = Build({.records = 2});
  const std::vector<uint8_t> more = Build({.records = 3, .timestamp = 2000});
  bytes.insert(bytes.end(), more.begin(), more.end());
  AppendRequest request = RequestOf(bytes);
  EXPECT_EQ(Send(RequestOf(bytes)).error, ErrorCode::kInvalidRecord) << "clients may not";
  request.origin = AppendOrigin::kCoordinator;
  const AppendOutcome outcome = Send(std::move(request));
  EXPECT_EQ(outcome.error, ErrorCode::kNone);
  EXPECT_EQ(outcome.base_offset, 0);
  EXPECT_EQ(outcome.last_offset, 4);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(5));
}

TEST_F(LocalLogAppendTest, ARetryGetsItsFirstAnswer) {
  ASSERT_EQ(Append({.records = 3, .producer_id = 7, .sequence = 0}).base_offset, 0);
  ASSERT_EQ(Append({.records = 2, .producer_id = 7, .sequence = 3}).base_offset, 3);
  const AppendOutcome retry = Append({.records = 3, .producer_id = 7, .sequence = 0});
  EXPECT_EQ(retry.error, ErrorCode::kNone);
  EXPECT_TRUE(retry.duplicate);
  EXPECT_EQ(retry.base_offset, 0);
  EXPECT_EQ(retry.last_offset, 2);
  EXPECT_EQ(log->Offsets().log_end, 5);
}

TEST_F(LocalLogAppendTest, ADurableRetryWaitsForTheOriginal) {
  ASSERT_EQ(Append({.producer_id = 7, .sequence = 0}).base_offset, 0);
  AppendRequest retry = RequestOf(Build({.producer_id = 7, .sequence = 0}));
  retry.durable = true;
  bool answered = false;
  log->Append(std::move(retry), [&](AppendOutcome outcome) {
    answered = true;
    EXPECT_TRUE(outcome.duplicate);
  });
  EXPECT_FALSE(answered);
  workers.RunAll();
  EXPECT_TRUE(answered);
  EXPECT_EQ(log->Offsets().durable_end, 1);
}

TEST_F(LocalLogAppendTest, SequenceAndEpochErrorsComeFromTheProducerState) {
  ASSERT_EQ(Append({.producer_id = 7, .epoch = 1, .sequence = 0}).error, ErrorCode::kNone);
  EXPECT_EQ(Append({.producer_id = 7, .epoch = 1, .sequence = 5}).error,
            ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(Append({.producer_id = 7, .epoch = 0, .sequence = 0}).error,
            ErrorCode::kInvalidProducerEpoch);
  EXPECT_EQ(log->Offsets().log_end, 1);
}

TEST_F(LocalLogAppendTest, SegmentsRollBySize) {
  config.segment_bytes = 400;
  log->Reconfigure(config);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Append({.value_size = 50}).error, ErrorCode::kNone);
  workers.RunAll();
  EXPECT_GT(FilesWith(".log").size(), 5u);
  EXPECT_EQ(FilesWith(".log").size(), FilesWith(".index").size());
  EXPECT_EQ(FilesWith(".log").size(), FilesWith(".snapshot").size() + 1);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(20));
}

TEST_F(LocalLogAppendTest, WithoutSpaceTheLogStaysUsable) {
  ASSERT_EQ(Append({.records = 2}).error, ErrorCode::kNone);
  files.SetFull(true);
  const AppendOutcome outcome = Append({.records = 2}, /*durable=*/true);
  EXPECT_EQ(outcome.error, ErrorCode::kKafkaStorageError);
  EXPECT_THAT(outcome.message, HasSubstr("no space"));
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(2));
  files.SetFull(false);
  EXPECT_EQ(Append({.records = 2}, /*durable=*/true).base_offset, 2);
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(4));
}

TEST_F(LocalLogAppendTest, WithoutSpaceForANewSegmentTheLogStaysUsable) {
  config.segment_bytes = 150;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.value_size = 50}).error, ErrorCode::kNone);
  files.SetFull(true);
  EXPECT_EQ(Append({.value_size = 50}).error, ErrorCode::kKafkaStorageError);
  files.SetFull(false);
  EXPECT_EQ(Append({.value_size = 50}).base_offset, 1);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(2));
}

TEST_F(LocalLogAppendTest, AWriteThatCannotBeUndoneTakesTheLogOffline) {
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  const int64_t next = files.operations() + 1;
  files.FailAt(next);      // the write
  files.FailAt(next + 1);  // and truncating it away
  EXPECT_EQ(Append({}).error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(Append({}).error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(CodeOf(Read(0)), ErrorCode::kKafkaStorageError);
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(1));
}

TEST_F(LocalLogAppendTest, TransactionsHoldTheStableOffsetAndAbortedOnesAreListed) {
  ASSERT_EQ(Append({.records = 2}).error, ErrorCode::kNone);
  ASSERT_EQ(Append({.records = 3, .producer_id = 7, .transactional = true}).error,
            ErrorCode::kNone);
  ASSERT_EQ(Append({.records = 1, .producer_id = 8, .transactional = true}).error,
            ErrorCode::kNone);
  EXPECT_EQ(log->Offsets().last_stable, 2);
  ASSERT_EQ(AppendMarker(7, /*committed=*/false).base_offset, 6);
  EXPECT_EQ(log->Offsets().last_stable, 5);
  ASSERT_EQ(AppendMarker(8, /*committed=*/true).base_offset, 7);
  EXPECT_EQ(log->Offsets().last_stable, 8);
  const auto aborted = log->AbortedTxns(0, 8).value();
  ASSERT_EQ(aborted.size(), 1u);
  EXPECT_EQ(aborted[0].producer_id, 7);
  EXPECT_EQ(aborted[0].first_offset, 2);
  EXPECT_TRUE(log->AbortedTxns(0, 2).value().empty()) << "ends before it";
  EXPECT_TRUE(log->AbortedTxns(7, 8).value().empty()) << "begins after its marker";
}

TEST_F(LocalLogAppendTest, AbortedTransactionsAreFoundAcrossSegments) {
  config.segment_bytes = 300;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.producer_id = 7, .transactional = true}).error, ErrorCode::kNone);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Append({.value_size = 100}).error, ErrorCode::kNone);
  ASSERT_EQ(AppendMarker(7, /*committed=*/false).error, ErrorCode::kNone);
  ASSERT_EQ(log->AbortedTxns(0, 3).value().size(), 1u);
  CloseAndOpen();
  ASSERT_EQ(log->AbortedTxns(0, 3).value().size(), 1u);
  EXPECT_EQ(log->AbortedTxns(0, 3).value()[0].first_offset, 0);
}

TEST_F(LocalLogAppendTest, LeaderEpochsAreRemembered) {
  AppendRequest request = RequestOf(Build({.records = 5}));
  request.leader_epoch = 2;
  ASSERT_EQ(Send(std::move(request)).error, ErrorCode::kNone);
  request = RequestOf(Build({.records = 5}));
  request.leader_epoch = 4;
  ASSERT_EQ(Send(std::move(request)).error, ErrorCode::kNone);
  EXPECT_EQ(log->EndOfEpoch(2).end_offset, 5);
  EXPECT_EQ(log->EndOfEpoch(4).end_offset, 10);
  EXPECT_EQ(log->EpochAt(4), 2);
  CloseAndOpen();
  EXPECT_EQ(log->EndOfEpoch(3).leader_epoch, 2);
  KillAndOpen();
  EXPECT_EQ(log->EndOfEpoch(2).end_offset, 5);
}

TEST_F(LocalLogAppendTest, ActiveProducersAreListed) {
  ASSERT_EQ(Append({.records = 3, .producer_id = 7, .epoch = 2}).error, ErrorCode::kNone);
  const auto producers = log->ActiveProducers();
  ASSERT_EQ(producers.size(), 1u);
  EXPECT_EQ(producers[0].producer_id, 7);
  EXPECT_EQ(producers[0].producer_epoch, 2);
  EXPECT_EQ(producers[0].last_sequence, 2);
  EXPECT_EQ(producers[0].last_timestamp, 1002);
  EXPECT_EQ(producers[0].current_txn_start_offset, kNoOffset);
}

}  // namespace
}  // namespace monkafka::storage
