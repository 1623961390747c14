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

// Brings the range into the page cache and starts reading the next as much; waits for the disk.
// `scratch` is overwritten.
Status FetchIntoCache(const ReadableFile& file, int64_t position, int64_t length,
                      MutableBytes scratch);

}  // namespace monkafka::net
