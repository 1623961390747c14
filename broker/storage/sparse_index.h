// The two indexes of a segment: sorted entries of a fixed size, one for about every
// index.interval.bytes of log.
//
//   .index      offset of the batch's last record - base offset   int32
//               position of the batch in the .log                 int32
//   .timeindex  largest timestamp so far                          int64
//               last offset of the batch that has it - base       int32
//
// The newest entries wait in memory and reach the file many at a time. Nothing depends on it: an
// index is rebuilt from the log when it is missing or wrong, and a sparser one only costs reading.
//
// Threads: guarded by the log that owns it, except the static functions, which read what a View
// covers without a lock (it never changes).
// Source: Kafka's OffsetIndex, TimeIndex.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "common/endian.h"
#include "storage/open_files.h"

namespace monkafka::storage {

struct OffsetIndexEntry {
  static constexpr size_t kSize = 8;
  Offset offset = 0;
  int64_t position = 0;

  void Encode(Offset base, uint8_t* out) const {
    StoreBig<int32_t>(out, static_cast<int32_t>(offset - base));
    StoreBig<int32_t>(out + 4, static_cast<int32_t>(position));
  }
  static OffsetIndexEntry Decode(Offset base, const uint8_t* in) {
    return {base + LoadBig<int32_t>(in), LoadBig<int32_t>(in + 4)};
  }
  friend bool operator==(const OffsetIndexEntry&, const OffsetIndexEntry&) = default;
};

struct TimeIndexEntry {
  static constexpr size_t kSize = 12;
  TimestampMs timestamp = kNoTimestamp;
  Offset offset = 0;

  void Encode(Offset base, uint8_t* out) const {
    StoreBig<int64_t>(out, timestamp);
    StoreBig<int32_t>(out + 8, static_cast<int32_t>(offset - base));
  }
  static TimeIndexEntry Decode(Offset base, const uint8_t* in) {
    return {LoadBig<int64_t>(in), base + LoadBig<int32_t>(in + 8)};
  }
  friend bool operator==(const TimeIndexEntry&, const TimeIndexEntry&) = default;
};

template <class Entry>
class SparseIndex {
 public:
  static constexpr size_t kMaxPending = 128;

  // What lies in the file.
  struct View {
    std::shared_ptr<File> file;
    int64_t entries = 0;
    Offset base_offset = 0;
  };

  SparseIndex(OpenFiles& files, std::shared_ptr<const std::string> directory, Offset base_offset,
              std::string_view suffix)
      : base_offset_(base_offset), file_(files, std::move(directory), base_offset, suffix) {}

  SegmentFile& file() { return file_; }

  Result<View> OpenView() {
    Result<std::shared_ptr<File>> file = file_.Get();
    if (!file) return Forward(std::move(file));
    if (on_file_ < 0) {
      Result<int64_t> size = (*file)->Size();
      if (!size) return Forward(std::move(size));
      on_file_ = *size / static_cast<int64_t>(Entry::kSize);
    }
    return View{std::move(*file), on_file_, base_offset_};
  }

  Result<std::optional<Entry>> Last() {
    if (!pending_.empty()) return pending_.back();
    Result<View> view = OpenView();
    if (!view) return Forward(std::move(view));
    if (view->entries == 0) return std::nullopt;
    Result<Entry> last = Read(*view, *view->file, view->entries - 1);
    if (!last) return Forward(std::move(last));
    return *last;
  }

  // Entries in all; the file is looked at the first time.
  Result<int64_t> Count() {
    if (on_file_ < 0) {
      Result<View> view = OpenView();
      if (!view) return Forward(std::move(view));
    }
    return on_file_ + static_cast<int64_t>(pending_.size());
  }

  // The entry is dropped (the index gets sparser) when memory is full and the file takes no more.
  void Append(const Entry& entry) {
    if (pending_.size() >= kMaxPending && !WritePending()) return;
    pending_.push_back(entry);
  }

  Status WritePending() {
    if (pending_.empty()) return {};
    Result<View> view = OpenView();
    if (!view) return Forward(std::move(view));
    std::array<uint8_t, kMaxPending * Entry::kSize> bytes;
    uint8_t* out = bytes.data();
    for (const Entry& entry : pending_) {
      entry.Encode(base_offset_, out);
      out += Entry::kSize;
    }
    const Bytes piece(bytes.data(), out);
    file_.MarkDirty();
    const int64_t position = view->entries * static_cast<int64_t>(Entry::kSize);
    if (Status status = view->file->WriteAt(position, std::span(&piece, 1)); !status) return status;
    on_file_ += static_cast<int64_t>(pending_.size());
    pending_.clear();
    return {};
  }

  // Keeps the first `entries` of the file and nothing else.
  Status Truncate(int64_t entries) {
    Result<View> view = OpenView();
    if (!view) return Forward(std::move(view));
    file_.MarkDirty();
    Status status = view->file->Truncate(entries * static_cast<int64_t>(Entry::kSize));
    if (!status) return status;
    pending_.clear();
    on_file_ = entries;
    return {};
  }

  // The file was replaced.
  void Reopen() {
    file_.Reopen();
    pending_.clear();
    on_file_ = -1;
  }

  // The last entry in memory that `precedes` holds for; it holds for a prefix of all entries.
  template <class Precedes>
  std::optional<Entry> FindPending(Precedes precedes) const {
    const auto end = std::partition_point(pending_.begin(), pending_.end(), precedes);
    if (end == pending_.begin()) return std::nullopt;
    return *(end - 1);
  }

  // The same in the file. `file` is the view's own, or reads it in another way.
  template <class Precedes>
  static Result<std::optional<Entry>> Find(const View& view, const ReadableFile& file,
                                           Precedes precedes);

  static Result<Entry> Read(const View& view, const ReadableFile& file, int64_t entry) {
    std::array<uint8_t, Entry::kSize> bytes;
    Status status = ReadExactly(file, entry, bytes);
    if (!status) return Forward(std::move(status));
    return Entry::Decode(view.base_offset, bytes.data());
  }

 private:
  static constexpr int64_t kEntriesPerRead = 4096 / Entry::kSize;

  static Status ReadExactly(const ReadableFile& file, int64_t first, MutableBytes out) {
    const int64_t position = first * static_cast<int64_t>(Entry::kSize);
    Result<size_t> read = file.ReadAt(position, out);
    if (!read) return Forward(std::move(read));
    if (*read == out.size()) return {};
    return Fail(ErrorCode::kKafkaStorageError, "index is shorter than it was");
  }

  const Offset base_offset_;
  SegmentFile file_;
  int64_t on_file_ = -1;  // entries; -1: not looked at yet
  std::vector<Entry> pending_;
};

template <class Entry>
template <class Precedes>
Result<std::optional<Entry>> SparseIndex<Entry>::Find(const View& view, const ReadableFile& file,
                                                      Precedes precedes) {
  // Entries before `low` precede, those from `high` on do not.
  int64_t low = 0;
  int64_t high = view.entries;
  while (high - low > kEntriesPerRead) {
    const int64_t middle = low + (high - low) / 2;
    Result<Entry> entry = Read(view, file, middle);
    if (!entry) return Forward(std::move(entry));
    if (precedes(*entry)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  std::array<uint8_t, kEntriesPerRead * Entry::kSize> bytes;
  const auto count = static_cast<size_t>(high - low);
  Status status = ReadExactly(file, low, MutableBytes(bytes).first(count * Entry::kSize));
  if (!status) return Forward(std::move(status));
  std::optional<Entry> found;
  for (size_t i = 0; i < count; ++i) {
    const Entry entry = Entry::Decode(view.base_offset, bytes.data() + i * Entry::kSize);
    if (!precedes(entry)) break;
    found = entry;
  }
  return found;
}

using OffsetIndex = SparseIndex<OffsetIndexEntry>;
using TimeIndex = SparseIndex<TimeIndexEntry>;

}  // namespace monkafka::storage
