#include "storage/segment.h"

#include "log_harness.h"

namespace monkafka::storage {
namespace {

class SegmentTest : public ::testing::Test {
 protected:
  SegmentTest() {
    EXPECT_TRUE(files_.CreateDirectories("/log"));
    segment_ = Segment::Create(open_files_, directory_, 100, 5000).value();
    config_.segment_bytes = 10'000;
    config_.index_interval_bytes = 200;
  }

  void Append(Offset offset, TimestampMs timestamp) {
    std::vector<uint8_t> bytes = Build({.records = 1, .timestamp = timestamp});
    records::BatchEditor(bytes).SetBaseOffset(offset);
    const BatchInfo info = DescribeBatch(records::BatchView(bytes), segment_->size());
    EXPECT_FALSE(
        segment_->ShouldRoll({info.size_in_bytes, offset, timestamp}, config_, 5000).value());
    const Bytes piece(bytes);
    ASSERT_TRUE(segment_->Append(std::span(&piece, 1), info.size_in_bytes));
    segment_->Index(info, config_.index_interval_bytes);
    batches_.push_back(info);
  }

  fakes::FakeClock clock_;
  fakes::FakeFileSystem files_{clock_};
  OpenFiles open_files_{files_, 10};
  std::shared_ptr<const std::string> directory_ = std::make_shared<const std::string>("/log");
  LogConfig config_;
  std::shared_ptr<Segment> segment_;
  std::vector<BatchInfo> batches_;
};

TEST_F(SegmentTest, EveryIndexEntryIsOfOneBatch) {
  for (int i = 0; i < 50; ++i) Append(100 + i, 1000 + i);
  ASSERT_TRUE(segment_->Seal());
  const OffsetIndex::View view = segment_->offset_index().OpenView().value();
  ASSERT_GT(view.entries, 5);
  for (int64_t i = 0; i < view.entries; ++i) {
    const OffsetIndexEntry entry = OffsetIndex::Read(view, *view.file, i).value();
    EXPECT_EQ(batches_[static_cast<size_t>(entry.offset - 100)].position, entry.position);
  }
}

TEST_F(SegmentTest, TimeIndexRisesAndEndsWithTheLargestTimestamp) {
  for (int i = 0; i < 50; ++i) Append(100 + i, i == 20 ? 9000 : 1000 + i);
  EXPECT_EQ(segment_->MaxTimestamp().value(), (TimeIndexEntry{9000, 120}));
  ASSERT_TRUE(segment_->Seal());
  EXPECT_EQ(segment_->time_index().Last().value(), (TimeIndexEntry{9000, 120}));
  const TimeIndex::View view = segment_->time_index().OpenView().value();
  for (int64_t i = 1; i < view.entries; ++i) {
    EXPECT_LT(TimeIndex::Read(view, *view.file, i - 1)->timestamp,
              TimeIndex::Read(view, *view.file, i)->timestamp);
  }
}

TEST_F(SegmentTest, SealingTwiceAddsNothing) {
  for (int i = 0; i < 10; ++i) Append(100 + i, 1000 + i);
  ASSERT_TRUE(segment_->Seal());
  const int64_t entries = segment_->time_index().Count().value();
  ASSERT_TRUE(segment_->Seal());
  EXPECT_EQ(segment_->time_index().Count().value(), entries);
}

TEST_F(SegmentTest, RollsWhenTheNextBatchDoesNotFit) {
  Append(100, 1000);
  const int64_t left = config_.segment_bytes - segment_->size();
  EXPECT_FALSE(segment_->ShouldRoll({left, 101, 1000}, config_, 5000).value());
  EXPECT_TRUE(segment_->ShouldRoll({left + 1, 101, 1000}, config_, 5000).value());
}

TEST_F(SegmentTest, RollsByTheTimestampsOfRecords) {
  config_.segment_ms = std::chrono::milliseconds(500);
  EXPECT_FALSE(segment_->ShouldRoll({100, 100, 99'000}, config_, 99'000).value()) << "empty";
  Append(100, 1000);
  EXPECT_FALSE(segment_->ShouldRoll({100, 101, 1500}, config_, 99'000).value());
  EXPECT_TRUE(segment_->ShouldRoll({100, 101, 1501}, config_, 5000).value());
}

TEST_F(SegmentTest, RollsByTheClockWhenRecordsHaveNoTimestamp) {
  config_.segment_ms = std::chrono::milliseconds(500);
  Append(100, kNoTimestamp);
  EXPECT_FALSE(segment_->ShouldRoll({100, 101, kNoTimestamp}, config_, 5500).value());
  EXPECT_TRUE(segment_->ShouldRoll({100, 101, kNoTimestamp}, config_, 5501).value());
}

TEST_F(SegmentTest, JitterOnlyMakesItEarlier) {
  config_.segment_ms = std::chrono::milliseconds(1000);
  config_.segment_jitter_ms = std::chrono::milliseconds(400);
  Append(100, 1000);
  EXPECT_FALSE(segment_->ShouldRoll({100, 101, 1600}, config_, 5000).value());
  EXPECT_TRUE(segment_->ShouldRoll({100, 101, 2001}, config_, 5000).value());
}

TEST_F(SegmentTest, RollsWhenAnIndexIsFull) {
  config_.segment_index_bytes = 5 * OffsetIndexEntry::kSize;
  while (segment_->offset_index().Count().value() < 2) {
    Append(100 + static_cast<Offset>(batches_.size()),
           1000 + static_cast<TimestampMs>(batches_.size()));
  }
  // Three places in the time index, one of them kept for sealing.
  EXPECT_TRUE(segment_->ShouldRoll({100, 200, 1000}, config_, 5000).value());
}

TEST_F(SegmentTest, RollsBeforeARelativeOffsetOverflows) {
  Append(100, 1000);
  const Offset last = 100 + Offset{INT32_MAX};
  EXPECT_FALSE(segment_->ShouldRoll({100, last, 1000}, config_, 5000).value());
  EXPECT_TRUE(segment_->ShouldRoll({100, last + 1, 1000}, config_, 5000).value());
}

TEST_F(SegmentTest, RebuiltIndexesAreTheSame) {
  for (int i = 0; i < 50; ++i) Append(100 + i, 1000 + 7 * (i % 10));
  ASSERT_TRUE(segment_->Seal());
  const auto offsets = files_.Content("/log/00000000000000000100.index");
  const auto times = files_.Content("/log/00000000000000000100.timeindex");
  ASSERT_TRUE(segment_->BeginIndexRebuild());
  EXPECT_TRUE(files_.Content("/log/00000000000000000100.index").empty());
  int64_t position = 0;
  while (position < segment_->size()) {
    position = segment_->ContinueIndexRebuild(position, 7, 200).value();
  }
  ASSERT_TRUE(segment_->Seal());
  EXPECT_EQ(files_.Content("/log/00000000000000000100.index"), offsets);
  EXPECT_EQ(files_.Content("/log/00000000000000000100.timeindex"), times);
}

TEST_F(SegmentTest, AFailedWriteIsUndone) {
  Append(100, 1000);
  const int64_t size = segment_->size();
  files_.SetFull(true);
  const std::vector<uint8_t> bytes = Build({});
  const Bytes piece(bytes);
  const auto written = segment_->Append(std::span(&piece, 1), static_cast<int64_t>(bytes.size()));
  ASSERT_FALSE(written);
  EXPECT_TRUE(written.error().undone);
  EXPECT_EQ(segment_->size(), size);
  EXPECT_EQ(files_.Content("/log/00000000000000000100.log").size(), static_cast<size_t>(size));
}

TEST_F(SegmentTest, DeletionIsARenameFirst) {
  Append(100, 1000);
  const std::shared_ptr<File> file = segment_->log_file().Get().value();
  ASSERT_TRUE(segment_->RenameToDeleted());
  for (const std::string& path : files_.Files("/log")) EXPECT_TRUE(path.ends_with(".deleted"));
  EXPECT_GT(file->Size().value(), 0);
  ASSERT_TRUE(segment_->RemoveDeleted());
  EXPECT_TRUE(files_.Files("/log").empty());
}

}  // namespace
}  // namespace monkafka::storage
