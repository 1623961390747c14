#include "net/file_reading.h"

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace monkafka::net {
namespace {

constexpr int64_t kSampleEvery = 64 * 1024;

bool LooksCachedAt(int file, int64_t position) {
  uint8_t byte = 0;
  const iovec range{&byte, 1};
  return preadv2(file, &range, 1, position, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

}  // namespace

bool LooksCached(int file, int64_t position, int64_t length) {
  for (int64_t offset = 0; offset < length; offset += kSampleEvery) {
    if (!LooksCachedAt(file, position + offset)) return false;
  }
  return LooksCachedAt(file, position + length - 1);
}

Status FetchIntoCache(const ReadableFile& file, int64_t position, int64_t length,
                      MutableBytes scratch) {
  posix_fadvise(file.descriptor(), position, 2 * length, POSIX_FADV_WILLNEED);
  const int64_t end = position + length;
  while (position < end) {
    const auto step = std::min(static_cast<size_t>(end - position), scratch.size());
    Result<size_t> read = file.ReadAt(position, scratch.first(step));
    if (!read) return Forward(std::move(read));
    if (*read == 0) return {};  // shorter than asked for: sending finds out
    position += static_cast<int64_t>(*read);
  }
  return {};
}

}  // namespace monkafka::net
