#include "storage/inspect/verify.h"

#include "inspect/verify_harness.h"
#include "storage/inspect/interruptible_file.h"

namespace monkafka::storage {
namespace {

using testing::HasSubstr;
using enum AnomalyKind;

TEST_F(VerifyTest, WhatWasClosedCleanlyHasNoAnomalies) {
  WriteAndClose();
  const CollectingSink sink = Verify();
  EXPECT_TRUE(sink.anomalies.empty());
  EXPECT_EQ(3, totals.segments);
  EXPECT_EQ(25, totals.batches);
  EXPECT_EQ(25, totals.records);
  ASSERT_EQ(3u, sink.progress.size());
  EXPECT_EQ(totals.bytes, sink.progress.back().bytes_done);
  EXPECT_EQ(totals.bytes, sink.progress.back().bytes_total);
  EXPECT_EQ(FileOf(20, kLogSuffix), sink.progress.back().file);
}

TEST_F(VerifyTest, TransactionsAndEveryCodecHaveNoAnomalies) {
  Open();
  int32_t sequence = 0;
  for (const auto codec : {records::Codec::kGzip, records::Codec::kSnappy, records::Codec::kLz4,
                           records::Codec::kZstd}) {
    TestBatch batch{.records = 3, .producer_id = 7, .sequence = sequence, .transactional = true};
    batch.codec = codec;
    AppendRequest request = RequestOf(Build(batch));
    request.produce_version = 9;  // that may bring zstd
    Send(std::move(request));
    sequence += 3;
  }

  AppendMarker(7, false);
  Close();
  ASSERT_EQ(1u, FilesWith(".txnindex").size());
  EXPECT_TRUE(Verify().anomalies.empty());
  EXPECT_EQ(13, totals.records);
}

TEST_F(VerifyTest, ALogThatIsBeingWrittenHasNoAnomalies) {
  Open();
  for (int i = 0; i < 25; ++i) {
    Write(1, i);
    EXPECT_TRUE(Verify(ListLive()).anomalies.empty()) << i;
    EXPECT_EQ(i + 1, totals.batches);
  }
}

TEST_F(VerifyTest, WhatIsAppendedAfterTheListingIsNotLookedAt) {
  Open();
  Write(25);
  const PartitionFiles before = ListLive();
  Write(15, 25);
  EXPECT_TRUE(Verify(before).anomalies.empty());
  EXPECT_EQ(25, totals.batches);
}

TEST_F(VerifyTest, ASegmentThatRetentionTookMeanwhileIsNoAnomaly) {
  Open();
  Write(25);
  const PartitionFiles before = ListLive();
  ASSERT_TRUE(DeleteRecordsBefore(20));
  Advance(std::chrono::minutes(10));
  ASSERT_EQ(1u, FilesWith(".log").size());
  EXPECT_TRUE(Verify(before).anomalies.empty());
  EXPECT_EQ(1, totals.segments);
  EXPECT_EQ(25, totals.next_offset);
}

TEST_F(VerifyTest, WhereALogEndsIsNotKnownWhenItsLastSegmentWasRemovedMeanwhile) {
  Open();
  Write(25);
  const PartitionFiles before = ListLive();
  EXPECT_TRUE(Verify(before).anomalies.empty());
  EXPECT_EQ(25, totals.next_offset);
  ASSERT_TRUE(files.Remove(FileOf(20, kLogSuffix)));
  EXPECT_TRUE(Verify(before).anomalies.empty());
  EXPECT_FALSE(totals.next_offset);
  ASSERT_TRUE(files.Rename(Directory(), Directory() + ".gone-delete"));
  EXPECT_TRUE(Verify(before).anomalies.empty());
  EXPECT_FALSE(totals.next_offset);
}

TEST_F(VerifyTest, AFlippedByteInARecordIsABadCrc) {
  WriteAndClose();
  const int64_t position = PositionOf(0, 4);
  Flip(first_log, position + 500);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kBadCrc, anomaly.kind);
  EXPECT_EQ(Severity::kError, SeverityOf(anomaly.kind));
  EXPECT_EQ(first_log, anomaly.file);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(4, anomaly.offset);
  EXPECT_EQ(25, totals.batches);
}

TEST_F(VerifyTest, AnOverwrittenHeaderIsNoBatchAndTheNextOneIsFound) {
  WriteAndClose();
  const int64_t position = PositionOf(0, 4);
  Put<int32_t>(first_log, position + 8, -3);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kNotABatch, anomaly.kind);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(4, anomaly.offset);
  EXPECT_EQ(24, totals.batches);
}

TEST_F(VerifyTest, ALengthThatLeadsIntoOtherBatchesIsFoundOut) {
  WriteAndClose();
  const int64_t position = PositionOf(0, 4);
  Put<int32_t>(first_log, position + 8, 2'500);
  EXPECT_EQ(kBadCrc, OnlyAnomaly().kind);
}

TEST_F(VerifyTest, ATornTailIsOneInTheLastSegmentOnly) {
  WriteAndClose();
  const int64_t position = PositionOf(20, 4);
  Change(FileOf(20, kLogSuffix),
         [&](auto& content) { content.resize(static_cast<size_t>(position) + 300); });
  Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kTornTail, anomaly.kind);
  EXPECT_EQ(Severity::kWarning, SeverityOf(anomaly.kind));
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(24, anomaly.offset);
}

TEST_F(VerifyTest, BytesAtTheEndThatAreWrongAreNoTornTail) {
  WriteAndClose();
  const int64_t end = PositionOf(20, 5);
  const std::string_view garbage = "this was never a batch of records, whatever wrote it";
  Change(FileOf(20, kLogSuffix),
         [&](auto& content) { content.insert(content.end(), garbage.begin(), garbage.end()); });
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kNotABatch, anomaly.kind);
  EXPECT_EQ(Severity::kError, SeverityOf(anomaly.kind));
  EXPECT_EQ(end, anomaly.position);
}

TEST_F(VerifyTest, BlocksThatWereNeverWrittenAreATornTail) {
  WriteAndClose();
  Change(FileOf(20, kLogSuffix), [](auto& content) { content.resize(content.size() + 4'096); });
  EXPECT_EQ(kTornTail, OnlyAnomaly().kind);
}

TEST_F(VerifyTest, ALogWithoutAWholeBatchHasNoTornTail) {
  WriteAndClose(5);
  Change(first_log, [](auto& content) { content.resize(300); });
  EXPECT_EQ(kNotABatch, OnlyAnomaly().kind);
  Change(first_log, [](auto& content) { content.assign(300, 'x'); });
  EXPECT_EQ(kNotABatch, OnlyAnomaly().kind);
}

TEST_F(VerifyTest, ACutInTheMiddleOfTheLogIsDamage) {
  WriteAndClose();
  Change(first_log, [&](auto& content) { content.resize(content.size() - 100); });
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kNotABatch, anomaly.kind);
  EXPECT_EQ(9, anomaly.offset);
}

TEST_F(VerifyTest, AMissingBatchIsAGapUnlessTheTopicIsCompacted) {
  WriteAndClose();
  const int64_t position = PositionOf(20, 3);
  const int64_t end = PositionOf(20, 4);
  Change(FileOf(20, kLogSuffix),
         [&](auto& content) { content.erase(content.begin() + position, content.begin() + end); });
  files.SetContent(FileOf(20, kOffsetIndexSuffix), {});
  files.SetContent(FileOf(20, kTimeIndexSuffix), {});
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kOffsetGap, anomaly.kind);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(23, anomaly.offset);
  EXPECT_TRUE(Verify({.compacted = true}).anomalies.empty());
}

TEST_F(VerifyTest, AMissingSegmentIsAGapInTheOneAfterIt) {
  WriteAndClose();
  for (const std::string_view suffix : {kLogSuffix, kOffsetIndexSuffix, kTimeIndexSuffix}) {
    ASSERT_TRUE(files.Remove(FileOf(10, suffix)));
  }
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kOffsetGap, anomaly.kind);
  EXPECT_EQ(FileOf(20, kLogSuffix), anomaly.file);
  EXPECT_EQ(0, anomaly.position);
  EXPECT_EQ(10, anomaly.offset);
}

TEST_F(VerifyTest, ARepeatedOffsetIsARegression) {
  WriteAndClose();
  const int64_t position = PositionOf(20, 4);
  Put<int64_t>(FileOf(20, kLogSuffix), position, 23);
  files.SetContent(FileOf(20, kOffsetIndexSuffix), {});
  files.SetContent(FileOf(20, kTimeIndexSuffix), {});
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kOffsetRegression, anomaly.kind);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(23, anomaly.offset);
}

TEST_F(VerifyTest, ARecordCountThatDoesNotFitTheOffsets) {
  WriteAndClose();
  const int64_t position = PositionOf(0, 2);
  Put<int32_t>(first_log, position + static_cast<int64_t>(records::kRecordCountAt), 7);
  FixCrc(first_log, position);
  const Anomaly anomaly = OnlyAnomaly({.check_records = false});
  EXPECT_EQ(kBatchCountMismatch, anomaly.kind);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(2, anomaly.offset);
}

TEST_F(VerifyTest, FewerRecordsThanTheBatchSays) {
  Open();
  Append({.records = 5});
  Close();
  // Compaction may have left three of five offsets, but not two records that nobody counts.
  Put<int32_t>(first_log, static_cast<int64_t>(records::kRecordCountAt), 3);
  FixCrc(first_log, 0);
  const VerifyOptions compacted{.compacted = true};
  const Anomaly anomaly = OnlyAnomaly(compacted);
  EXPECT_EQ(kBatchCountMismatch, anomaly.kind);
  EXPECT_THAT(anomaly.message, HasSubstr("3 records and has 5"));
  EXPECT_TRUE(Verify({.check_records = false, .compacted = true}).anomalies.empty());
}

TEST_F(VerifyTest, RecordsThatCannotBeDecompressed) {
  Open();
  Append({.records = 5, .value_size = 400, .codec = records::Codec::kGzip});
  Close();
  Flip(first_log, static_cast<int64_t>(records::kBatchOverhead) + 2);
  FixCrc(first_log, 0);
  EXPECT_EQ(kUnreadableRecords, OnlyAnomaly().kind);
  EXPECT_TRUE(Verify({.check_records = false}).anomalies.empty());
}

TEST_F(VerifyTest, AMaxTimestampThatNoRecordHas) {
  Open();
  Append({.records = 5});
  Close();
  Put<int64_t>(first_log, static_cast<int64_t>(records::kMaxTimestampAt), 9'999);
  FixCrc(first_log, 0);
  const CollectingSink sink = Verify();
  ASSERT_FALSE(sink.anomalies.empty());
  EXPECT_EQ(kTimestampMismatch, sink.anomalies.front().kind);
  EXPECT_THAT(sink.anomalies.front().message, HasSubstr("9999"));
}

TEST_F(VerifyTest, AnOlderLeaderEpochAfterANewerOne) {
  Open();
  for (const LeaderEpoch epoch : {3, 5, 5}) {
    AppendRequest request = RequestOf(Build(OneRecord(0)));
    request.leader_epoch = epoch;
    Send(std::move(request));
  }
  Close();
  EXPECT_TRUE(Verify().anomalies.empty());
  const int64_t position = PositionOf(0, 2);
  Put<int32_t>(first_log, position + static_cast<int64_t>(records::kPartitionLeaderEpochAt), 4);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kLeaderEpochOrder, anomaly.kind);
  EXPECT_EQ(position, anomaly.position);
  EXPECT_EQ(2, anomaly.offset);
}

TEST_F(VerifyTest, ALeaderEpochCheckpointThatContradictsTheBatches) {
  WriteAndClose();
  const std::string path = PathOf(std::string(kLeaderEpochFile));
  const auto put = [&](std::string_view text) {
    files.SetContent(path, std::vector<uint8_t>(text.begin(), text.end()));
  };
  put("0\n2\n5 0\n4 10\n");
  EXPECT_EQ(kLeaderEpochOrder, OnlyAnomaly().kind);
  put("0\n1\nfive 0\n");
  Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kBadCheckpoint, anomaly.kind);
  EXPECT_EQ(path, anomaly.file);
  EXPECT_EQ(Severity::kError, SeverityOf(anomaly)) << "the log is offline with it";
  put("0\n1\n5 0\n");
  anomaly = OnlyAnomaly();
  EXPECT_EQ(kBadCheckpoint, anomaly.kind);
  EXPECT_EQ(Severity::kWarning, SeverityOf(anomaly));
  EXPECT_EQ(0, anomaly.offset);
  put("0\n1\n0 0\n");
  EXPECT_TRUE(Verify().anomalies.empty());
}

TEST_F(VerifyTest, AProducerSnapshotThatIsNotWhole) {
  Open();
  Append({.producer_id = 4});
  Close();
  const std::vector<std::string> snapshots = FilesWith(".snapshot");
  ASSERT_EQ(1u, snapshots.size());
  EXPECT_TRUE(Verify().anomalies.empty());
  Flip(PathOf(snapshots.front()), 12);
  const Anomaly anomaly = OnlyAnomaly();
  EXPECT_EQ(kBadProducerSnapshot, anomaly.kind);
  EXPECT_EQ(PathOf(snapshots.front()), anomaly.file);
  EXPECT_EQ(1, anomaly.offset);
}

TEST_F(VerifyTest, AProducerSnapshotOfRecordsThatAreNotBelowIt) {
  Open();
  Append({.producer_id = 4});
  Append({.producer_id = 4, .sequence = 1});
  Close();
  const std::vector<std::string> snapshots = FilesWith(".snapshot");
  ASSERT_EQ(1u, snapshots.size());
  ASSERT_TRUE(files.Rename(PathOf(snapshots.front()), FileOf(1, kSnapshotSuffix)));
  EXPECT_EQ(kBadProducerSnapshot, OnlyAnomaly().kind);
}

TEST_F(VerifyTest, TheMarkOfAFailedSyncIsNoOrphan) {
  WriteAndClose();
  files.SetContent(PathOf(std::string(kFailedSyncFile)), {});
  EXPECT_TRUE(Verify().anomalies.empty());
}

TEST_F(VerifyTest, MissingIndexesAndOrphans) {
  WriteAndClose();
  ASSERT_TRUE(files.Remove(FileOf(10, kTimeIndexSuffix)));
  files.SetContent(FileOf(5, kOffsetIndexSuffix), {});
  files.SetContent(PathOf("00000000000000000000.log.cleaned"), {});
  const CollectingSink sink = Verify();
  ASSERT_EQ(3u, sink.anomalies.size());
  EXPECT_EQ(kMissingFile, sink.anomalies[0].kind);
  EXPECT_EQ(FileOf(10, kTimeIndexSuffix), sink.anomalies[0].file);
  EXPECT_EQ(kOrphanFile, sink.anomalies[1].kind);
  EXPECT_EQ(PathOf("00000000000000000000.log.cleaned"), sink.anomalies[1].file);
  EXPECT_EQ(FileOf(5, kOffsetIndexSuffix), sink.anomalies[2].file);
}

TEST_F(VerifyTest, OneSegmentAlone) {
  WriteAndClose();
  Flip(first_log, 500);
  Flip(FileOf(10, kLogSuffix), 500);
  EXPECT_THAT(Kinds(), testing::ElementsAre(kBadCrc, kBadCrc));
  const Anomaly anomaly = OnlyAnomaly({.segment = 10});
  EXPECT_EQ(10, anomaly.offset);
  EXPECT_EQ(1, totals.segments);
  CollectingSink sink;
  const auto missing = VerifyPartition(files, List(), {.segment = 3}, {}, sink, totals);
  EXPECT_EQ(ErrorCode::kOffsetOutOfRange, CodeOf(missing));
}

TEST_F(VerifyTest, DamageNeverStopsTheWalkAndIsAlwaysSeen) {
  WriteAndClose(5);
  const std::vector<uint8_t> whole = files.Content(first_log);
  // Bytes of the batches that no checksum covers and whose meaning nothing else tells.
  for (size_t at = 0; at < whole.size(); at += 7) {
    std::vector<uint8_t> damaged = whole;
    damaged[at] ^= 0x81;
    files.SetContent(first_log, damaged);
    const size_t in_batch = at % (whole.size() / 5);
    const bool epoch = in_batch >= records::kPartitionLeaderEpochAt && in_batch < records::kMagicAt;
    if (epoch) continue;
    EXPECT_FALSE(Verify().anomalies.empty()) << "byte " << at;
  }
}

TEST_F(VerifyTest, CalledOffItEndsBeforeTheNextRead) {
  WriteAndClose();
  std::stop_source stop;
  class StoppingSink final : public VerifySink {
   public:
    explicit StoppingSink(std::stop_source& stop) : stop_(stop) {}
    void OnAnomaly(Anomaly) override {}
    void OnProgress(const VerifyProgress&) override {
      ++calls;
      stop_.request_stop();
    }
    int calls = 0;

   private:
    std::stop_source& stop_;
  } sink(stop);
  const auto verified = VerifyPartition(files, List(), {}, stop.get_token(), sink, totals);
  ASSERT_FALSE(verified);
  EXPECT_TRUE(IsInterruption(verified.error()));
  EXPECT_EQ(1, sink.calls);
}

TEST_F(VerifyTest, ADirectoryThatIsInUseMayBeHalfWrittenAtItsEnds) {
  Open();
  Write(25);
  const PartitionFiles listed = *ListPartitionFiles(files, Directory(), /*in_use=*/true);
  EXPECT_TRUE(listed.live);
  EXPECT_TRUE(listed.segments[1].unsettled);
  EXPECT_FALSE(listed.segments[0].unsettled);
  Write(20, 25);  // seals the segment that was the last one
  EXPECT_TRUE(Verify(listed).anomalies.empty());

  const std::string last = FileOf(40, kLogSuffix);
  Change(last, [](auto& content) { content.resize(content.size() - 100); });
  EXPECT_TRUE(Verify(*ListPartitionFiles(files, Directory(), true)).anomalies.empty());
  EXPECT_FALSE(Verify(*ListPartitionFiles(files, Directory())).anomalies.empty());
  Flip(FileOf(0, kLogSuffix), 200);
  const CollectingSink sink = Verify(*ListPartitionFiles(files, Directory(), true));
  ASSERT_EQ(1u, sink.anomalies.size()) << "damage in what is settled is told all the same";
  EXPECT_EQ(AnomalyKind::kBadCrc, sink.anomalies[0].kind);
}

TEST_F(VerifyTest, WhatIsReservedAtTheEndsOfADirectoryThatIsInUseIsNoDamage) {
  WriteAndClose();
  for (const Offset base : {10, 20}) {  // as the broker has not given it back yet
    Change(FileOf(base, kLogSuffix),
           [](auto& content) { content.resize(content.size() + 100'000); });
  }
  EXPECT_TRUE(Verify(*ListPartitionFiles(files, Directory(), true)).anomalies.empty());
  EXPECT_EQ(25, totals.next_offset);
  EXPECT_THAT(Kinds(), testing::ElementsAre(kNotABatch, kTornTail));
  Flip(FileOf(10, kLogSuffix), PositionOf(10, 9) + 3);
  const CollectingSink sink = Verify(*ListPartitionFiles(files, Directory(), true));
  EXPECT_FALSE(sink.anomalies.empty()) << "a batch that was written and is damaged";
}

TEST_F(VerifyTest, RetentionMayBeFasterThanVerification) {
  Open();
  Write(25);
  const PartitionFiles listed = ListLive();
  const PartitionFiles in_use = *ListPartitionFiles(files, Directory(), /*in_use=*/true);
  ASSERT_TRUE(files.Remove(FileOf(10, kLogSuffix)));  // behind one that is read already
  EXPECT_TRUE(Verify(listed).anomalies.empty());
  EXPECT_TRUE(Verify(in_use).anomalies.empty());
}

TEST_F(VerifyTest, AnEmptyDirectoryThatIsInUseIsNoFault) {
  WriteAndClose(1);
  ASSERT_TRUE(files.Remove(FileOf(0, kLogSuffix)));
  EXPECT_TRUE(Verify(*ListPartitionFiles(files, Directory(), true)).anomalies.empty());
}

}  // namespace
}  // namespace monkafka::storage
