// Reading pieces of files without making a network thread wait for a disk.
#pragma once

#include <cstdint>

#include "common/bytes.h"
#include "common/result.h"

namespace monkafka::net {

// Whether the range is in the page cache: cachestat(2) says it of every page, kernels before 6.5 of
// a sample every 64 KB. Also true where the file system cannot say (it has no RWF_NOWAIT): then
// sending may wait for the disk.
bool LooksCached(int file, int64_t position, int64_t length);

int64_t FileSize(int file);

// Starts bringing the range into the page cache. It may wait until the disk takes the requests, not
// until it has answered them.
void StartFetching(const ReadableFile& file, int64_t position, int64_t length);

// Waits until the range, and whatever of it is being read already, is in the page cache. Copies
// nothing.
Status FetchIntoCache(const ReadableFile& file, int64_t position, int64_t length);

}  // namespace monkafka::net
