#include <thread>

#include "log_harness.h"

namespace monkafka::storage {
namespace {

using Unsynced = fakes::FakeFileSystem::Unsynced;

class LocalLogSyncTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override { Open(); }

  // Appends durably without running the workers.
  void Start(int count) {
    for (int i = 0; i < count; ++i) {
      AppendRequest request = RequestOf(Build({}));
      request.durable = true;
      log->Append(std::move(request),
                  [this](AppendOutcome outcome) { answers.push_back(std::move(outcome)); });
    }
  }
  std::vector<AppendOutcome> answers;
};

TEST_F(LocalLogSyncTest, OneSyncServesAllThatWait) {
  Start(100);
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(log->Offsets().durable_end, 0);
  const int64_t before = files.operations();
  workers.RunAll();
  EXPECT_EQ(answers.size(), 100u);
  EXPECT_EQ(files.operations() - before, 1);
  EXPECT_EQ(log->Offsets().durable_end, 100);
}

TEST_F(LocalLogSyncTest, WhoComesDuringASyncGetsTheNext) {
  Start(1);
  files.DuringNextSync([this] {
    Start(3);
    EXPECT_EQ(workers.RunAll(), 0) << "one at a time";
    files.DuringNextSync([this] { EXPECT_EQ(answers.size(), 1u); });
  });
  workers.RunAll();
  EXPECT_EQ(answers.size(), 4u);
  EXPECT_EQ(log->Offsets().durable_end, 4);
}

TEST_F(LocalLogSyncTest, ASyncThatTheTimerAsksForDuringAnotherIsNotForgotten) {
  config.flush_ms = 500;
  log->Reconfigure(config);
  Start(1);
  files.DuringNextSync([this] {
    ASSERT_EQ(Append({}).error, ErrorCode::kNone);
    timers.AdvanceBy(std::chrono::milliseconds(500));
  });
  workers.RunAll();
  EXPECT_EQ(log->Offsets().durable_end, 2);
}

TEST_F(LocalLogSyncTest, ClosingWaitsForTheSyncThatRuns) {
  for (const bool fails : {false, true}) {
    SCOPED_TRACE(fails);
    answers.clear();
    Start(2);
    std::thread closer;
    Status closed;
    files.DuringNextSync([&] {
      closer = std::thread([&] { closed = manager->Close(); });
      while (log->Availability()) std::this_thread::yield();
      if (fails) files.FailAt(files.operations() + 1);
    });
    workers.RunAll();
    closer.join();
    EXPECT_EQ(closed.has_value(), !fails);
    ASSERT_EQ(answers.size(), 2u);
    for (const AppendOutcome& answer : answers) {
      EXPECT_EQ(answer.error, fails ? ErrorCode::kKafkaStorageError : ErrorCode::kNone);
    }
    Forget();
    Open();
  }
}

TEST_F(LocalLogSyncTest, AcknowledgedRecordsSurviveAPowerCut) {
  Start(5);
  workers.RunAll();
  ASSERT_EQ(Append({.records = 3}).error, ErrorCode::kNone) << "not durable";
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(5));
  EXPECT_EQ(log->Offsets().durable_end, 5);
}

TEST_F(LocalLogSyncTest, ANewSegmentIsDurableWithItsName) {
  config.segment_bytes = 150;
  log->Reconfigure(config);
  Start(10);
  workers.RunAll();
  EXPECT_GT(FilesWith(".log").size(), 5u);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(10));
}

TEST_F(LocalLogSyncTest, ASealedSegmentIsSyncedSoonEvenWhenNobodyWaits) {
  config.segment_bytes = 150;
  log->Reconfigure(config);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  workers.RunAll();
  EXPECT_GE(log->Offsets().durable_end, 2);
}

TEST_F(LocalLogSyncTest, AFailedSyncTakesTheLogOffline) {
  ASSERT_EQ(Append({}, /*durable=*/true).error, ErrorCode::kNone);
  Start(3);
  files.FailAt(files.operations() + 1);
  workers.RunAll();
  ASSERT_EQ(answers.size(), 3u);
  for (const AppendOutcome& answer : answers) {
    EXPECT_EQ(answer.error, ErrorCode::kKafkaStorageError);
  }
  EXPECT_EQ(Append({}).error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(CodeOf(Flush()), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(CodeOf(Read(0)), ErrorCode::kKafkaStorageError);
  EXPECT_FALSE(manager->Close()) << "not clean";
  CrashAndOpen(Unsynced::kKeepAll);
  EXPECT_EQ(Append({}).error, ErrorCode::kNone) << "well again";
}

TEST_F(LocalLogSyncTest, FlushCoversWhatWasAppendedBefore) {
  ASSERT_EQ(Append({.records = 3}).error, ErrorCode::kNone);
  EXPECT_TRUE(Flush());
  EXPECT_EQ(log->Offsets().durable_end, 3);
  const int64_t before = files.operations();
  EXPECT_TRUE(Flush());
  EXPECT_EQ(files.operations(), before) << "nothing to do";
}

TEST_F(LocalLogSyncTest, FlushMessagesMakesAppendsWait) {
  config.flush_messages = 3;
  log->Reconfigure(config);
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  EXPECT_EQ(log->Offsets().durable_end, 0);
  bool answered = false;
  log->Append(RequestOf(Build({})), [&](AppendOutcome) { answered = true; });
  EXPECT_FALSE(answered);
  workers.RunAll();
  EXPECT_TRUE(answered);
  EXPECT_EQ(log->Offsets().durable_end, 3);
}

TEST_F(LocalLogSyncTest, FlushMsSyncsInTime) {
  config.flush_ms = 500;
  log->Reconfigure(config);
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  Advance(std::chrono::milliseconds(300));
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  EXPECT_EQ(log->Offsets().durable_end, 0);
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(log->Offsets().durable_end, 2);
  EXPECT_EQ(timers.size(), 0u) << "nothing wakes up an idle log";
}

TEST_F(LocalLogSyncTest, ClosingFailsNobodyWhoWaits) {
  Start(3);
  ASSERT_TRUE(manager->Close());
  ASSERT_EQ(answers.size(), 3u);
  for (const AppendOutcome& answer : answers) EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(Append({}).error, ErrorCode::kKafkaStorageError);
}

TEST_F(LocalLogSyncTest, DeletionFailsWhoWaits) {
  Start(2);
  ASSERT_TRUE(manager->Delete(tp));
  ASSERT_EQ(answers.size(), 2u);
  for (const AppendOutcome& answer : answers) {
    EXPECT_EQ(answer.error, ErrorCode::kUnknownTopicOrPartition);
  }
  workers.RunAll();
}

}  // namespace
}  // namespace monkafka::storage
