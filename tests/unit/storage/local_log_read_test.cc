#include "log_harness.h"

namespace monkafka::storage {
namespace {

class LocalLogReadTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override {
    config.index_interval_bytes = 500;
    Open();
    batch_size = static_cast<int64_t>(Build({.records = 2, .value_size = 50}).size());
  }
  // `count` batches of two records.
  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Append({.records = 2, .value_size = 50}).error, ErrorCode::kNone);
    }
  }
  // Offset after the last record and number of batches.
  std::pair<Offset, int64_t> ReadBatches(ReadRequest request) {
    const Result<ReadOutcome> outcome = Read(request);
    EXPECT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->records.size() % batch_size, 0);
    return {outcome->next_offset, outcome->records.size() / batch_size};
  }
  int64_t batch_size = 0;
};

TEST_F(LocalLogReadTest, OffsetsOutsideOfTheLogAreOutOfRange) {
  Fill(2);
  EXPECT_EQ(CodeOf(Read(-1)), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(CodeOf(Read(5)), ErrorCode::kOffsetOutOfRange);
  ASSERT_TRUE(DeleteRecordsBefore(2));
  EXPECT_EQ(CodeOf(Read(1)), ErrorCode::kOffsetOutOfRange);
  EXPECT_TRUE(Read(2));
}

TEST_F(LocalLogReadTest, TheEndIsEmpty) {
  Fill(2);
  const ReadOutcome outcome = Read(4).value();
  EXPECT_TRUE(outcome.records.empty());
  EXPECT_EQ(outcome.next_offset, 4);
}

TEST_F(LocalLogReadTest, EveryOffsetIsFoundInItsWholeBatch) {
  Fill(200);
  for (int round = 0; round < 2; ++round) {
    for (Offset offset = 0; offset < 400; ++offset) {
      const ReadOutcome outcome = Read({offset, 1, true, 400}).value();
      const std::vector<uint8_t> bytes = *outcome.records.ReadAll();
      ASSERT_EQ(static_cast<int64_t>(bytes.size()), batch_size) << offset;
      ASSERT_EQ(records::BatchView(bytes).base_offset(), offset / 2 * 2);
      ASSERT_EQ(outcome.next_offset, offset / 2 * 2 + 2);
    }
    CloseAndOpen();
  }
}

// Who asks may be a network thread, so it is a worker that waits for the disk.
TEST_F(LocalLogReadTest, WhatIsNotInThePageCacheIsReadByAWorker) {
  Fill(200);
  CloseAndOpen();
  files.SetCold(true);
  for (const Offset offset : {1, 13, 200, 202, 399}) {
    for (const int64_t max_bytes : {int64_t{1}, 7 * batch_size, 1000 * batch_size}) {
      std::optional<ReadOutcome> cold;
      log->Read({offset, max_bytes, true, 350},
                [&](Result<ReadOutcome> outcome) { cold = *std::move(outcome); });
      if (offset < 350) {
        EXPECT_FALSE(cold) << offset;
        EXPECT_EQ(workers.RunAll(), 1);
      }
      ASSERT_TRUE(cold) << offset;
      files.SetCold(false);
      const ReadOutcome warm = Read({offset, max_bytes, true, 350}).value();
      files.SetCold(true);
      EXPECT_EQ(cold->next_offset, warm.next_offset) << offset;
      EXPECT_EQ(*cold->records.ReadAll(), *warm.records.ReadAll()) << offset;
      // Else the next read would know from memory where these begin.
      CloseAndOpen();
    }
  }
}

TEST_F(LocalLogReadTest, ReadersAtTheTailNeedNoDisk) {
  Fill(200);
  files.SetCold(true);
  for (int i = 0; i < 3; ++i) {
    Fill(1);
    const Offset end = log->Offsets().log_end;
    std::optional<ReadOutcome> tail;
    log->Read({end - 2, 1 << 20, true, end},
              [&](Result<ReadOutcome> outcome) { tail = *std::move(outcome); });
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->records.size(), batch_size);
  }
}

TEST_F(LocalLogReadTest, AColdIndexIsNotADamagedOne) {
  Fill(200);
  CloseAndOpen();
  files.SetCold(true);
  EXPECT_EQ(Read({200, 1, true, 400})->next_offset, 202);
  EXPECT_EQ(Read({300, 5 * batch_size, true, 400})->next_offset, 310);
  EXPECT_TRUE(log->Files()->segments.front().indexes_usable);
}

TEST_F(LocalLogReadTest, MaxBytesCutsBetweenBatches) {
  Fill(100);
  for (const int64_t batches : {1, 2, 7, 50, 99}) {
    for (const int64_t extra : {int64_t{0}, batch_size - 1}) {
      EXPECT_EQ(ReadBatches({2, batches * batch_size + extra, false, 200}),
                std::pair(2 + 2 * batches, batches));
    }
  }
  EXPECT_EQ(ReadBatches({2, 1 << 20, false, 200}), std::pair(Offset{200}, int64_t{99}));
}

TEST_F(LocalLogReadTest, TheFirstBatchComesWholeOnlyWhenAsked) {
  Fill(3);
  EXPECT_EQ(ReadBatches({2, batch_size - 1, false, 6}), std::pair(Offset{2}, int64_t{0}));
  EXPECT_EQ(ReadBatches({2, batch_size - 1, true, 6}), std::pair(Offset{4}, int64_t{1}));
  EXPECT_EQ(ReadBatches({2, 0, true, 6}), std::pair(Offset{4}, int64_t{1}));
}

TEST_F(LocalLogReadTest, NothingAtOrAboveTheUpperBound) {
  Fill(100);
  EXPECT_EQ(ReadBatches({0, 1 << 20, true, 100}), std::pair(Offset{100}, int64_t{50}));
  EXPECT_EQ(ReadBatches({0, 1 << 20, true, 101}), std::pair(Offset{100}, int64_t{50}))
      << "a batch that reaches over the bound is not below it";
  EXPECT_EQ(ReadBatches({100, 1 << 20, true, 101}), std::pair(Offset{100}, int64_t{0}));
  EXPECT_EQ(ReadBatches({100, 1 << 20, true, 100}), std::pair(Offset{100}, int64_t{0}));
  EXPECT_EQ(ReadBatches({150, 1 << 20, true, 100}), std::pair(Offset{150}, int64_t{0}));
  EXPECT_EQ(ReadBatches({90, 3 * batch_size, true, 98}), std::pair(Offset{96}, int64_t{3}));
}

TEST_F(LocalLogReadTest, ReadsGoOnAcrossSegments) {
  config.segment_bytes = 1000;
  log->Reconfigure(config);
  Fill(50);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(100));
  EXPECT_EQ(ReadAllOffsets(batch_size), OffsetsUpTo(100));
  EXPECT_EQ(ReadAllOffsets(1), OffsetsUpTo(100));
}

TEST_F(LocalLogReadTest, APayloadOutlivesItsSegment) {
  config.segment_bytes = 400;
  log->Reconfigure(config);
  Fill(10);
  const ReadOutcome outcome = Read(0).value();
  ASSERT_TRUE(DeleteRecordsBefore(20));
  Advance(config.file_delete_delay);
  EXPECT_TRUE(FilesWith("00000000000000000000.log").empty());
  const std::vector<uint8_t> bytes = *outcome.records.ReadAll();
  EXPECT_EQ(records::BatchView(bytes).base_offset(), 0);
}

TEST_F(LocalLogReadTest, ADamagedIndexIsNoticedAndRebuilt) {
  config.segment_bytes = 20'000;
  log->Reconfigure(config);
  Fill(400);
  ASSERT_GT(FilesWith(".index").size(), 1u);
  CloseAndOpen();
  const std::string path = PathOf("00000000000000000000.index");
  const std::vector<uint8_t> good = files.Content(path);
  ASSERT_GT(good.size(), 80u);
  for (size_t i = 0; i < good.size(); i += 3) {
    std::vector<uint8_t> bad = good;
    bad[i] ^= 0x04;
    Forget();
    files.SetContent(path, bad);
    files.SetContent(std::string(kDirectory) + "/.kafka_cleanshutdown", {});
    Open();
    ASSERT_EQ(ReadAllOffsets(3 * batch_size), OffsetsUpTo(800)) << i;
    for (Offset offset = 0; offset < 150; offset += 7) {
      const ReadOutcome outcome = Read({offset, 1, true, 800}).value();
      ASSERT_EQ(outcome.next_offset, offset / 2 * 2 + 2) << i;
    }
    workers.RunAll();
  }
}

TEST_F(LocalLogReadTest, AMissingIndexIsRebuilt) {
  config.segment_bytes = 20'000;
  log->Reconfigure(config);
  Fill(400);
  ASSERT_TRUE(manager->Close());
  Forget();
  const std::vector<uint8_t> good = files.Content(PathOf("00000000000000000000.index"));
  ASSERT_TRUE(files.Remove(PathOf("00000000000000000000.index")));
  ASSERT_TRUE(files.Remove(PathOf("00000000000000000000.timeindex")));
  Open();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(800));
  EXPECT_EQ(files.Content(PathOf("00000000000000000000.index")), good);
}

}  // namespace
}  // namespace monkafka::storage
