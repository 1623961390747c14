#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "records/record.h"
#include "records/record_parse.h"

namespace monkafka::records {
namespace {

constexpr size_t kFirstWindow = 64 << 10;
constexpr size_t kLargestKeptWindow = 1 << 20;
constexpr size_t kKeptPerThread = 2;  // iterators nest rarely

}  // namespace

// The part of the decompressed records that is in memory: [begin, end) of a buffer that grows only
// when one record is larger than it.
struct RecordIterator::Window {
  Decompressor decompressor;
  std::unique_ptr<uint8_t[]> buffer;
  size_t capacity = 0;
  size_t begin = 0;
  size_t end = 0;
  bool ended = false;  // the decompressor has nothing more

  static std::vector<std::unique_ptr<Window>>& Kept() {
    thread_local std::vector<std::unique_ptr<Window>> kept;
    return kept;
  }
  static std::unique_ptr<Window> Borrow() {
    auto& kept = Kept();
    if (kept.empty()) return std::make_unique<Window>();
    std::unique_ptr<Window> window = std::move(kept.back());
    kept.pop_back();
    return window;
  }
  static void Return(std::unique_ptr<Window> window) {
    if (window->capacity > kLargestKeptWindow || Kept().size() >= kKeptPerThread) return;
    Kept().push_back(std::move(window));
  }

  Bytes content() const { return {buffer.get() + begin, end - begin}; }

  void MakeRoom() {
    if (end - begin < capacity) {
      std::memmove(buffer.get(), buffer.get() + begin, end - begin);
    } else {
      capacity = std::max(kFirstWindow, capacity * 2);
      std::unique_ptr<uint8_t[]> larger(new uint8_t[capacity]);  // not zeroed
      if (end > begin) std::memcpy(larger.get(), buffer.get() + begin, end - begin);
      buffer = std::move(larger);
    }
    end -= begin;
    begin = 0;
  }

  // Decompresses more behind what is there.
  Status Fill() {
    MakeRoom();
    Result<size_t> read = decompressor.Read({buffer.get() + end, capacity - end});
    if (!read) return Forward(std::move(read));
    ended = *read < capacity - end;
    end += *read;
    return {};
  }
};

RecordIterator::RecordIterator(const BatchView& batch, DecompressionLimits limits)
    : batch_(batch),
      limits_(limits),
      left_(batch.record_count()),
      reader_(batch.is_compressed() ? Bytes{} : batch.records()) {}

RecordIterator::~RecordIterator() {
  if (window_) Window::Return(std::move(window_));
}

Result<bool> RecordIterator::Next(Record& record) {
  if (left_ == 0) {
    if (checked_end_ || batch_.record_count() == 0) return false;
    Status end = CheckEnd();
    if (!end) return Forward(std::move(end));
    checked_end_ = true;
    return false;
  }
  if (left_ < 0) {
    return Fail(ErrorCode::kInvalidRecord, fmt::format("invalid record count {}", left_));
  }
  Result<bool> read = batch_.is_compressed() ? NextCompressed(record) : NextUncompressed(record);
  if (!read) {
    const int32_t index = batch_.record_count() - left_;
    read.error().message =
        fmt::format("record {} of {}: {}", index, batch_.record_count(), read.error().message);
    return read;
  }
  --left_;
  Place(record);
  return true;
}

Result<bool> RecordIterator::NextUncompressed(Record& record) {
  Result<bool> read = reader_.Next(record);
  if (read && !*read) return Fail(ErrorCode::kInvalidRecord, "the batch ends before it");
  return read;
}

Result<bool> RecordIterator::NextCompressed(Record& record) {
  if (!window_) {
    window_ = Window::Borrow();
    window_->begin = window_->end = 0;
    window_->ended = false;
    Status started =
        window_->decompressor.Start(batch_.codec(), batch_.records(), limits_.max_bytes);
    if (!started) return Forward(std::move(started));
  }
  while (true) {
    const ParsedRecord parsed = ParseRecord(window_->content(), record);
    if (parsed.defect == nullptr) {
      window_->begin += record.size_in_bytes;
      return true;
    }
    if (!parsed.incomplete || window_->ended) {
      return Fail(ErrorCode::kInvalidRecord, parsed.defect);
    }
    Status filled = window_->Fill();
    if (!filled) return Forward(std::move(filled));
  }
}

Status RecordIterator::CheckEnd() {
  bool left_over = !reader_.rest().empty();
  if (window_) {
    if (window_->content().empty() && !window_->ended) {
      Status filled = window_->Fill();
      if (!filled) return filled;
    }
    left_over = !window_->content().empty();
  }
  if (!left_over) return {};
  return Fail(ErrorCode::kInvalidRecord,
              fmt::format("the batch has more bytes than its {} records", batch_.record_count()));
}

void RecordIterator::Place(Record& record) const {
  record.offset = WrappingAdd(batch_.base_offset(), record.offset_delta);
  record.timestamp = batch_.timestamp_type() == TimestampType::kLogAppendTime
                         ? batch_.max_timestamp()
                         : WrappingAdd(batch_.base_timestamp(), record.timestamp_delta);
}

}  // namespace monkafka::records
