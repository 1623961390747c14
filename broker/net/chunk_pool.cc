#include "net/chunk_pool.h"

#include <algorithm>
#include <new>
#include <utility>

namespace monkafka::net {
namespace {

constexpr size_t kHugePage = 2 * 1024 * 1024;

}  // namespace

std::shared_ptr<uint8_t[]> ChunkPool::Borrow() {
  std::unique_ptr<uint8_t[]> chunk;
  {
    MutexLock lock(mutex_);
    if (!kept_.empty()) {
      chunk = std::move(kept_.back());
      kept_.pop_back();
    }
  }
  if (!chunk) chunk = std::make_unique_for_overwrite<uint8_t[]>(kChunkBytes);
  memory_->Charge(kChunkBytes);
  return {chunk.release(), [pool = shared_from_this()](uint8_t* bytes) {
            pool->TakeBack(std::unique_ptr<uint8_t[]>(bytes));
          }};
}

void ChunkPool::TakeBack(std::unique_ptr<uint8_t[]> chunk) {
  {
    MutexLock lock(mutex_);
    if (kept_.size() < kKept) kept_.push_back(std::move(chunk));
  }
  memory_->Release(kChunkBytes);
}

void ChunkPool::Trim() {
  std::vector<std::unique_ptr<uint8_t[]>> freed;
  MutexLock lock(mutex_);
  freed.swap(kept_);
}

std::shared_ptr<RequestBuffer> RequestBuffer::Make(std::shared_ptr<ReceiveMemory> memory,
                                                   size_t capacity) {
  std::unique_ptr<uint8_t[]> bytes(new (std::nothrow) uint8_t[capacity]);
  if (!bytes) return nullptr;
  return std::shared_ptr<RequestBuffer>(
      new RequestBuffer(std::move(memory), std::move(bytes), capacity));
}

RequestBuffer::RequestBuffer(std::shared_ptr<ReceiveMemory> memory,
                             std::unique_ptr<uint8_t[]> bytes, size_t capacity)
    : memory_(std::move(memory)), bytes_(std::move(bytes)), capacity_(capacity) {
  ChargeFor(0);
}

RequestBuffer::~RequestBuffer() { memory_->Release(static_cast<int64_t>(charged_)); }

void RequestBuffer::ChargeFor(size_t bytes) {
  const size_t whole_pages = (bytes / kHugePage + 1) * kHugePage;
  const size_t due = std::min(whole_pages, capacity_);
  if (due <= charged_) return;
  memory_->Charge(static_cast<int64_t>(due - charged_));
  charged_ = due;
}

}  // namespace monkafka::net
