// Walks a `.log` from batch to batch without a log or its lock, for tools and searches.
//
// BatchScanner gives whole batches: it reads pieces of 512 KB into one buffer and hands out views
// of it. HeaderScanner gives what the headers say, and reads little more than those.
//
// Errors: CORRUPT_MESSAGE and UNSUPPORTED_FOR_MESSAGE_FORMAT where a batch should begin and none
// does; the scanner stays there, SkipTo goes on behind it. The file's own errors pass through
// (also an InterruptibleFile's).
// Threads: one at a time. Memory: the larger of a piece and the largest batch, at most
// kLargestBatch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/bytes.h"
#include "records/batch.h"
#include "storage/batch_reader.h"

namespace monkafka::storage {

class BatchScanner {
 public:
  // A batch that says it is larger is not read but reported; no broker accepts one.
  static constexpr int64_t kLargestBatch = int64_t{256} << 20;

  // `position`: a batch's beginning. Nothing at or behind `limit` is looked at.
  BatchScanner(std::shared_ptr<const ReadableFile> file, int64_t position, int64_t limit);

  // The next whole batch, its CRC not checked; valid until the next call. nullopt at the limit.
  Result<std::optional<records::BatchView>> Next();
  void SkipTo(int64_t position);

  // Where the batch returned last begins; else where there is none.
  int64_t position() const { return position_; }
  const ReadableFile& file() const { return *file_; }

 private:
  Status Fill(int64_t at_least);
  Bytes content() const { return Bytes(buffer_).subspan(begin_, end_ - begin_); }

  const std::shared_ptr<const ReadableFile> file_;
  const int64_t limit_;
  int64_t position_;
  int64_t next_;  // where the next batch begins
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  // of the bytes at next_ in the buffer
  size_t end_ = 0;
};

class HeaderScanner {
 public:
  HeaderScanner(std::shared_ptr<const ReadableFile> file, int64_t position, int64_t limit);

  Result<std::optional<BatchInfo>> Next();

 private:
  // The part of the file around the next headers, so that small batches cost no read each.
  class Window final : public ReadableFile {
   public:
    Window(std::shared_ptr<const ReadableFile> file, int64_t limit);
    Result<size_t> ReadAt(int64_t position, MutableBytes out) const override;

   private:
    const std::shared_ptr<const ReadableFile> file_;
    const int64_t limit_;
    mutable std::vector<uint8_t> bytes_;
    mutable int64_t begin_ = 0;
    mutable size_t size_ = 0;
  };

  const Window window_;
  const int64_t limit_;
  int64_t next_;
};

}  // namespace monkafka::storage
