// Counts what this process allocates and copies, all libraries included: linking counted_calls.cc
// into a program replaces operator new and delete, memcpy, memmove and pread.
//
// Copies of a few bytes that the compiler makes without a call are not seen; neither are those that
// the kernel makes. Calls of the thread that tests are not counted once it has said so.
//
// Threads: any.
#pragma once

#include <cstdint>

namespace monkafka::app {

struct CountedCalls {
  int64_t allocations = 0;      // by any form of new
  int64_t deallocations = 0;    // by any form of delete
  int64_t copied_bytes = 0;     // by memcpy and memmove
  int64_t largest_copy = 0;     // bytes
  int64_t file_read_bytes = 0;  // by pread
};

// What was counted since the last call; counting goes on from nothing.
CountedCalls TakeCountedCalls();

void DoNotCountThisThread();

}  // namespace monkafka::app
