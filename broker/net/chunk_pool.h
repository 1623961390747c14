// The memory that requests are received into.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/bytes.h"
#include "common/mutex.h"
#include "net/receive_memory.h"

namespace monkafka::net {

// What one read asks for. Large enough that pipelined requests arrive in one system call, small
// enough to stay in the second-level cache until the handler has read it.
inline constexpr size_t kChunkBytes = 256 * 1024;

// Lends chunks of kChunkBytes, and the memory of larger requests, and keeps a little of what came
// back: the last first, as it is still in the cache. A chunk is charged to the receive memory while
// it is lent. Safe from any thread; what is lent may outlive everything but keeps the pool alive.
class ChunkPool : public std::enable_shared_from_this<ChunkPool> {
 public:
  explicit ChunkPool(std::shared_ptr<ReceiveMemory> memory) : memory_(std::move(memory)) {}

  std::shared_ptr<uint8_t[]> Borrow();

  struct Block {
    std::unique_ptr<uint8_t[]> bytes;  // null: the system has no memory for it
    size_t size = 0;
  };
  // At least so many bytes, less than twice as many; the borrower charges them and brings them
  // back.
  Block BorrowBlock(size_t size);
  void TakeBack(Block block);

  // Frees what lies unused, so that a broker that was busy once does not stay large.
  void Trim();

  ReceiveMemory& memory() { return *memory_; }

 private:
  static constexpr size_t kKept = 8;
  // The allocator keeps smaller blocks well enough; of these it gives out a different one each
  // time, so that the requests of a few connections would go through more memory than the cache
  // holds.
  static constexpr size_t kSmallestBlockKept = 64 * 1024;
  static constexpr size_t kLargestBlockKept = 2 * 1024 * 1024;
  static constexpr size_t kBlocksKept = 2;

  static bool IsKept(size_t block) {
    return block > kSmallestBlockKept && block <= kLargestBlockKept;
  }
  void TakeBack(std::unique_ptr<uint8_t[]> chunk);

  const std::shared_ptr<ReceiveMemory> memory_;
  Mutex mutex_;
  std::vector<std::unique_ptr<uint8_t[]>> kept_ GUARDED_BY(mutex_);
  std::vector<Block> kept_blocks_ GUARDED_BY(mutex_);
};

// A buffer for one request, charged to the receive memory for as long as it lives: wholly when it
// is below 2 MB, else in steps of 2 MB as bytes arrive. The system gives such an allocation its
// pages when they are first written, 2 MB at a time where it uses huge pages. Small requests, which
// may come by the ten thousand a second, take one allocation. Used by one thread at a time.
class RequestBuffer {
  struct Private {  // for make_shared and nobody else
    explicit Private() = default;
  };

 public:
  // Null when the system has no memory for it.
  static std::shared_ptr<RequestBuffer> Make(std::shared_ptr<ChunkPool> pool, size_t capacity);
  RequestBuffer(Private, std::shared_ptr<ChunkPool> pool, size_t capacity);
  ~RequestBuffer();
  RequestBuffer(const RequestBuffer&) = delete;
  RequestBuffer& operator=(const RequestBuffer&) = delete;

  uint8_t* data() { return IsSmall() ? small_.data() : block_.bytes.get(); }
  size_t capacity() const { return capacity_; }
  MutableBytes bytes() { return {data(), capacity_}; }
  // The first `bytes` bytes have been, or are about to be, written.
  void ChargeFor(size_t bytes);

 private:
  static constexpr size_t kSmall = 256;

  bool IsSmall() const { return capacity_ <= kSmall; }

  const std::shared_ptr<ChunkPool> pool_;
  const size_t capacity_;
  ChunkPool::Block block_;  // unless it is small
  size_t charged_ = 0;
  std::array<uint8_t, kSmall> small_;
};

}  // namespace monkafka::net
