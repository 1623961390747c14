// The memory that requests are received into.
#pragma once

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

// Lends chunks of kChunkBytes and keeps a few that came back: the last one first, as it is still in
// the cache. A chunk is charged to the receive memory while it is lent. Safe from any thread; a
// chunk may outlive everything but keeps the pool alive.
class ChunkPool : public std::enable_shared_from_this<ChunkPool> {
 public:
  explicit ChunkPool(std::shared_ptr<ReceiveMemory> memory) : memory_(std::move(memory)) {}

  std::shared_ptr<uint8_t[]> Borrow();
  // Frees what lies unused, so that a broker that was busy once does not stay large.
  void Trim();

 private:
  static constexpr size_t kKept = 8;

  void TakeBack(std::unique_ptr<uint8_t[]> chunk);

  const std::shared_ptr<ReceiveMemory> memory_;
  Mutex mutex_;
  std::vector<std::unique_ptr<uint8_t[]>> kept_ GUARDED_BY(mutex_);
};

// A buffer for one request, charged to the receive memory for as long as it lives: wholly when it
// is below 2 MB, else in steps of 2 MB as bytes arrive. The system gives such an allocation its
// pages when they are first written, 2 MB at a time where it uses huge pages. Used by one thread at
// a time.
class RequestBuffer {
 public:
  // Null when the system has no memory for it.
  static std::shared_ptr<RequestBuffer> Make(std::shared_ptr<ReceiveMemory> memory,
                                             size_t capacity);
  ~RequestBuffer();
  RequestBuffer(const RequestBuffer&) = delete;
  RequestBuffer& operator=(const RequestBuffer&) = delete;

  uint8_t* data() { return bytes_.get(); }
  size_t capacity() const { return capacity_; }
  MutableBytes bytes() { return {bytes_.get(), capacity_}; }
  // The first `bytes` bytes have been, or are about to be, written.
  void ChargeFor(size_t bytes);

 private:
  RequestBuffer(std::shared_ptr<ReceiveMemory> memory, std::unique_ptr<uint8_t[]> bytes,
                size_t capacity);

  const std::shared_ptr<ReceiveMemory> memory_;
  const std::unique_ptr<uint8_t[]> bytes_;
  const size_t capacity_;
  size_t charged_ = 0;
};

}  // namespace monkafka::net
