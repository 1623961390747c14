// The records inside a batch v2 (KIP-82 added headers, KIP-98 this layout). Numbers are zigzag
// varints (varint.h); "varint or -1" lengths are null when negative.
//
//   length            varint    bytes after this field
//   attributes        int8      no bit is used
//   timestamp delta   varlong   record timestamp - base timestamp
//   offset delta      varint    record offset - base offset
//   key length        varint    or -1
//   key
//   value length      varint    or -1
//   value
//   header count      varint
//   headers: { key length varint | key (UTF-8) | value length varint or -1 | value }
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "records/batch.h"
#include "records/compression.h"

namespace monkafka::records {

struct RecordHeader {
  std::string_view key;
  std::optional<Bytes> value;
};

// The headers of one record, decoded while they are walked. The bytes were checked when the record
// was read, so walking cannot fail.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(int32_t count, Bytes bytes) : count_(count), bytes_(bytes) {}

  class Iterator {
   public:
    using value_type = RecordHeader;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(int32_t left, Bytes rest) : left_(left), rest_(rest) { Decode(); }
    const RecordHeader& operator*() const { return header_; }
    const RecordHeader* operator->() const { return &header_; }
    Iterator& operator++() {
      --left_;
      Decode();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.left_ == 0; }

   private:
    void Decode();

    int32_t left_ = 0;
    Bytes rest_;
    RecordHeader header_;
  };

  Iterator begin() const { return Iterator(count_, bytes_); }
  std::default_sentinel_t end() const { return {}; }
  int32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Bytes bytes() const { return bytes_; }  // as they lie in the record, after the count

 private:
  int32_t count_ = 0;
  Bytes bytes_;
};

// One record; views into the decoded bytes.
struct RecordView {
  int8_t attributes = 0;
  int32_t offset_delta = 0;
  int64_t timestamp_delta = 0;
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  HeaderList headers;
  size_t size_in_bytes = 0;  // with the length field
};

// Reads records one after the other from decoded (uncompressed) bytes. Every length is checked
// against the bytes that are there; nothing is allocated unless there is an error to report.
class RecordReader {
 public:
  explicit RecordReader(Bytes records) : rest_(records) {}

  // False at the end of the bytes. INVALID_RECORD when what is there is no record.
  Result<bool> Next(RecordView& record);

  Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

// A record with its place in the log.
struct Record : RecordView {
  Offset offset = kNoOffset;
  // The batch's max timestamp if its type is LogAppendTime, else base timestamp + delta.
  TimestampMs timestamp = kNoTimestamp;
};

// Reads the records of a whole batch in order, decompressing piece by piece if need be: memory is
// bounded by the largest single record, whatever the batch claims. After the last record it checks
// that nothing is left over, so reading to the end proves that the record count is true.
//
// A record's views are valid until the next call of Next or the iterator's end. Decompression
// buffers are borrowed from a small per-thread cache, so use it on the thread that made it;
// iterators may be nested.
class RecordIterator {
 public:
  // The batch's bytes outlive the iterator.
  explicit RecordIterator(const BatchView& batch, DecompressionLimits limits = {});
  ~RecordIterator();
  RecordIterator(const RecordIterator&) = delete;
  RecordIterator& operator=(const RecordIterator&) = delete;

  // False after the last record. INVALID_RECORD: a record that makes no sense, more or fewer bytes
  // than the record count says, compressed bytes that cannot be decompressed;
  // UNSUPPORTED_COMPRESSION_TYPE: an unknown codec; MESSAGE_TOO_LARGE: beyond the limits.
  Result<bool> Next(Record& record);

 private:
  struct Window;

  Result<bool> NextUncompressed(Record& record);
  Result<bool> NextCompressed(Record& record);
  Status CheckEnd();
  void Place(Record& record) const;

  const BatchView batch_;
  const DecompressionLimits limits_;
  int32_t left_;
  bool checked_end_ = false;
  RecordReader reader_;             // of an uncompressed batch
  std::unique_ptr<Window> window_;  // of a compressed batch
};

// Calls fn(const Record&) for every record of a whole batch. fn returns void, or a Status whose
// failure ends the walk and is returned.
template <class Fn>
Status ForEachRecord(const BatchView& batch, DecompressionLimits limits, Fn&& fn) {
  RecordIterator records(batch, limits);
  Record record;
  while (true) {
    Result<bool> more = records.Next(record);
    if (!more) return Forward(std::move(more));
    if (!*more) return {};
    if constexpr (std::is_void_v<std::invoke_result_t<Fn&, const Record&>>) {
      fn(std::as_const(record));
    } else {
      Status status = fn(std::as_const(record));
      if (!status) return status;
    }
  }
}

}  // namespace monkafka::records
