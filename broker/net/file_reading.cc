#include "net/file_reading.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace monkafka::net {
namespace {

constexpr int64_t kSampleEvery = 64 * 1024;

bool IsCachedAt(int file, int64_t position) {
  uint8_t byte = 0;
  const iovec range{&byte, 1};
  return preadv2(file, &range, 1, position, RWF_NOWAIT) >= 0 || errno != EAGAIN;
}

bool SamplesAreCached(int file, int64_t position, int64_t length) {
  for (int64_t offset = 0; offset < length; offset += kSampleEvery) {
    if (!IsCachedAt(file, position + offset)) return false;
  }
  return true;
}

// How many pages of the range the page cache has, also those that are still being read into it;
// nullopt where the system cannot say. cachestat(2) is younger than the C library's header.
std::optional<uint64_t> CachedPages(int file, int64_t position, int64_t length) {
  constexpr long kCachestat = 451;  // the same number on every architecture
  const struct {
    uint64_t offset, length;
  } range{static_cast<uint64_t>(position), static_cast<uint64_t>(length)};
  struct {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
  } pages{};
  if (syscall(kCachestat, file, &range, &pages, 0U) != 0) return std::nullopt;
  return pages.cached;
}

// Where a file system cannot send, and for what its error is.
Status ReadThrough(const ReadableFile& file, int64_t position, int64_t end) {
  constexpr size_t kStep = 64 * 1024;
  const auto scratch = std::make_unique_for_overwrite<uint8_t[]>(kStep);
  while (position < end) {
    const auto step = std::min(static_cast<size_t>(end - position), kStep);
    Result<size_t> read = file.ReadAt(position, {scratch.get(), step});
    if (!read) return Forward(std::move(read));
    if (*read == 0) return {};
    position += static_cast<int64_t>(*read);
  }
  return {};
}

// -1: cannot be had, or is something else here, as in a container that was put together badly.
int OpenNowhere() {
  const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || (fstat(file, &status) == 0 && S_ISCHR(status.st_mode))) return file;
  close(file);
  return -1;
}

}  // namespace

bool LooksCached(int file, int64_t position, int64_t length) {
  static const auto kPage = static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  const int64_t last = position + length - 1;
  const std::optional<uint64_t> cached = CachedPages(file, position, length);
  if (!cached) return SamplesAreCached(file, position, length) && IsCachedAt(file, last);
  const int64_t pages = last / kPage - position / kPage + 1;
  // A range that is being read arrives in order, mostly.
  return *cached >= static_cast<uint64_t>(pages) && IsCachedAt(file, last);
}

int64_t FileSize(int file) {
  struct stat status{};
  return fstat(file, &status) == 0 ? status.st_size : 0;
}

// In pieces: the kernel leaves out what of a larger one the device does not take at once, and
// others may have the core in between.
void StartFetching(const ReadableFile& file, int64_t position, int64_t length) {
  constexpr int64_t kPiece = 128 * 1024;
  for (int64_t done = 0; done < length; done += kPiece) {
    const int64_t piece = std::min(kPiece, length - done);
    posix_fadvise(file.descriptor(), position + done, piece, POSIX_FADV_WILLNEED);
  }
}

// A file that is sent nowhere: its pages are waited for and passed on by reference.
Status FetchIntoCache(const ReadableFile& file, int64_t position, int64_t length) {
  static const int nowhere = OpenNowhere();
  off_t offset = position;
  while (offset < position + length) {
    const auto left = static_cast<size_t>(position + length - offset);
    const ssize_t sent = sendfile(nowhere, file.descriptor(), &offset, left);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return ReadThrough(file, offset, position + length);
    if (sent == 0) return {};  // shorter than asked for: sending finds out
  }
  return {};
}

}  // namespace monkafka::net
