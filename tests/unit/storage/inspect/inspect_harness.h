// A partition that was written and closed, to be looked at, and damaged, without a broker.
#pragma once

#include <string>
#include <vector>

#include "common/endian.h"
#include "log_harness.h"
#include "records/batch.h"
#include "storage/inspect/verify.h"
#include "storage/names.h"

namespace monkafka::storage {

class CollectingSink final : public VerifySink {
 public:
  void OnAnomaly(Anomaly anomaly) override { anomalies.push_back(std::move(anomaly)); }
  void OnProgress(const VerifyProgress& now) override { progress.push_back(now); }

  std::vector<Anomaly> anomalies;
  std::vector<VerifyProgress> progress;
};

// Batches of one record of 1,000 bytes, one millisecond apart from 1,000 on; an index entry for
// every second of them.
class InspectTest : public testing::Test, protected LogHarness {
 protected:
  InspectTest() {
    config.segment_bytes = 11'000;  // ten batches
    config.index_interval_bytes = 1'100;
    config.retention_ms = -1;
  }

  static TestBatch OneRecord(Offset offset) {
    return {.records = 1, .value_size = 1'000, .timestamp = 1'000 + offset};
  }

  void Write(int batches, Offset from = 0) {
    for (Offset offset = from; offset < from + batches; ++offset) Append(OneRecord(offset));
  }
  // Three segments of which the last is not full.
  void WriteAndClose(int batches = 25) {
    Open();
    Write(batches);
    Close();
  }
  void Close() {
    const Status closed = manager->Close();
    ASSERT_TRUE(closed) << closed.error().message;
    Forget();
  }

  std::string Directory() const { return std::string(kDirectory) + "/" + tp.ToString(); }
  std::string FileOf(Offset base, std::string_view suffix) const {
    return PathOf(SegmentFileName(base, suffix));
  }
  PartitionFiles List() {
    Result<PartitionFiles> listed = ListPartitionFiles(files, Directory());
    EXPECT_TRUE(listed) << listed.error().message;
    return listed ? *std::move(listed) : PartitionFiles{};
  }
  PartitionFiles ListLive() {
    Result<LogFiles> log_files = log->Files();
    EXPECT_TRUE(log_files);
    Result<PartitionFiles> listed = ListPartitionFiles(files, *log_files);
    EXPECT_TRUE(listed) << listed.error().message;
    return listed ? *std::move(listed) : PartitionFiles{};
  }

  CollectingSink Verify(const PartitionFiles& listed, const VerifyOptions& how = {}) {
    CollectingSink sink;
    totals = {};
    const Status verified = VerifyPartition(files, listed, how, std::stop_token(), sink, totals);
    EXPECT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(totals.anomalies, static_cast<int64_t>(sink.anomalies.size()));
    return sink;
  }
  CollectingSink Verify(const VerifyOptions& how = {}) { return Verify(List(), how); }

  // Where the nth batch of a segment begins.
  int64_t PositionOf(Offset segment, int batch) const {
    const std::vector<uint8_t> content = files.Content(FileOf(segment, kLogSuffix));
    int64_t position = 0;
    for (int i = 0; i < batch; ++i) {
      position +=
          records::BatchView(Bytes(content).subspan(static_cast<size_t>(position))).size_in_bytes();
    }
    return position;
  }
  // Changes the content of a file.
  void Change(const std::string& path, const std::function<void(std::vector<uint8_t>&)>& change) {
    std::vector<uint8_t> content = files.Content(path);
    change(content);
    files.SetContent(path, std::move(content));
  }
  void Flip(const std::string& path, int64_t position) {
    Change(path, [&](auto& content) { content[static_cast<size_t>(position)] ^= 0x55; });
  }
  template <class T>
  void Put(const std::string& path, int64_t position, T value) {
    Change(path, [&](auto& content) {
      StoreBig<T>(content.data() + static_cast<size_t>(position), value);
    });
  }
  // Gives the batch at the position the CRC that fits its bytes.
  void FixCrc(const std::string& path, int64_t position) {
    const std::vector<uint8_t> content = files.Content(path);
    const Bytes rest = Bytes(content).subspan(static_cast<size_t>(position));
    const auto size = static_cast<size_t>(records::BatchView(rest).size_in_bytes());
    Put(path, position + static_cast<int64_t>(records::kCrcAt),
        records::BatchView(rest.first(size)).ComputeCrc());
  }

  VerifyTotals totals;
};

}  // namespace monkafka::storage
