#include "inspect/verify_harness.h"
#include "storage/sparse_index.h"

namespace monkafka::storage {
namespace {

using enum AnomalyKind;

class VerifyIndexTest : public VerifyTest {
 protected:
  const std::string index = FileOf(0, kOffsetIndexSuffix);
  const std::string times = FileOf(0, kTimeIndexSuffix);
};

TEST_F(VerifyIndexTest, AnEntryThatLeadsIntoABatch) {
  WriteAndClose();
  const OffsetIndexEntry second = OffsetIndexEntry::Decode(0, files.Content(index).data() + 8);
  Put<int32_t>(index, 12, static_cast<int32_t>(second.position + 5));
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kIndexMismatch, anomaly.kind);
  EXPECT_EQ(Severity::kWarning, SeverityOf(anomaly.kind));
  EXPECT_EQ(index, anomaly.file);
  EXPECT_EQ(8, anomaly.position);
  EXPECT_EQ(second.offset, anomaly.offset);
}

TEST_F(VerifyIndexTest, AnEntryWithTheOffsetOfAnotherBatch) {
  WriteAndClose();
  Put<int32_t>(index, 8, 5);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kIndexMismatch, anomaly.kind);
  EXPECT_EQ(8, anomaly.position);
}

TEST_F(VerifyIndexTest, EntriesOutOfOrder) {
  WriteAndClose();
  Change(index, [](auto& content) { std::copy_n(content.begin(), 8, content.begin() + 8); });
  EXPECT_EQ(kIndexOutOfOrder, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, AnIndexThatEndsInAnEntry) {
  WriteAndClose();
  Change(index, [](auto& content) { content.pop_back(); });
  EXPECT_EQ(kIndexMismatch, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, AnEntryBehindTheEnd) {
  WriteAndClose();
  Change(index, [](auto& content) {
    const std::array<uint8_t, 8> entry{0, 0, 0, 50, 0, 0x10, 0, 0};
    content.insert(content.end(), entry.begin(), entry.end());
  });
  EXPECT_EQ(kMissingRecords, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, ALogThatIsEmptyAndItsIndexesAreNot) {
  WriteAndClose(5);
  files.SetContent(first_log, {});
  EXPECT_THAT(Kinds(), testing::ElementsAre(kMissingRecords, kMissingRecords));
  EXPECT_EQ(Severity::kError, SeverityOf(kMissingRecords));
}

TEST_F(VerifyIndexTest, AnIndexWithEntriesWhoseLogIsMissing) {
  WriteAndClose();
  ASSERT_TRUE(files.Remove(FileOf(20, kLogSuffix)));
  const CollectingSink sink = Verify();
  ASSERT_EQ(3u, sink.anomalies.size());
  EXPECT_EQ(kBadProducerSnapshot, sink.anomalies[0].kind) << "it is of offset 25";
  EXPECT_EQ(kMissingRecords, sink.anomalies[1].kind);
  EXPECT_EQ(FileOf(20, kOffsetIndexSuffix), sink.anomalies[1].file);
  EXPECT_EQ(20, sink.anomalies[1].offset);
  EXPECT_EQ(kMissingRecords, sink.anomalies[2].kind);
  files.SetContent(FileOf(20, kOffsetIndexSuffix), std::vector<uint8_t>(80, 0));
  EXPECT_EQ(kOrphanFile, Verify().anomalies[1].kind);
}

TEST_F(VerifyIndexTest, KafkaFillsTheActiveSegmentsIndexesWithZeros) {
  WriteAndClose();
  for (const std::string_view suffix : {kOffsetIndexSuffix, kTimeIndexSuffix}) {
    Change(FileOf(20, suffix), [](auto& content) { content.resize(content.size() + 4'800); });
  }
  EXPECT_TRUE(Verify().anomalies.empty());
  Change(index, [](auto& content) { content.resize(content.size() + 4'800); });
  EXPECT_EQ(kIndexOutOfOrder, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, ATimestampThatTheBatchDoesNotHave) {
  WriteAndClose();
  const TimeIndexEntry second = TimeIndexEntry::Decode(0, files.Content(times).data() + 12);
  Put<int64_t>(times, 12, second.timestamp + 1);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kTimeIndexMismatch, anomaly.kind);
  EXPECT_EQ(times, anomaly.file);
  EXPECT_EQ(12, anomaly.position);
  EXPECT_EQ(second.offset, anomaly.offset);
}

TEST_F(VerifyIndexTest, TimestampsOutOfOrder) {
  WriteAndClose();
  Put<int64_t>(times, 12, 1);
  EXPECT_EQ(kTimeIndexOutOfOrder, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, ASealedSegmentsTimeIndexEndsWithTheLargestTimestamp) {
  WriteAndClose();
  Change(times, [](auto& content) { content.resize(content.size() - TimeIndexEntry::kSize); });
  EXPECT_EQ(kTimeIndexMismatch, OnlyAnomaly().kind);
}

TEST_F(VerifyIndexTest, ATimeIndexIsCheckedBesideADamagedBatch) {
  WriteAndClose();
  Flip(first_log, PositionOf(0, 4) + 500);
  EXPECT_EQ(kBadCrc, OnlyAnomaly().kind) << "the damaged batch raises no alarm of the index";
  Change(times, [](auto& content) {
    const std::array<uint8_t, 12> behind_the_end{0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50};
    content.insert(content.end(), behind_the_end.begin(), behind_the_end.end());
  });
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kMissingRecords));
}

TEST_F(VerifyIndexTest, ATimeIndexThatLacksItsEndIsFoundBesideADamagedBatch) {
  WriteAndClose();
  Flip(first_log, PositionOf(0, 4) + 500);
  Change(times, [](auto& content) { content.resize(content.size() - TimeIndexEntry::kSize); });
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kTimeIndexMismatch));
}

// Where no batch is whole that an entry could be compared with.
TEST_F(VerifyIndexTest, ATimeIndexBesideADamagedLastBatchIsHeldToItsOrder) {
  WriteAndClose(1);
  Flip(first_log, 500);
  EXPECT_EQ(kBadCrc, OnlyAnomaly().kind);
  const std::vector<uint8_t> whole = files.Content(times);
  ASSERT_GE(whole.size(), TimeIndexEntry::kSize);
  Change(times, [](auto& content) { content.push_back(1); });
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kTimeIndexMismatch));
  Change(times, [&](auto& content) {
    content = whole;
    content.insert(content.end(), whole.begin(), whole.end());
  });
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kTimeIndexOutOfOrder));
  files.SetContent(times, whole);
  Put<int32_t>(times, 8, -5);
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kTimeIndexMismatch));
}

TEST_F(VerifyIndexTest, ATransactionIndexThatDoesNotFitTheMarkers) {
  Open();
  Append({.producer_id = 7, .transactional = true});
  AppendMarker(7, false);
  Close();
  EXPECT_TRUE(Verify().anomalies.empty());
  ASSERT_TRUE(files.Remove(FileOf(0, kTxnIndexSuffix)));
  Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kTxnIndexMismatch, anomaly.kind);
  files.SetContent(FileOf(0, kTxnIndexSuffix), {1, 2, 3});
  anomaly = OnlyAnomaly();
  EXPECT_EQ(kTxnIndexMismatch, anomaly.kind);
  EXPECT_EQ(FileOf(0, kTxnIndexSuffix), anomaly.file);
}

}  // namespace
}  // namespace monkafka::storage
