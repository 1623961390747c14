// A data directory on the fake file system with one partition, driven by hand: nothing runs until
// the test says so.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"
#include "records/batch_builder.h"
#include "records/control_records.h"
#include "records/record.h"
#include "storage/log_manager.h"

namespace monkafka::storage {

struct TestBatch {
  int records = 1;
  int value_size = 10;
  TimestampMs timestamp = 1000;  // of the first record; each next one is a millisecond later
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch epoch = 0;
  int32_t sequence = 0;
  bool transactional = false;
  records::Codec codec = records::Codec::kNone;
};

inline std::vector<uint8_t> Build(const TestBatch& batch) {
  records::BatchOptions options;
  options.codec = batch.codec;
  options.transactional = batch.transactional;
  if (batch.producer_id != kNoProducerId) {
    options.producer_id = batch.producer_id;
    options.producer_epoch = batch.epoch;
    options.base_sequence = batch.sequence;
  }
  records::BatchBuilder builder(options);
  const std::string value(static_cast<size_t>(batch.value_size), 'v');
  for (int i = 0; i < batch.records; ++i) {
    builder.Append(batch.timestamp + i, AsBytes("key"), AsBytes(value));
  }
  return *std::move(builder).Build();
}

class LogHarness {
 public:
  static constexpr const char* kDirectory = "/data";

  LogHarness() {
    EXPECT_TRUE(files.CreateDirectories(kDirectory));
    EXPECT_TRUE(files.SyncDirectory("/"));
    options.directory = kDirectory;
    // Batches of the tests are half a century older than their clock.
    options.producer_id_expiration = std::chrono::milliseconds(int64_t{1} << 50);
  }

  fakes::FakeClock clock;
  fakes::ManualExecutor workers;
  fakes::FakeTimers timers{clock};
  fakes::FakeFileSystem files{clock};
  LogManagerOptions options;
  LogConfig config;
  TopicPartition tp{"orders", 0};
  Uuid topic_id{{1, 2, 3}};
  std::unique_ptr<LogManager> manager;
  std::shared_ptr<PartitionLog> log;

  std::string PathOf(const std::string& name) const {
    return std::string(kDirectory) + "/" + tp.ToString() + "/" + name;
  }

  // Opens the directory and the partition, creating what is missing.
  void Open() {
    auto opened = LogManager::Open(options, files, clock, timers, workers);
    ASSERT_TRUE(opened) << opened.error().message;
    manager = *std::move(opened);
    const Status loaded = manager->LoadAll([this](const TopicPartition& found, const Uuid& id) {
      const bool ours = found == tp && (id == topic_id || id.IsZero());
      return ours ? std::optional(KnownTopic{topic_id, config}) : std::nullopt;
    });
    ASSERT_TRUE(loaded) << loaded.error().message;
    log = manager->Find(tp);
    if (log) return;
    auto created = manager->Create(tp, topic_id, config);
    ASSERT_TRUE(created) << created.error().message;
    log = *std::move(created);
  }

  void Forget() {
    log.reset();
    manager.reset();
    workers.RunAll();
  }
  void CloseAndOpen() {
    const Status closed = manager->Close();
    ASSERT_TRUE(closed) << closed.error().message;
    Forget();
    Open();
  }
  // kill -9: what was written is there, nothing was closed.
  void KillAndOpen() { CrashAndOpen(fakes::FakeFileSystem::Unsynced::kKeepAll); }
  void CrashAndOpen(fakes::FakeFileSystem::Unsynced unsynced, uint64_t seed = 1) {
    files.Recover(unsynced, seed);
    Forget();
    Open();
  }

  // The request's bytes are kept alive by the frame.
  static AppendRequest RequestOf(std::vector<uint8_t> bytes) {
    auto owner = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
    AppendRequest request;
    request.batches = {owner, MutableBytes(*owner)};
    return request;
  }

  // Appends and runs the workers until the answer is there.
  AppendOutcome Send(AppendRequest request) {
    std::optional<AppendOutcome> answer;
    log->Append(std::move(request), [&](AppendOutcome outcome) { answer = std::move(outcome); });
    if (!answer) workers.RunAll();
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(AppendOutcome{});
  }
  AppendOutcome Append(const TestBatch& batch, bool durable = false) {
    AppendRequest request = RequestOf(Build(batch));
    request.durable = durable;
    return Send(std::move(request));
  }
  AppendOutcome AppendMarker(ProducerId id, bool committed, int32_t coordinator_epoch = 0,
                             ProducerEpoch epoch = 0) {
    records::EndTxnMarkerOptions marker;
    marker.timestamp = 1000;
    marker.producer_id = id;
    marker.producer_epoch = epoch;
    AppendRequest request =
        RequestOf(records::BuildEndTxnBatch(marker, {committed, coordinator_epoch}));
    request.origin = AppendOrigin::kCoordinator;
    return Send(std::move(request));
  }

  Result<ReadOutcome> Read(ReadRequest request) {
    std::optional<Result<ReadOutcome>> answer;
    log->Read(request, [&](Result<ReadOutcome> outcome) { answer = std::move(outcome); });
    if (!answer) workers.RunAll();
    return *std::move(answer);
  }
  Result<ReadOutcome> Read(Offset offset, int64_t max_bytes = 1 << 20) {
    return Read({offset, max_bytes, true, log->Offsets().log_end});
  }
  // The offsets of all records from the log start on, as a consumer would get them.
  std::vector<Offset> ReadAllOffsets(int64_t max_bytes = 1 << 20) {
    std::vector<Offset> offsets;
    const LogOffsets ends = log->Offsets();
    for (Offset at = ends.log_start; at < ends.log_end;) {
      Result<ReadOutcome> outcome = Read(at, max_bytes);
      if (!outcome || outcome->records.empty()) {
        ADD_FAILURE() << "nothing at " << at << ": " << (outcome ? "" : outcome.error().message);
        return offsets;
      }
      const std::vector<uint8_t> bytes = *outcome->records.ReadAll();
      records::BatchIterator batches{Bytes(bytes)};
      while (true) {
        Result<std::optional<records::BatchView>> batch = batches.Next();
        if (!batch || !*batch) {
          EXPECT_TRUE(batch) << batch.error().message;
          break;
        }
        EXPECT_TRUE((*batch)->CrcMatches());
        for (Offset offset = (*batch)->base_offset(); offset < (*batch)->next_offset(); ++offset) {
          if (offset >= ends.log_start) offsets.push_back(offset);
        }
      }
      at = outcome->next_offset;
    }
    return offsets;
  }

  template <class T>
  Result<T> Wait(auto start) {
    std::optional<Result<T>> answer;
    start([&](Result<T> result) { answer = std::move(result); });
    workers.RunAll();
    EXPECT_TRUE(answer.has_value());
    if (!answer) return Fail(ErrorCode::kUnknownServerError, "no answer");
    return *std::move(answer);
  }
  Result<std::optional<TimestampedOffset>> FindByTimestamp(TimestampMs timestamp) {
    return Wait<std::optional<TimestampedOffset>>([&](auto done) {
      log->FindByTimestamp(timestamp, log->Offsets().log_end, std::move(done));
    });
  }
  Result<std::optional<TimestampedOffset>> FindMaxTimestamp() {
    return Wait<std::optional<TimestampedOffset>>(
        [&](auto done) { log->FindMaxTimestamp(std::move(done)); });
  }
  Result<std::vector<SegmentOffset>> ListSegmentOffsets() {
    return Wait<std::vector<SegmentOffset>>(
        [&](auto done) { log->ListSegmentOffsets(std::move(done)); });
  }
  Result<Offset> DeleteRecordsBefore(Offset offset) {
    return Wait<Offset>([&](auto done) { log->DeleteRecordsBefore(offset, std::move(done)); });
  }
  Status Flush() {
    return Wait<void>([&](auto done) { log->Flush(std::move(done)); });
  }
  void Advance(std::chrono::milliseconds by) {
    timers.AdvanceBy(by, [this] { workers.RunAll(); });
    workers.RunAll();
  }

  // Names of the partition's files with the suffix.
  std::vector<std::string> FilesWith(const std::string& suffix) const {
    std::vector<std::string> names;
    const std::string directory = std::string(kDirectory) + "/" + tp.ToString();
    for (const std::string& path : files.Files(directory)) {
      if (path.ends_with(suffix)) names.push_back(path.substr(directory.size() + 1));
    }
    return names;
  }
};

inline std::vector<Offset> OffsetsUpTo(Offset end, Offset begin = 0) {
  std::vector<Offset> offsets;
  for (Offset offset = begin; offset < end; ++offset) offsets.push_back(offset);
  return offsets;
}

}  // namespace monkafka::storage
