#include "wire/allocation_watch.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace monkafka::wire {
namespace {

thread_local size_t largest = 0;

}  // namespace

size_t LargestAllocation() { return largest; }
void ResetLargestAllocation() { largest = 0; }

void* WatchedAllocation(size_t size) {
  largest = std::max(largest, size);
  if (void* memory = std::malloc(std::max<size_t>(size, 1))) return memory;
  std::abort();
}

}  // namespace monkafka::wire

#ifndef MONKAFKA_SANITIZED
// The other forms (arrays, nothrow, sized) of the standard library end in these two.
void* operator new(size_t size) { return monkafka::wire::WatchedAllocation(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
#endif
