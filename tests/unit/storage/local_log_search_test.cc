#include "log_harness.h"

namespace monkafka::storage {
namespace {

class LocalLogSearchTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override {
    config.index_interval_bytes = 300;
    config.segment_bytes = 2000;
    Open();
  }
  std::optional<Offset> OffsetAt(TimestampMs timestamp) {
    const auto found = FindByTimestamp(timestamp);
    EXPECT_TRUE(found) << found.error().message;
    if (!*found) return std::nullopt;
    EXPECT_GE((*found)->timestamp, timestamp);
    return (*found)->offset;
  }
};

TEST_F(LocalLogSearchTest, AnEmptyLogHasNothing) {
  EXPECT_EQ(OffsetAt(0), std::nullopt);
  EXPECT_EQ(FindMaxTimestamp().value(), std::nullopt);
}

TEST_F(LocalLogSearchTest, FindsTheRecordInsideItsBatch) {
  // Batch i has timestamps 100 i to 100 i + 4 and offsets 5 i to 5 i + 4.
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Append({.records = 5,
                      .value_size = 20,
                      .timestamp = 100 * i,
                      .codec = i % 2 == 0 ? records::Codec::kNone : records::Codec::kLz4})
                  .error,
              ErrorCode::kNone);
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(OffsetAt(100 * i), 5 * i);
      ASSERT_EQ(OffsetAt(100 * i + 3), 5 * i + 3);
      ASSERT_EQ(OffsetAt(100 * i + 5), i == 99 ? std::nullopt : std::optional<Offset>(5 * i + 5));
    }
    CloseAndOpen();
  }
}

TEST_F(LocalLogSearchTest, TimestampsMayGoBack) {
  for (const TimestampMs timestamp : {5000, 1000, 2000, 9000, 3000}) {
    ASSERT_EQ(Append({.timestamp = timestamp}).error, ErrorCode::kNone);
  }
  EXPECT_EQ(OffsetAt(1500), 0);
  EXPECT_EQ(OffsetAt(5001), 3);
  EXPECT_EQ(OffsetAt(9001), std::nullopt);
}

TEST_F(LocalLogSearchTest, NothingAtOrAboveTheUpperBoundNorBelowTheLogStart) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(Append({.records = 2, .value_size = 50, .timestamp = 100 * i}).error,
              ErrorCode::kNone);
  }
  const auto found = Wait<std::optional<TimestampedOffset>>(
      [&](auto done) { log->FindByTimestamp(1001, 21, std::move(done)); });
  EXPECT_EQ(found.value(), std::nullopt);
  ASSERT_TRUE(DeleteRecordsBefore(31));
  EXPECT_EQ(OffsetAt(0), 31);
}

TEST_F(LocalLogSearchTest, MaxTimestampIsTheFirstRecordThatHasIt) {
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(Append({.records = 3, .value_size = 20, .timestamp = i == 20 ? 9000 : 100 + i}).error,
              ErrorCode::kNone);
  }
  AppendRequest request = RequestOf(Build({.timestamp = 9001}));
  request.leader_epoch = 6;
  ASSERT_EQ(Send(std::move(request)).error, ErrorCode::kNone);
  const TimestampedOffset found = **FindMaxTimestamp();
  EXPECT_EQ(found.timestamp, 9002);
  EXPECT_EQ(found.offset, 62);
  EXPECT_EQ(found.leader_epoch, 0);
}

TEST_F(LocalLogSearchTest, MaxTimestampLooksOnlyAtWhatIsLeft) {
  ASSERT_EQ(Append({.timestamp = 9000}).error, ErrorCode::kNone);
  ASSERT_EQ(Append({.timestamp = 10}).error, ErrorCode::kNone);
  ASSERT_EQ(Append({.timestamp = 20}).error, ErrorCode::kNone);
  ASSERT_TRUE(DeleteRecordsBefore(1));
  EXPECT_EQ((*FindMaxTimestamp())->offset, 2);
}

TEST_F(LocalLogSearchTest, ADamagedTimeIndexIsNoticedAndRebuilt) {
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(Append({.records = 2, .value_size = 50, .timestamp = 100 * i}).error,
              ErrorCode::kNone);
  }
  CloseAndOpen();
  const std::string path = PathOf("00000000000000000000.timeindex");
  const std::vector<uint8_t> good = files.Content(path);
  ASSERT_GT(good.size(), 24u);
  for (size_t i = 0; i + 12 < good.size(); ++i) {  // the last entry says which segment to look in
    std::vector<uint8_t> bad = good;
    bad[i] ^= 0x02;
    Forget();
    files.SetContent(path, bad);
    files.SetContent(std::string(kDirectory) + "/.kafka_cleanshutdown", {});
    Open();
    for (int batch = 0; batch < 15; ++batch) ASSERT_EQ(OffsetAt(100 * batch), 2 * batch) << i;
    workers.RunAll();
  }
}

TEST_F(LocalLogSearchTest, SegmentsAreListedWithTheTimeOfTheirFilesAndThenTheEnd) {
  const TimestampMs begin = clock.WallMs();
  ASSERT_EQ(ListSegmentOffsets().value().size(), 1u);  // nothing to come after an empty segment
  Append({.records = 1, .value_size = 1200});
  Advance(std::chrono::milliseconds(50));
  Append({.records = 1, .value_size = 1200});
  Advance(std::chrono::milliseconds(70));
  auto segments = ListSegmentOffsets().value();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[0].offset, 0);
  EXPECT_EQ(segments[0].modified_at, begin);
  EXPECT_EQ(segments[1].offset, 1);
  EXPECT_EQ(segments[1].modified_at, begin + 50);
  EXPECT_EQ(segments[2].offset, 2);
  EXPECT_EQ(segments[2].modified_at, begin + 120);
  ASSERT_TRUE(DeleteRecordsBefore(2));
  segments = ListSegmentOffsets().value();
  EXPECT_EQ(segments.at(0).offset, 2);  // not below the log start
}

}  // namespace
}  // namespace monkafka::storage
