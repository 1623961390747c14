// __consumer_offsets in memory. What is appended is durable at once unless the test holds it back;
// appends can be made to fail. Survives the coordinator, as a disk does.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "common/check.h"
#include "groups/offsets_topic.h"
#include "records/batch.h"
#include "records/record.h"

namespace monkafka::groups {

class FakeOffsetsTopic final : public OffsetsTopic {
 public:
  size_t MaxBatchBytes(int32_t) const override { return max_batch_bytes; }

  void Append(int32_t partition, std::vector<uint8_t> batch, Callback<Status> durable) override {
    ++append_calls;
    if (append_error != ErrorCode::kNone) return durable(Fail(append_error, "as the test wants"));
    if (hold) {
      held_.push_back({partition, std::move(batch), std::move(durable)});
      return;
    }
    Write(partition, std::move(batch));
    durable({});
  }

  void Read(int32_t partition, Offset from, int64_t, Callback<Result<LogChunk>> done) override {
    ++reads;
    if (read_error != ErrorCode::kNone) return done(Fail(read_error, "as the test wants"));
    Log& log = logs_[partition];
    LogChunk chunk{.next_offset = std::max(from, log.start)};
    // One batch at a time, so that every load of more is one in several chunks.
    const auto batch = log.batches.lower_bound(chunk.next_offset);
    if (batch != log.batches.end()) {
      chunk.batches = batch->second;
      chunk.next_offset = records::BatchView(chunk.batches).next_offset();
    }
    chunk.at_end = chunk.next_offset >= log.end;
    if (hold_reads) {
      held_reads_.push_back({std::move(done), std::move(chunk)});
    } else {
      done(std::move(chunk));
    }
  }

  // --- for tests ---

  // Completes what is held, in order.
  void Release(ErrorCode error = ErrorCode::kNone) {
    std::deque<Held> held = std::exchange(held_, {});
    for (Held& each : held) {
      if (error != ErrorCode::kNone) {
        each.durable(Fail(error, "as the test wants"));
      } else {
        Write(each.partition, std::move(each.batch));
        each.durable({});
      }
    }
  }
  void ReleaseReads() {
    std::deque<HeldRead> held = std::exchange(held_reads_, {});
    for (HeldRead& each : held) each.done(std::move(each.chunk));
  }
  size_t held() const { return held_.size(); }

  // As another coordinator (or Kafka) would have written it.
  void Write(int32_t partition, std::vector<uint8_t> batch) {
    Log& log = logs_[partition];
    records::BatchEditor editor(batch);
    editor.SetBaseOffset(log.end);
    const Offset next = editor.view().next_offset();
    log.batches.emplace(log.end, std::move(batch));
    log.end = next;
  }

  // key and value of every record, tombstones with no value.
  using Entry = std::pair<std::vector<uint8_t>, std::optional<std::vector<uint8_t>>>;
  std::vector<Entry> Records(int32_t partition) {
    std::vector<Entry> entries;
    for (const auto& [offset, batch] : logs_[partition].batches) {
      const Status status =
          records::ForEachRecord(records::BatchView(batch), {}, [&](const records::Record& record) {
            Entry entry;
            entry.first.assign(record.key->begin(), record.key->end());
            if (record.value) entry.second.emplace(record.value->begin(), record.value->end());
            entries.push_back(std::move(entry));
          });
      CHECK(status.has_value());
    }
    return entries;
  }
  size_t BatchCount(int32_t partition) { return logs_[partition].batches.size(); }
  void Truncate(int32_t partition) { logs_[partition] = {}; }

  size_t max_batch_bytes = 1 << 20;
  ErrorCode append_error = ErrorCode::kNone;
  ErrorCode read_error = ErrorCode::kNone;
  bool hold = false;
  bool hold_reads = false;
  int append_calls = 0;
  int reads = 0;

 private:
  struct Log {
    Offset start = 0;
    Offset end = 0;
    std::map<Offset, std::vector<uint8_t>> batches;  // by base offset
  };
  struct Held {
    int32_t partition = 0;
    std::vector<uint8_t> batch;
    Callback<Status> durable;
  };
  struct HeldRead {
    Callback<Result<LogChunk>> done;
    LogChunk chunk;
  };

  std::map<int32_t, Log> logs_;
  std::deque<Held> held_;
  std::deque<HeldRead> held_reads_;
};

}  // namespace monkafka::groups
