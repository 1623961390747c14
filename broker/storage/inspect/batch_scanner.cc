#include "storage/inspect/batch_scanner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace monkafka::storage {
namespace {

using records::BatchView;

constexpr size_t kPiece = 512 << 10;
constexpr size_t kWindow = 8 << 10;

}  // namespace

BatchScanner::BatchScanner(std::shared_ptr<const ReadableFile> file, int64_t position,
                           int64_t limit)
    : file_(std::move(file)), limit_(limit), position_(position), next_(position) {}

Result<std::optional<BatchView>> BatchScanner::Next() {
  position_ = next_;
  if (next_ >= limit_) return std::nullopt;
  if (Status filled = Fill(records::kBatchOverhead); !filled) return Forward(std::move(filled));
  if (records::CheckBatchHeader(content()) == records::BatchDefect::kNone) {
    const int64_t size = BatchView(content()).size_in_bytes();
    if (size > kLargestBatch) {
      return Fail(ErrorCode::kCorruptMessage,
                  fmt::format("position {}: a batch of {} bytes", next_, size));
    }
    if (Status filled = Fill(size); !filled) return Forward(std::move(filled));
  }
  Result<BatchView> batch = records::ParseBatch(content(), next_);
  if (!batch) return Forward(std::move(batch));
  next_ += batch->size_in_bytes();
  begin_ += static_cast<size_t>(batch->size_in_bytes());
  return *batch;
}

void BatchScanner::SkipTo(int64_t position) {
  const int64_t ahead = position - next_;
  if (ahead >= 0 && static_cast<size_t>(ahead) <= end_ - begin_) {
    begin_ += static_cast<size_t>(ahead);
  } else {
    begin_ = end_ = 0;
  }
  next_ = position;
}

// Brings so many bytes from next_ on into the buffer, or what there is up to the limit.
Status BatchScanner::Fill(int64_t at_least) {
  const auto wanted = static_cast<size_t>(std::min(at_least, limit_ - next_));
  if (end_ - begin_ >= wanted) return {};
  const size_t capacity = std::max(wanted, kPiece);
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() < capacity) buffer_.resize(capacity);
  const int64_t from = next_ + static_cast<int64_t>(end_);
  const auto length = static_cast<size_t>(
      std::min<int64_t>(static_cast<int64_t>(buffer_.size() - end_), limit_ - from));
  Result<size_t> read = file_->ReadAt(from, MutableBytes(buffer_).subspan(end_, length));
  if (!read) return Forward(std::move(read));
  end_ += *read;
  return {};
}

HeaderScanner::Window::Window(std::shared_ptr<const ReadableFile> file, int64_t limit)
    : file_(std::move(file)), limit_(limit), bytes_(kWindow) {}

Result<size_t> HeaderScanner::Window::ReadAt(int64_t position, MutableBytes out) const {
  const auto end = static_cast<int64_t>(out.size()) + position;
  if (position < begin_ || end > begin_ + static_cast<int64_t>(size_)) {
    const int64_t wanted = std::clamp<int64_t>(limit_ - position, 0, kWindow);
    size_ = 0;
    Result<size_t> read =
        file_->ReadAt(position, MutableBytes(bytes_).first(static_cast<size_t>(wanted)));
    if (!read) return read;
    begin_ = position;
    size_ = *read;
  }
  const size_t at = static_cast<size_t>(position - begin_);
  const size_t length = std::min(out.size(), size_ - at);
  std::memcpy(out.data(), bytes_.data() + at, length);
  return length;
}

HeaderScanner::HeaderScanner(std::shared_ptr<const ReadableFile> file, int64_t position,
                             int64_t limit)
    : window_(std::move(file), limit), limit_(limit), next_(position) {}

Result<std::optional<BatchInfo>> HeaderScanner::Next() {
  if (next_ >= limit_) return std::nullopt;
  Result<BatchInfo> info = ReadBatchInfo(window_, next_, limit_);
  if (!info) return Forward(std::move(info));
  next_ = info->end_position();
  return *info;
}

}  // namespace monkafka::storage
