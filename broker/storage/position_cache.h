// Remembers where some batches begin, so that consumers at the tail, and those that read on from
// where they stopped, need neither index nor scan. Two small rings, so that appends do not drive
// out what readers left.
//
// Threads: none; the log that owns it guards it.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "common/types.h"

namespace monkafka::storage {

class PositionCache {
 public:
  void NoteAppended(Offset batch_base, Offset segment_base, int64_t position) {
    Put(appended_, batch_base, segment_base, position);
  }
  void NoteRead(Offset next_batch_base, Offset segment_base, int64_t position) {
    Put(read_, next_batch_base, segment_base, position);
  }
  // The position in the segment of the batch that begins with the offset.
  std::optional<int64_t> Find(Offset batch_base, Offset segment_base) const {
    for (const Ring* ring : {appended_.get(), read_.get()}) {
      if (ring == nullptr) continue;
      for (const Entry& entry : ring->entries) {
        if (entry.offset == batch_base && entry.segment_base == segment_base) return entry.position;
      }
    }
    return std::nullopt;
  }
  void Clear() {
    appended_.reset();
    read_.reset();
  }

 private:
  static constexpr size_t kEntries = 16;
  struct Entry {
    Offset offset = kNoOffset;
    Offset segment_base = kNoOffset;
    int64_t position = 0;
  };
  struct Ring {
    std::array<Entry, kEntries> entries;
    size_t next = 0;
  };

  static void Put(std::unique_ptr<Ring>& ring, Offset offset, Offset segment_base,
                  int64_t position) {
    if (!ring) ring = std::make_unique<Ring>();  // most partitions are idle
    ring->entries[ring->next] = {offset, segment_base, position};
    ring->next = (ring->next + 1) % kEntries;
  }

  std::unique_ptr<Ring> appended_;
  std::unique_ptr<Ring> read_;
};

}  // namespace monkafka::storage
