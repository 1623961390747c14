#include "unit/app/counted_calls.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace monkafka::app {
namespace {

std::atomic<int64_t> allocations = 0;
std::atomic<int64_t> deallocations = 0;
std::atomic<int64_t> copied_bytes = 0;
std::atomic<int64_t> largest_copy = 0;
std::atomic<int64_t> file_read_bytes = 0;
thread_local bool is_counted = true;

void Add(std::atomic<int64_t>& counter, int64_t n) {
  if (is_counted) counter.fetch_add(n, std::memory_order_relaxed);
}

void AddCopy(size_t size) {
  if (!is_counted) return;
  const auto bytes = static_cast<int64_t>(size);
  copied_bytes.fetch_add(bytes, std::memory_order_relaxed);
  int64_t largest = largest_copy.load(std::memory_order_relaxed);
  while (largest < bytes && !largest_copy.compare_exchange_weak(largest, bytes)) {
  }
}

// The function that this program's own one hides.
template <class Function>
Function* Hidden(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

CountedCalls TakeCountedCalls() {
  return {allocations.exchange(0), deallocations.exchange(0), copied_bytes.exchange(0),
          largest_copy.exchange(0), file_read_bytes.exchange(0)};
}

void DoNotCountThisThread() { is_counted = false; }

}  // namespace monkafka::app

// The library's other forms (arrays, nothrow) call these.

void* operator new(size_t size) {
  monkafka::app::Add(monkafka::app::allocations, 1);
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

void* operator new(size_t size, std::align_val_t alignment) {
  monkafka::app::Add(monkafka::app::allocations, 1);
  const auto boundary = static_cast<size_t>(alignment);
  if (void* memory = std::aligned_alloc(boundary, (size + boundary - 1) / boundary * boundary)) {
    return memory;
  }
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) monkafka::app::Add(monkafka::app::deallocations, 1);
  std::free(memory);
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { operator delete(memory); }

extern "C" {

void* memcpy(void* to, const void* from, size_t size) noexcept {
  static auto* const real = monkafka::app::Hidden<decltype(memcpy)>("memcpy");
  monkafka::app::AddCopy(size);
  return real(to, from, size);
}

void* memmove(void* to, const void* from, size_t size) noexcept {
  static auto* const real = monkafka::app::Hidden<decltype(memmove)>("memmove");
  monkafka::app::AddCopy(size);
  return real(to, from, size);
}

ssize_t pread(int file, void* to, size_t size, off_t position) {
  static auto* const real = monkafka::app::Hidden<decltype(pread)>("pread");
  const ssize_t got = real(file, to, size, position);
  if (got > 0) monkafka::app::Add(monkafka::app::file_read_bytes, got);
  return got;
}

}  // extern "C"
