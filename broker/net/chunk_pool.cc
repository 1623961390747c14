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

ChunkPool::Block ChunkPool::BorrowBlock(size_t size) {
  if (IsKept(size)) {
    MutexLock lock(mutex_);
    for (auto kept = kept_blocks_.end(); kept != kept_blocks_.begin();) {
      --kept;
      if (kept->size < size || kept->size >= 2 * size) continue;
      Block block = std::move(*kept);
      kept_blocks_.erase(kept);
      return block;
    }
  }
  // Rounded, so that requests of about the same size can follow each other in it.
  constexpr size_t kStep = kSmallestBlockKept;
  if (IsKept(size)) size = (size + kStep - 1) / kStep * kStep;
  Block block{std::unique_ptr<uint8_t[]>(new (std::nothrow) uint8_t[size]), size};
  return block;
}

void ChunkPool::TakeBack(Block block) {
  if (!IsKept(block.size)) return;
  Block freed;  // after the lock: the one that has lain there for the longest
  MutexLock lock(mutex_);
  if (kept_blocks_.size() == kBlocksKept) {
    freed = std::move(kept_blocks_.front());
    kept_blocks_.erase(kept_blocks_.begin());
  }
  kept_blocks_.push_back(std::move(block));
}

void ChunkPool::Trim() {
  std::vector<std::unique_ptr<uint8_t[]>> freed;
  std::vector<Block> freed_blocks;
  MutexLock lock(mutex_);
  freed.swap(kept_);
  freed_blocks.swap(kept_blocks_);
}

std::shared_ptr<RequestBuffer> RequestBuffer::Make(std::shared_ptr<ChunkPool> pool,
                                                   size_t capacity) {
  auto buffer = std::make_shared<RequestBuffer>(Private(), std::move(pool), capacity);
  if (buffer->data() == nullptr) return nullptr;
  buffer->ChargeFor(0);
  return buffer;
}

RequestBuffer::RequestBuffer(Private, std::shared_ptr<ChunkPool> pool, size_t capacity)
    : pool_(std::move(pool)),
      capacity_(capacity),
      block_(IsSmall() ? ChunkPool::Block{} : pool_->BorrowBlock(capacity)) {}

RequestBuffer::~RequestBuffer() {
  ReceiveMemory& memory = pool_->memory();
  if (block_.bytes) pool_->TakeBack(std::move(block_));
  memory.Release(static_cast<int64_t>(charged_));
}

void RequestBuffer::ChargeFor(size_t bytes) {
  const size_t whole_pages = (bytes / kHugePage + 1) * kHugePage;
  const size_t due = std::min(whole_pages, std::max(capacity_, block_.size));
  if (due <= charged_) return;
  pool_->memory().Charge(static_cast<int64_t>(due - charged_));
  charged_ = due;
}

}  // namespace monkafka::net
