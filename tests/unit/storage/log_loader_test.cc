#include "storage/log_loader.h"

#include "log_harness.h"
#include "storage/producer_snapshot.h"

namespace monkafka::storage {
namespace {

using Unsynced = fakes::FakeFileSystem::Unsynced;
using ::testing::HasSubstr;

constexpr const char* kFirst = "00000000000000000000.log";

class LogLoaderTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override {
    config.index_interval_bytes = 300;
    Open();
  }
  // `count` batches with two records each, the producer's sequences following.
  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(
          Append({.records = 2, .value_size = 40, .producer_id = 7, .sequence = sequence_}).error,
          ErrorCode::kNone);
      sequence_ += 2;
    }
    workers.RunAll();
  }
  int64_t BatchSize() const {
    return static_cast<int64_t>(Build({.records = 2, .value_size = 40, .producer_id = 7}).size());
  }
  void Replace(const std::string& name, const std::vector<uint8_t>& content) {
    files.Recover(Unsynced::kKeepAll, 1);
    Forget();
    files.SetContent(PathOf(name), content);
    Open();
  }
  std::string Problem() { return Append({}).message; }

  int32_t sequence_ = 0;
};

TEST_F(LogLoaderTest, KilledLogsLoseNothing) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(40);
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(80));
  EXPECT_EQ(log->Offsets().durable_end, 80);
  EXPECT_TRUE(Append({.records = 2, .value_size = 40, .producer_id = 7, .sequence = sequence_ - 2})
                  .duplicate);
  EXPECT_EQ(Append({.producer_id = 7, .sequence = sequence_ + 5}).error,
            ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(LogLoaderTest, ATornTailIsCutOff) {
  Fill(5);
  const std::vector<uint8_t> whole = files.Content(PathOf(kFirst));
  for (size_t size = whole.size() - 1; size >= whole.size() - static_cast<size_t>(BatchSize());
       --size) {
    Replace(kFirst,
            std::vector<uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_EQ(log->Offsets().log_end, 8) << size;
    ASSERT_EQ(files.Content(PathOf(kFirst)).size(),
              whole.size() - static_cast<size_t>(BatchSize()));
  }
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(8));
}

TEST_F(LogLoaderTest, GarbageBehindTheEndIsCutOff) {
  Fill(5);
  const std::vector<uint8_t> whole = files.Content(PathOf(kFirst));
  for (const uint8_t filler : {0x00, 0x02, 0xff}) {
    std::vector<uint8_t> longer = whole;
    longer.resize(whole.size() + 1000, filler);
    Replace(kFirst, longer);
    EXPECT_EQ(log->Offsets().log_end, 10);
    EXPECT_EQ(files.Content(PathOf(kFirst)), whole);
  }
}

TEST_F(LogLoaderTest, DamageInTheMiddleIsNotDropped) {
  Fill(20);
  const std::vector<uint8_t> good = files.Content(PathOf(kFirst));
  const auto victim = static_cast<size_t>(7 * BatchSize());
  for (size_t i = victim; i < victim + static_cast<size_t>(BatchSize()); ++i) {
    if (i >= victim + records::kPartitionLeaderEpochAt && i < victim + records::kMagicAt) continue;
    std::vector<uint8_t> bad = good;
    bad[i] ^= 0x20;
    Replace(kFirst, bad);
    const std::string problem = Problem();
    ASSERT_THAT(problem, HasSubstr(kFirst)) << i - victim;
    ASSERT_THAT(problem, HasSubstr(std::to_string(victim))) << i - victim;
    ASSERT_THAT(problem, HasSubstr("offset 14")) << i - victim;
    ASSERT_EQ(files.Content(PathOf(kFirst)), bad) << "nothing was touched";
  }
  Replace(kFirst, good);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(40));
}

TEST_F(LogLoaderTest, DamageInASegmentBeforeOthersIsNotDropped) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(20);
  const std::string name = FilesWith(".log")[1];
  std::vector<uint8_t> bad = files.Content(PathOf(name));
  bad.back() ^= 0x01;  // of the segment's last batch
  Replace(name, bad);
  EXPECT_THAT(Problem(), HasSubstr("later segments hold valid records"));
}

TEST_F(LogLoaderTest, WhatWasNeverWrittenBackIsCutOffWithAllBehindIt) {
  ASSERT_EQ(Append({.records = 2, .value_size = 300}, true).error, ErrorCode::kNone);
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(Append({.records = 2, .value_size = 300}).error, ErrorCode::kNone);
  }
  std::vector<uint8_t> content = files.Content(PathOf(kFirst));
  std::fill(content.begin() + 1024, content.begin() + 1536, 0);  // one block of batch 1
  Replace(kFirst, content);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(2));
  EXPECT_EQ(Append({}).base_offset, 2);
}

TEST_F(LogLoaderTest, ASegmentBehindAGapWasNotDurable) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(20);
  const std::vector<std::string> names = FilesWith(".log");
  Forget();
  ASSERT_TRUE(files.Remove(PathOf(names[2])));
  Open();
  const Offset end = log->Offsets().log_end;
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(end));
  EXPECT_EQ(FilesWith(".log").size(), 2u);
}

TEST_F(LogLoaderTest, MissingDurableRecordsAreReported) {
  config.segment_bytes = 1000;
  options.checkpoint_interval = std::chrono::milliseconds(10);
  log->Reconfigure(config);
  CloseAndOpen();
  manager->StartMaintenance();
  Fill(20);
  ASSERT_TRUE(Flush());
  Advance(std::chrono::milliseconds(10));
  const std::string last = FilesWith(".log").back();
  Forget();
  ASSERT_TRUE(files.Remove(PathOf(last)));
  Open();
  EXPECT_THAT(Problem(), HasSubstr("offsets below 40 were durable"));
}

TEST_F(LogLoaderTest, OnlyWhatLiesAboveTheRecoveryPointIsChecked) {
  options.checkpoint_interval = std::chrono::milliseconds(10);
  CloseAndOpen();
  manager->StartMaintenance();
  Fill(5);
  ASSERT_TRUE(Flush());
  Advance(std::chrono::milliseconds(10));
  std::vector<uint8_t> content = files.Content(PathOf(kFirst));
  content.back() ^= 1;  // a record's byte, below the recovery point
  Replace(kFirst, content);
  EXPECT_EQ(log->Offsets().log_end, 10);
}

TEST_F(LogLoaderTest, RecoveryIsTheSameTheSecondTime) {
  Fill(30);
  ASSERT_EQ(AppendMarker(7, false).error, ErrorCode::kNone);
  KillAndOpen();
  const std::vector<uint8_t> index = files.Content(PathOf("00000000000000000000.index"));
  const auto producers = log->ActiveProducers();
  KillAndOpen();
  EXPECT_EQ(files.Content(PathOf("00000000000000000000.index")), index);
  ASSERT_EQ(log->ActiveProducers().size(), producers.size());
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(61));
}

TEST_F(LogLoaderTest, ProducersAreRebuiltFromSnapshotAndLog) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.producer_id = 99, .sequence = 5}).error, ErrorCode::kNone);
  Fill(20);
  ASSERT_GT(FilesWith(".snapshot").size(), 2u);
  KillAndOpen();
  EXPECT_EQ(log->ActiveProducers().size(), 2u);
  EXPECT_TRUE(Append({.producer_id = 99, .sequence = 5}).duplicate);
}

TEST_F(LogLoaderTest, ADamagedSnapshotIsReplacedByAnOlderOneAndTheLog) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.producer_id = 99, .sequence = 5}).error, ErrorCode::kNone);
  Fill(20);
  for (const std::string& name : FilesWith(".snapshot")) {
    std::vector<uint8_t> content = files.Content(PathOf(name));
    content.back() ^= 1;
    Replace(name, content);
    ASSERT_EQ(log->ActiveProducers().size(), 2u) << name;
    ASSERT_TRUE(Append({.producer_id = 99, .sequence = 5}).duplicate);
  }
}

TEST_F(LogLoaderTest, OpenAndAbortedTransactionsAreRebuilt) {
  ASSERT_EQ(Append({.records = 2, .producer_id = 8, .transactional = true}).error,
            ErrorCode::kNone);
  ASSERT_EQ(AppendMarker(8, /*committed=*/false).error, ErrorCode::kNone);
  ASSERT_EQ(Append({.records = 2, .producer_id = 9, .transactional = true}).error,
            ErrorCode::kNone);
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(log->Offsets().last_stable, 3);
    EXPECT_EQ(log->AbortedTxns(0, 5).value().size(), 1u);
    round == 0 ? KillAndOpen() : CloseAndOpen();
  }
}

TEST_F(LogLoaderTest, AnInterruptedCompactionIsNotGuessedAt) {
  Fill(2);
  files.SetContent(PathOf("00000000000000000000.log.swap"), {1});
  KillAndOpen();
  EXPECT_THAT(Problem(), HasSubstr(".swap"));
}

TEST_F(LogLoaderTest, OldFormatsAreNamed) {
  Fill(2);
  std::vector<uint8_t> content = files.Content(PathOf(kFirst));
  content[records::kMagicAt] = 1;
  Replace(kFirst, content);
  EXPECT_THAT(Problem(), HasSubstr("before v2"));
}

TEST_F(LogLoaderTest, ASegmentSealedAtTheRecoveryPointKeepsItsTimes) {
  options.checkpoint_interval = std::chrono::milliseconds(1000);
  CloseAndOpen();
  manager->StartMaintenance();
  for (int i = 0; i < 4; ++i) Append({.value_size = 100, .timestamp = 1000 * (i + 1)});
  ASSERT_TRUE(Flush());
  Advance(std::chrono::milliseconds(1000));
  config.segment_bytes = 500;
  log->Reconfigure(config);
  Append({.value_size = 100, .timestamp = 5000});
  ASSERT_EQ(FilesWith(".log").size(), 2);
  KillAndOpen();
  CrashAndOpen(Unsynced::kDropAll);
  const auto found = FindByTimestamp(4000);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->offset, 3);
}

TEST_F(LogLoaderTest, ABatchOfWhichOnlyTheFirstBytesWereWrittenIsCutOff) {
  Fill(5);
  std::vector<uint8_t> content = files.Content(PathOf(kFirst));
  const auto kept = static_cast<std::ptrdiff_t>(records::kLogOverhead);
  std::fill(content.end() - BatchSize() + kept, content.end(), 0);
  Replace(kFirst, content);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(8));
}

TEST_F(LogLoaderTest, WhatASyncFailedToWriteIsWrittenAgain) {
  Fill(1);
  ASSERT_TRUE(Flush());
  files.FailAt(files.operations() + 2);
  EXPECT_EQ(Append({.records = 2}, /*durable=*/true).error, ErrorCode::kKafkaStorageError);
  // It can still be read, and the next sync says that all is well.
  KillAndOpen();
  EXPECT_EQ(Append({.records = 2}, /*durable=*/true).error, ErrorCode::kNone);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(6));
  EXPECT_THAT(FilesWith("failed-sync"), ::testing::IsEmpty());
}

TEST_F(LogLoaderTest, ASegmentThatWasNewWhenTheProcessDiedSurvivesAPowerCut) {
  config.segment_bytes = 500;
  log->Reconfigure(config);
  for (int i = 0; i < 4; ++i) Append({.value_size = 200});
  KillAndOpen();
  ASSERT_EQ(Append({.value_size = 10}, /*durable=*/true).error, ErrorCode::kNone);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(5));
}

TEST_F(LogLoaderTest, SnapshotsOfSealedSegmentsAreDurableWithThem) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(20);
  ASSERT_TRUE(Flush());
  files.Recover(Unsynced::kDropAll, 1);
  const std::vector<std::string> snapshots = FilesWith(".snapshot");
  EXPECT_GE(snapshots.size(), 2);
  for (const std::string& name : snapshots) {
    EXPECT_TRUE(DecodeProducerSnapshot(files.Content(PathOf(name)))) << name;
  }
}

TEST_F(LogLoaderTest, ATornSnapshotIsRemovedAfterAnUncleanStop) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(20);
  const std::string newest = FilesWith(".snapshot").back();
  Replace(newest, {0, 1});
  for (const std::string& name : FilesWith(".snapshot")) EXPECT_NE(name, newest);
}

}  // namespace
}  // namespace monkafka::storage
