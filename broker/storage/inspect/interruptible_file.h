// A file whose reads can be called off: everything that takes a ReadableFile then honours deadlines
// and cancellation before each disk read, without knowing of them.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "common/bytes.h"
#include "storage/file_system.h"

namespace monkafka::storage {

// What a read answers once it was called off: REQUEST_TIMED_OUT. No other file does.
inline bool IsInterruption(const Error& error) { return error.code == ErrorCode::kRequestTimedOut; }
inline Error Interruption() { return {ErrorCode::kRequestTimedOut, "called off"}; }

class InterruptibleFile final : public ReadableFile {
 public:
  InterruptibleFile(std::shared_ptr<const ReadableFile> file, std::stop_token stop)
      : file_(std::move(file)), stop_(std::move(stop)) {}

  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    if (stop_.stop_requested()) return std::unexpected(Interruption());
    return file_->ReadAt(position, out);
  }

 private:
  const std::shared_ptr<const ReadableFile> file_;
  const std::stop_token stop_;
};

// Opens read-only; nothing in the directory is changed, not even access times matter.
inline Result<std::shared_ptr<const ReadableFile>> OpenInterruptible(FileSystem& file_system,
                                                                     const std::string& path,
                                                                     const std::stop_token& stop) {
  Result<std::shared_ptr<File>> file = file_system.Open(path, OpenMode::kRead);
  if (!file) return Forward(std::move(file));
  return std::make_shared<InterruptibleFile>(*std::move(file), stop);
}

}  // namespace monkafka::storage
