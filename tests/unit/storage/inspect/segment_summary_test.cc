#include "storage/inspect/segment_summary.h"

#include "inspect/inspect_harness.h"
#include "storage/inspect/interruptible_file.h"

namespace monkafka::storage {
namespace {

class SegmentSummaryTest : public InspectTest {
 protected:
  SegmentSummary Summary(const PartitionFiles& listed, size_t index, SegmentDetail detail) {
    auto summary = SummarizeSegment(files, listed, listed.segments.at(index), detail, {});
    EXPECT_TRUE(summary) << summary.error().message;
    return summary ? *std::move(summary) : SegmentSummary{};
  }
};

TEST_F(SegmentSummaryTest, BothDetailsAgreeOnASealedAndAnActiveSegment) {
  Open();
  Write(25);
  for (const bool live : {true, false}) {
    if (!live) Close();
    const PartitionFiles listed = live ? ListLive() : List();
    ASSERT_EQ(3u, listed.segments.size());
    for (const SegmentDetail detail : {SegmentDetail::kBasic, SegmentDetail::kCounts}) {
      const SegmentSummary sealed = Summary(listed, 1, detail);
      EXPECT_FALSE(sealed.files.active);
      EXPECT_EQ(10, sealed.files.base_offset);
      EXPECT_EQ(20, sealed.next_offset);
      EXPECT_EQ(1'010, sealed.first_timestamp);
      EXPECT_EQ(1'019, sealed.max_timestamp);
      const SegmentSummary active = Summary(listed, 2, detail);
      EXPECT_TRUE(active.files.active);
      EXPECT_EQ(25, active.next_offset);
      EXPECT_EQ(1'020, active.first_timestamp);
      EXPECT_EQ(1'024, active.max_timestamp);
      if (detail == SegmentDetail::kBasic) {
        EXPECT_FALSE(sealed.batch_count);
      } else {
        EXPECT_EQ(10, sealed.batch_count);
        EXPECT_EQ(5, active.record_count);
      }
    }
  }
}

TEST_F(SegmentSummaryTest, AnEmptySegment) {
  Open();
  const SegmentSummary summary = Summary(ListLive(), 0, SegmentDetail::kCounts);
  EXPECT_EQ(0, summary.next_offset);
  EXPECT_EQ(kNoTimestamp, summary.max_timestamp);
  EXPECT_EQ(0, summary.record_count);
}

TEST_F(SegmentSummaryTest, DamageEndsTheWalkAndIsNamed) {
  WriteAndClose();
  Put<int32_t>(FileOf(10, kLogSuffix), PositionOf(10, 4) + 8, -3);
  const SegmentSummary summary = Summary(List(), 1, SegmentDetail::kCounts);
  EXPECT_EQ(4, summary.batch_count);
  EXPECT_EQ(14, summary.next_offset);
  ASSERT_TRUE(summary.defect);
  EXPECT_THAT(*summary.defect, testing::HasSubstr("position"));
}

TEST_F(SegmentSummaryTest, WithoutIndexesTheHeadersTell) {
  WriteAndClose();
  ASSERT_TRUE(files.Remove(FileOf(10, kOffsetIndexSuffix)));
  ASSERT_TRUE(files.Remove(FileOf(10, kTimeIndexSuffix)));
  const SegmentSummary summary = Summary(List(), 1, SegmentDetail::kBasic);
  EXPECT_EQ(20, summary.next_offset);
  EXPECT_EQ(1'019, summary.max_timestamp);
  EXPECT_FALSE(summary.files.offset_index_bytes);
}

TEST_F(SegmentSummaryTest, CalledOffItFails) {
  WriteAndClose();
  std::stop_source stop;
  stop.request_stop();
  const PartitionFiles listed = List();
  const auto summary =
      SummarizeSegment(files, listed, listed.segments[0], SegmentDetail::kBasic, stop.get_token());
  ASSERT_FALSE(summary);
  EXPECT_TRUE(IsInterruption(summary.error()));
}

}  // namespace
}  // namespace monkafka::storage
