#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "app/admin/segments.h"
#include "inspect/inspect_harness.h"

namespace monkafka::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Batches final : public admin::BatchSink {
 public:
  bool OnBatch(const admin::BatchInfo& batch) override {
    offsets.push_back(batch.base_offset);
    last = batch;
    texts.clear();
    for (const admin::RecordView& record : batch.records) {
      texts.push_back(std::string(record.key.value_or("null")) + "=" +
                      std::string(record.value.value_or("null")));
    }
    last.records.clear();  // views
    return static_cast<int>(offsets.size()) != stop_after;
  }
  std::vector<Offset> offsets;
  std::vector<std::string> texts;
  admin::BatchInfo last;
  int stop_after = -1;
};

class Findings final : public admin::VerifySink {
 public:
  bool OnProgress(const admin::VerifyProgress& now) override {
    progress.push_back(now);
    if (at_progress) at_progress();
    return !stop_at_progress;
  }
  bool OnAnomaly(const admin::Anomaly& anomaly) override {
    anomalies.push_back(anomaly);
    return true;
  }
  std::vector<admin::VerifyProgress> progress;
  std::vector<admin::Anomaly> anomalies;
  bool stop_at_progress = false;
  std::function<void()> at_progress;
};

// A data directory without a broker: orders-0 with segments 0, 10 and 20.
class AdminSegmentsTest : public storage::InspectTest {
 protected:
  void OpenSource(const std::string& path = kDirectory) {
    auto opened = OpenSegmentDirectory(files, path);
    ASSERT_TRUE(opened) << opened.error().message;
    source = *std::move(opened);
    port = std::make_unique<AdminSegments>(*source);
  }
  static admin::BatchRange Range(std::optional<Offset> from = {}, std::optional<Offset> to = {}) {
    admin::BatchRange range;
    range.topic = "orders";
    range.from_offset = from;
    range.to_offset = to;
    return range;
  }
  std::vector<int64_t> ListBases(std::optional<admin::SegmentsPort::Cursor> after, size_t limit) {
    const auto listed = port->List("orders", {}, admin::SegmentView::kBasic, after, limit, {});
    EXPECT_TRUE(listed) << listed.error().message;
    std::vector<int64_t> bases;
    if (listed) {
      for (const admin::SegmentInfo& info : *listed) bases.push_back(info.base_offset);
    }
    return bases;
  }

  void PutCheckpoint(std::string_view name, const std::string& text) {
    const Bytes bytes = AsBytes(text);
    files.SetContent(std::string(kDirectory) + "/" + std::string(name),
                     {bytes.begin(), bytes.end()});
  }
  size_t CountAnomalies(const admin::VerifyScope& scope = {}) {
    findings.anomalies.clear();
    EXPECT_TRUE(port->Verify(scope, findings, {}));
    return findings.anomalies.size();
  }

  std::unique_ptr<SegmentSource> source;
  std::unique_ptr<AdminSegments> port;
  Batches batches;
  Findings findings;
};

TEST_F(AdminSegmentsTest, ListsPageByPage) {
  WriteAndClose();
  OpenSource();
  EXPECT_THAT(ListBases({}, 100), ElementsAre(0, 10, 20));
  EXPECT_THAT(ListBases({}, 2), ElementsAre(0, 10));
  EXPECT_THAT(ListBases({{0, 10}}, 2), ElementsAre(20));
  EXPECT_THAT(ListBases({{0, 20}}, 2), ElementsAre());
}

TEST_F(AdminSegmentsTest, TellsOfOneSegment) {
  WriteAndClose();
  OpenSource();
  const auto info = port->Get("orders", 0, 10, admin::SegmentView::kFull, {});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(20, info->next_offset);
  EXPECT_EQ(10, info->record_count);
  EXPECT_EQ(1'019, info->max_timestamp_ms);
  EXPECT_EQ(-1, info->transaction_index_size_bytes);
  EXPECT_EQ(FileOf(10, ".log"), info->path);
  EXPECT_FALSE(info->active);
  const auto none = port->Get("orders", 0, 11, admin::SegmentView::kFull, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(admin::FailureKind::kNotFound, none.error().kind);
  const auto unknown = port->Get("orders", 1, 0, admin::SegmentView::kFull, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(ErrorCode::kUnknownTopicOrPartition, unknown.error().code);
}

TEST_F(AdminSegmentsTest, APartitionsOwnDirectoryWillDo) {
  WriteAndClose();
  OpenSource(Directory() + "/");
  EXPECT_THAT(ListBases({}, 100), ElementsAre(0, 10, 20));
  ASSERT_TRUE(files.CreateDirectories("/elsewhere"));
  const auto refused = OpenSegmentDirectory(files, "/elsewhere");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("/elsewhere is neither"));
  EXPECT_FALSE(OpenSegmentDirectory(files, "/nowhere"));
}

TEST_F(AdminSegmentsTest, GivesTheBatchesOfARangeAcrossSegments) {
  WriteAndClose();
  OpenSource();
  admin::BatchRange range = Range(8, 12);
  auto summary = port->ReadBatches(range, batches, {});
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_THAT(batches.offsets, ElementsAre(8, 9, 10, 11));
  EXPECT_TRUE(summary->complete);
  EXPECT_EQ(12, summary->next_offset);
  EXPECT_EQ(4, summary->record_count);

  batches.offsets.clear();
  range.max_batches = 2;
  summary = port->ReadBatches(range, batches, {});
  EXPECT_THAT(batches.offsets, ElementsAre(8, 9));
  EXPECT_FALSE(summary->complete);

  batches.offsets.clear();
  range.max_batches = 4;
  summary = port->ReadBatches(range, batches, {});
  EXPECT_EQ(4u, batches.offsets.size());
  EXPECT_TRUE(summary->complete) << "there is no more";

  batches.offsets.clear();
  range = Range();
  range.segment_base_offset = 20;
  summary = port->ReadBatches(range, batches, {});
  EXPECT_THAT(batches.offsets, ElementsAre(20, 21, 22, 23, 24));
  EXPECT_TRUE(summary->complete);

  batches.offsets.clear();
  batches.stop_after = 1;
  summary = port->ReadBatches(range, batches, {});
  EXPECT_THAT(batches.offsets, ElementsAre(20));
  EXPECT_FALSE(summary->complete);
}

TEST_F(AdminSegmentsTest, ARangeThatBeginsBeyondTheEndIsToldWhereThatIs) {
  WriteAndClose();
  OpenSource();
  auto summary = port->ReadBatches(Range(25), batches, {});
  ASSERT_TRUE(summary) << "as one that goes on where there is no more yet";
  EXPECT_EQ(25, summary->next_offset);
  for (const std::optional<Offset> to : {std::optional<Offset>(), std::optional<Offset>(99)}) {
    summary = port->ReadBatches(Range(26, to), batches, {});
    ASSERT_FALSE(summary);
    EXPECT_EQ(ErrorCode::kOffsetOutOfRange, summary.error().code);
    EXPECT_EQ("orders-0 ends at offset 25, the range begins at 26", summary.error().message);
  }
  admin::BatchRange range = Range(11);
  range.segment_base_offset = 0;
  summary = port->ReadBatches(range, batches, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ("segment 0 of orders-0 ends at offset 10, the range begins at 11",
            summary.error().message);
}

TEST_F(AdminSegmentsTest, GivesWhatABatchSaysAndItsRecords) {
  Open();
  Append({.records = 2,
          .value_size = 3,
          .producer_id = 9,
          .sequence = 0,
          .transactional = true,
          .codec = records::Codec::kLz4});
  AppendMarker(9, true);
  Close();
  OpenSource();
  admin::BatchRange range = Range();
  range.max_batches = 1;
  range.include_records = true;
  ASSERT_TRUE(port->ReadBatches(range, batches, {}));
  EXPECT_EQ(9, batches.last.producer_id);
  EXPECT_EQ(1, batches.last.last_sequence);
  EXPECT_EQ(admin::Compression::kLz4, batches.last.compression);
  EXPECT_TRUE(batches.last.transactional);
  EXPECT_TRUE(batches.last.crc_valid);
  EXPECT_THAT(batches.texts, ElementsAre("key=vvv", "key=vvv"));
  ASSERT_TRUE(port->ReadBatches(Range(2), batches, {}));
  EXPECT_TRUE(batches.last.control);
}

TEST_F(AdminSegmentsTest, ABadCrcIsCountedAndTheBatchGiven) {
  WriteAndClose();
  Flip(FileOf(0, ".log"), PositionOf(0, 3) + 500);
  OpenSource();
  const auto summary = port->ReadBatches(Range(), batches, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(1, summary->crc_error_count);
  EXPECT_EQ(25, summary->batch_count);
}

TEST_F(AdminSegmentsTest, WhatIsNoBatchIsNamedUnlessItLiesBelowTheRange) {
  WriteAndClose();
  const int64_t position = PositionOf(0, 3);
  Put<int32_t>(FileOf(0, ".log"), position + 8, -3);
  OpenSource();
  auto refused = port->ReadBatches(Range(), batches, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(ErrorCode::kCorruptMessage, refused.error().code);
  EXPECT_THAT(refused.error().message,
              testing::AllOf(HasSubstr(FileOf(0, ".log")),
                             HasSubstr(fmt::format("from position {} on are no batch", position)),
                             HasSubstr("the next batch is that of offset 4")));
  EXPECT_THAT(batches.offsets, ElementsAre(0, 1, 2));

  auto below = port->ReadBatches(Range(0, 3), batches, {});
  ASSERT_TRUE(below);
  EXPECT_TRUE(below->complete);
  admin::BatchRange three = Range();
  three.max_batches = 3;
  below = port->ReadBatches(three, batches, {});
  ASSERT_TRUE(below);
  EXPECT_FALSE(below->complete);

  batches.offsets.clear();
  EXPECT_TRUE(port->ReadBatches(Range(4, 6), batches, {}));
  EXPECT_THAT(batches.offsets, ElementsAre(4, 5));

  Change(FileOf(20, ".log"), [](auto& content) { content.assign(300, 'x'); });
  refused = port->ReadBatches(Range(20), batches, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("300 bytes from position 0 on are no batch"));
}

TEST_F(AdminSegmentsTest, VerifiesEverythingAndNamesFilesWithinTheDirectory) {
  WriteAndClose();
  Flip(FileOf(10, ".log"), PositionOf(10, 3) + 500);
  ASSERT_TRUE(files.Remove(FileOf(0, ".index")));
  OpenSource();
  const auto summary = port->Verify(admin::VerifyScope{}, findings, {});
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(1, summary->partition_count);
  EXPECT_EQ(3, summary->segment_count);
  EXPECT_EQ(1, summary->warning_count);
  EXPECT_EQ(1, summary->error_count);
  ASSERT_EQ(2u, findings.anomalies.size());
  const admin::Anomaly& crc = findings.anomalies[1];
  EXPECT_EQ(admin::AnomalyKind::kBadCrc, crc.kind);
  EXPECT_EQ("orders", crc.topic);
  EXPECT_EQ("orders-0/00000000000000000010.log", crc.file);
  EXPECT_EQ(13, crc.offset);
  EXPECT_EQ(PositionOf(10, 3), crc.position);
  EXPECT_EQ(findings.progress.back().total_bytes, findings.progress.back().done_bytes);
}

TEST_F(AdminSegmentsTest, VerificationGoesOnWhereItWasCutShort) {
  WriteAndClose();
  Flip(FileOf(0, ".log"), PositionOf(0, 3) + 500);
  Flip(FileOf(10, ".log"), PositionOf(10, 3) + 500);
  OpenSource();
  admin::VerifyScope scope;
  scope.start_file = "orders-0/00000000000000000010.log";
  auto summary = port->Verify(scope, findings, {});
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(2, summary->segment_count);
  ASSERT_EQ(1u, findings.anomalies.size());
  EXPECT_EQ("orders-0/00000000000000000010.log", findings.anomalies[0].file);
  EXPECT_EQ(findings.progress.back().total_bytes, findings.progress.back().done_bytes);
  scope.start_file = "payments-0/00000000000000000000.log";
  summary = port->Verify(scope, findings, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(0, summary->partition_count);
}

TEST_F(AdminSegmentsTest, AFileToBeginWithIsOneOfTheTopic) {
  WriteAndClose();
  OpenSource();
  admin::VerifyScope scope;
  for (const char* wrong : {"orders-0", "orders-0/", "orders/00000000000000000010.log", "x"}) {
    scope.start_file = wrong;
    const auto refused = port->Verify(scope, findings, {});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ("start_file", refused.error().fields.at(0).field);
  }
  scope.topic = "orders";
  scope.start_file = "payments-0/00000000000000000000.log";
  EXPECT_FALSE(port->Verify(scope, findings, {}));
  scope.partition = 0;
  scope.start_file = "orders-1/00000000000000000000.log";
  EXPECT_FALSE(port->Verify(scope, findings, {})) << "nothing would be verified";
  scope.segment_base_offset = 0;
  scope.start_file = "orders-0/00000000000000000010.log";
  EXPECT_FALSE(port->Verify(scope, findings, {}));
}

TEST_F(AdminSegmentsTest, VerificationEndsWhenTheReceiverWantsNoMore) {
  WriteAndClose();
  OpenSource();
  findings.stop_at_progress = true;
  const auto summary = port->Verify({}, findings, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(1u, findings.progress.size());
  EXPECT_EQ(1, summary->segment_count);
}

TEST_F(AdminSegmentsTest, ACompactedPartitionOfKafkasMayHaveGaps) {
  WriteAndClose();
  for (const char* suffix : {".log", ".index", ".timeindex"}) {
    ASSERT_TRUE(files.Remove(FileOf(10, suffix)));
  }
  OpenSource();
  ASSERT_TRUE(port->Verify({}, findings, {}));
  EXPECT_EQ(1u, findings.anomalies.size());
  const std::string_view cleaned = "0\n1\norders 0 20\n";
  files.SetContent("/data/cleaner-offset-checkpoint", {cleaned.begin(), cleaned.end()});
  OpenSource();
  findings.anomalies.clear();
  ASSERT_TRUE(port->Verify({}, findings, {}));
  EXPECT_TRUE(findings.anomalies.empty());
}

TEST_F(AdminSegmentsTest, OffsetCheckpointsMustFitTheirLogs) {
  WriteAndClose();
  PutCheckpoint(storage::kRecoveryPointFile, "0\n1\norders 0 25\n");
  PutCheckpoint(storage::kLogStartFile, "0\n1\ngone 0 99\n");
  OpenSource();
  EXPECT_EQ(0u, CountAnomalies());
  PutCheckpoint(storage::kRecoveryPointFile, "0\n1\norders 0 26\n");
  PutCheckpoint(storage::kHighWatermarkFile, "what is this");
  ASSERT_EQ(2u, CountAnomalies());
  EXPECT_EQ(admin::AnomalyKind::kBadCheckpoint, findings.anomalies[0].kind);
  EXPECT_EQ(storage::kHighWatermarkFile, findings.anomalies[0].file);
  EXPECT_EQ(admin::AnomalySeverity::kWarning, findings.anomalies[0].severity);
  EXPECT_EQ(storage::kRecoveryPointFile, findings.anomalies[1].file);
  EXPECT_EQ(admin::AnomalySeverity::kError, findings.anomalies[1].severity)
      << "the log is offline with it";
  EXPECT_EQ(26, findings.anomalies[1].offset);
  EXPECT_THAT(findings.anomalies[1].message, HasSubstr("orders-0, whose log ends at 25"));
  admin::VerifyScope segment;
  segment.topic = "orders";
  segment.partition = 0;
  segment.segment_base_offset = 10;
  EXPECT_EQ(0u, CountAnomalies(segment)) << "one segment, and no file beside it";
}

TEST_F(AdminSegmentsTest, ACheckpointThatKeepsTheBrokerFromStartingIsAnError) {
  WriteAndClose();
  OpenSource();
  PutCheckpoint(storage::kLogStartFile, "what is this");
  ASSERT_EQ(1u, CountAnomalies());
  EXPECT_EQ(storage::kLogStartFile, findings.anomalies[0].file);
  EXPECT_EQ(admin::AnomalySeverity::kError, findings.anomalies[0].severity);
  PutCheckpoint(storage::kLogStartFile, "0\n0\n");
  PutCheckpoint(storage::kRecoveryPointFile, "what is this");
  ASSERT_EQ(1u, CountAnomalies());
  EXPECT_EQ(admin::AnomalySeverity::kWarning, findings.anomalies[0].severity);
}

TEST_F(AdminSegmentsTest, CheckpointsOfAPartitionThatIsDeletedMeanwhileAreNoAnomaly) {
  WriteAndClose();
  const auto lock = files.Lock(std::string(kDirectory) + "/.lock");
  ASSERT_TRUE(lock);
  PutCheckpoint(storage::kRecoveryPointFile, "0\n1\norders 0 25\n");
  OpenSource();
  findings.at_progress = [&] {
    if (!*files.Exists(Directory())) return;
    EXPECT_TRUE(files.Rename(Directory(), Directory() + "-delete"));
  };
  EXPECT_EQ(0u, CountAnomalies());
}

TEST_F(AdminSegmentsTest, ACheckpointThatABrokerHasWrittenAnewIsNoAnomaly) {
  WriteAndClose();
  const auto lock = files.Lock(std::string(kDirectory) + "/.lock");
  ASSERT_TRUE(lock);
  PutCheckpoint(storage::kHighWatermarkFile, "0\n1\norders 0 99\n");
  OpenSource();
  EXPECT_EQ(1u, CountAnomalies());
  // The entry was of a log that was deleted; the one that has its name now was begun without.
  findings.at_progress = [&] { PutCheckpoint(storage::kHighWatermarkFile, "0\n0\n"); };
  EXPECT_EQ(0u, CountAnomalies());
}

TEST_F(AdminSegmentsTest, ADirectoryThatABrokerHasLockedIsTakenAsInUse) {
  WriteAndClose();
  EXPECT_FALSE(IsInUse(files, kDirectory));
  auto lock = files.Lock(std::string(kDirectory) + "/.lock");
  ASSERT_TRUE(lock);
  EXPECT_TRUE(IsInUse(files, kDirectory));
  EXPECT_TRUE(IsInUse(files, Directory()));
  Change(FileOf(20, ".log"), [](auto& content) { content.resize(content.size() - 100); });
  for (const std::string_view name : {storage::kRecoveryPointFile, storage::kHighWatermarkFile}) {
    ASSERT_TRUE(files.Remove(std::string(kDirectory) + "/" + std::string(name)));  // not yet there
  }
  OpenSource();
  EXPECT_TRUE(port->Verify({}, findings, {}));
  EXPECT_TRUE(findings.anomalies.empty()) << "it is being written";
  EXPECT_TRUE(port->ReadBatches(Range(), batches, {}));
  EXPECT_EQ(24u, batches.offsets.size());
  lock->reset();
  EXPECT_TRUE(port->Verify({}, findings, {}));
  EXPECT_FALSE(findings.anomalies.empty());
}

}  // namespace
}  // namespace monkafka::app
