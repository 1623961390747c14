#include "log_harness.h"

namespace monkafka::storage {
namespace {

using std::chrono::milliseconds;
using Unsynced = fakes::FakeFileSystem::Unsynced;

class LocalLogMaintainTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override {
    config.segment_bytes = 500;
    config.retention_ms = -1;
    config.file_delete_delay = milliseconds(2000);
    options.retention_check_interval = milliseconds(1000);
    options.checkpoint_interval = milliseconds(1'000'000'000);
    options.producer_id_expiration_check = milliseconds(1'000'000'000);
    Open();
    manager->StartMaintenance();
  }
  // One batch per call; two of them fit into a segment.
  void Fill(int count, TimestampMs timestamp = 1000) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Append({.value_size = 100, .timestamp = timestamp}).error, ErrorCode::kNone);
    }
    workers.RunAll();
  }
  void Retain() { Advance(options.retention_check_interval); }
};

TEST_F(LocalLogMaintainTest, OldSegmentsAreDeletedByTheirLargestTimestamp) {
  Fill(4, clock.WallMs() - 10'000);
  Fill(4, clock.WallMs());
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 4);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(8, 4));
}

TEST_F(LocalLogMaintainTest, ASegmentWithOneYoungRecordStays) {
  Fill(1, clock.WallMs());
  Fill(5, clock.WallMs() - 10'000);
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 0);
}

TEST_F(LocalLogMaintainTest, WhenEverythingIsOldTheLogGoesOnAtItsEnd) {
  Fill(5, clock.WallMs() - 10'000);
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 5);
  EXPECT_EQ(log->Offsets().log_end, 5);
  EXPECT_EQ(log->SizeInBytes(), 0);
  Fill(2, clock.WallMs());
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(7, 5));
  Retain();
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_start, 5);
}

TEST_F(LocalLogMaintainTest, RecordsWithoutTimestampAgeWithTheirFile) {
  Fill(4, kNoTimestamp);
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 0);
  Advance(milliseconds(6000));
  EXPECT_EQ(log->Offsets().log_start, 4);
}

TEST_F(LocalLogMaintainTest, SegmentsBeyondRetentionBytesAreDeleted) {
  Fill(20);
  const int64_t size = log->SizeInBytes();
  config.retention_bytes = size / 2;
  log->Reconfigure(config);
  Retain();
  EXPECT_GE(log->SizeInBytes(), size / 2) << "not more than needed";
  EXPECT_LT(log->SizeInBytes(), size / 2 + 500);
  EXPECT_EQ(log->Offsets().log_start, 10);
}

TEST_F(LocalLogMaintainTest, CompactedTopicsAreNotDeleted) {
  Fill(8, clock.WallMs() - 10'000);
  config.retention_ms = 5000;
  config.retention_bytes = 0;
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 0);
}

TEST_F(LocalLogMaintainTest, FilesGoInTwoSteps) {
  Fill(4, clock.WallMs() - 10'000);
  Fill(1, clock.WallMs());
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  EXPECT_EQ(FilesWith(".log.deleted").size(), 2u);
  EXPECT_EQ(FilesWith(".log").size(), 1u);
  Advance(config.file_delete_delay);
  EXPECT_TRUE(FilesWith(".deleted").empty());
  EXPECT_EQ(FilesWith(".snapshot").size(), 1u) << "only that of the segment that is left";
}

TEST_F(LocalLogMaintainTest, RetentionSurvivesAPowerCutAtOnce) {
  Fill(4, clock.WallMs() - 10'000);
  Fill(3, clock.WallMs());
  ASSERT_TRUE(Flush());
  config.retention_ms = 5000;
  log->Reconfigure(config);
  Retain();
  ASSERT_EQ(log->Offsets().log_start, 4);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_start, 4);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(7, 4));
}

TEST_F(LocalLogMaintainTest, NothingIsRemovedWhileTheLogStartCannotBeWritten) {
  Fill(4, clock.WallMs() - 10'000);
  Fill(1, clock.WallMs());
  config.retention_ms = 5000;
  log->Reconfigure(config);
  files.SetFull(true);
  ASSERT_EQ(DeleteRecordsBefore(1).value(), 1) << "takes the room that was kept for it";
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 1);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(5, 1));
  files.SetFull(false);
  Retain();
  EXPECT_EQ(log->Offsets().log_start, 4);
}

TEST_F(LocalLogMaintainTest, DeletedRecordsStayDeleted) {
  Fill(9);
  ASSERT_TRUE(Flush());
  EXPECT_EQ(DeleteRecordsBefore(5).value(), 5);
  EXPECT_EQ(FilesWith(".log").front(), "00000000000000000004.log");
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_start, 5);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(9, 5));
  CloseAndOpen();
  EXPECT_EQ(log->Offsets().log_start, 5);
}

TEST_F(LocalLogMaintainTest, TheLogStartOnlyMovesForwardAndNotPastTheEnd) {
  Fill(6);
  EXPECT_EQ(DeleteRecordsBefore(4).value(), 4);
  EXPECT_EQ(DeleteRecordsBefore(2).value(), 4);
  EXPECT_EQ(CodeOf(DeleteRecordsBefore(7)), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(CodeOf(DeleteRecordsBefore(-1)), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(DeleteRecordsBefore(6).value(), 6);
  EXPECT_EQ(log->Offsets().log_start, 6);
}

TEST_F(LocalLogMaintainTest, ALogThatWasDeletedToItsUnsyncedEndBeginsThereAfterAPowerCut) {
  ASSERT_EQ(Append({.records = 6}).error, ErrorCode::kNone);
  EXPECT_EQ(DeleteRecordsBefore(6).value(), 6);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_start, 6);
  EXPECT_EQ(log->Offsets().log_end, 6);
  EXPECT_EQ(Append({}).base_offset, 6);
}

TEST_F(LocalLogMaintainTest, ADeletionThatCannotBeWrittenIsAnError) {
  Fill(6);
  files.FailAt(files.operations() + 1);
  EXPECT_EQ(CodeOf(DeleteRecordsBefore(4)), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(log->Offsets().log_start, 0);
}

// It is what makes room.
TEST_F(LocalLogMaintainTest, AFullDiskLetsRecordsBeDeleted) {
  Fill(6);
  files.SetFull(true);
  EXPECT_EQ(DeleteRecordsBefore(4).value(), 4);
  EXPECT_EQ(CodeOf(DeleteRecordsBefore(5)), ErrorCode::kKafkaStorageError) << "no room was made";
  files.SetFull(false);
  EXPECT_EQ(DeleteRecordsBefore(5).value(), 5);
  files.SetFull(true);
  EXPECT_EQ(DeleteRecordsBefore(6).value(), 6) << "the next waits again";
  files.SetFull(false);
  CloseAndOpen();
  EXPECT_EQ(log->Offsets().log_start, 6);
  EXPECT_FALSE(files.Exists(std::string(kDirectory) + "/log-start-offset-checkpoint.tmp").value());
}

TEST_F(LocalLogMaintainTest, IdleProducersExpire) {
  options.producer_id_expiration = milliseconds(5000);
  options.producer_id_expiration_check = milliseconds(1000);
  CloseAndOpen();
  manager->StartMaintenance();
  ASSERT_EQ(Append({.timestamp = clock.WallMs(), .producer_id = 7}).error, ErrorCode::kNone);
  Advance(milliseconds(3000));
  EXPECT_EQ(log->ActiveProducers().size(), 1u);
  Advance(milliseconds(3000));
  EXPECT_TRUE(log->ActiveProducers().empty());
}

TEST_F(LocalLogMaintainTest, CheckpointsBoundWhatAPowerCutCosts) {
  options.checkpoint_interval = milliseconds(1000);
  CloseAndOpen();
  manager->StartMaintenance();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  Advance(milliseconds(2000));
  EXPECT_EQ(log->Offsets().durable_end, 1) << "nobody waited, but it is old";
  Advance(milliseconds(1000));
  const std::string path = std::string(kDirectory) + "/recovery-point-offset-checkpoint";
  const std::vector<uint8_t> content = files.Content(path);
  EXPECT_EQ(AsText(content), "0\n1\norders 0 1\n");
}

TEST_F(LocalLogMaintainTest, DeleteRecordsFailsWhenTheLogWentOfflineMeanwhile) {
  Fill(4);
  AppendRequest request = RequestOf(Build({}));
  request.durable = true;
  log->Append(std::move(request), [](AppendOutcome) {});
  files.FailAt(files.operations() + 1);
  EXPECT_EQ(CodeOf(DeleteRecordsBefore(2)), ErrorCode::kKafkaStorageError);
}

}  // namespace
}  // namespace monkafka::storage
