// Telling what a power cut leaves at the end of a log from damage in its middle.
//
// A write that was not synced may be there, not be there, or be there in part: in blocks, in any
// order. What was not written back reads as zeros up to a block's end, or the file is too short.
// Nothing behind such a place was ever durable: one sync covers everything before it. Damage looks
// different: the bytes are there, but wrong.
#pragma once

#include <cstdint>
#include <optional>

#include "common/bytes.h"
#include "common/types.h"

namespace monkafka::storage {

// File systems write back in multiples of this.
inline constexpr int64_t kBlockSize = 512;

// The first whole batch, checksum and all, that begins at or after the position with an offset of
// at least `min_offset`. Looks at every byte.
Result<std::optional<int64_t>> FindWholeBatch(const ReadableFile& file, int64_t position,
                                              int64_t size, Offset min_offset);

// True when some block of [from, to) holds nothing but zeros where a batch with the base offset
// should be. `from` is where the batch should begin; `to` where the next one does, or the end.
Result<bool> HasHole(const ReadableFile& file, int64_t from, int64_t to, Offset base_offset);

}  // namespace monkafka::storage
