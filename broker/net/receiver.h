// Cuts whole requests out of the bytes that one connection sends.
//
//   offset  size  field
//        0     4  size of the request, big-endian, not counting these four bytes
//        4  size  the request
//
// (Kafka protocol guide, "Protocol Primitives" and "Common Request and Response Structure")
//
// Bytes are read into a pooled chunk, so that pipelined requests arrive together. A request that is
// whole in the chunk becomes a Frame that views it and keeps it alive. One that does not fit in
// what is left of the chunk is assembled in a buffer of its own size; the part that came already is
// moved there. Small requests, and those the options name, are copied out: they may wait for
// seconds (Fetch, JoinGroup) and must not keep a whole chunk for that.
//
// A connection that is idle holds no buffer. What a peer can make us hold follows from what it has
// sent, not from what it claims: a chunk is kept over a wait only by who has sent more than 16 KB
// of an unfinished request, and more than 64 KB is allocated only for who has sent 64 KB.
//
// No sockets here. Used by one thread; the Frames may be used and dropped by any.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "common/bytes.h"
#include "net/chunk_pool.h"
#include "net/receive_memory.h"

namespace monkafka::net {

class Receiver {
 public:
  enum class Cut {
    kFrame,      // a whole request
    kMore,       // no whole request is there yet: read on
    kBadLength,  // the peer does not speak the protocol; nothing more can be cut
    kNoMemory,   // the system refused the memory for the request
  };

  // `copy_out` may be empty.
  Receiver(std::shared_ptr<ChunkPool> pool, std::shared_ptr<ReceiveMemory> memory,
           int32_t max_request_bytes, const std::function<bool(Bytes)>& copy_out);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Where the next bytes go: fills up to two ranges and returns how many, 0 when the receive memory
  // is used up: when it may have room again, Next and then this may be called again. Only after
  // Next has returned kMore.
  int Prepare(std::array<iovec, 2>& space);
  // So many bytes were written to the prepared space, from its start.
  void Received(size_t bytes);
  // The next whole request.
  Cut Next(Frame& frame);
  // Nothing more will be read for a while: gives back what need not be held. Only after Next has
  // returned kMore.
  void Park();

  // Drops everything; the receiver is as new.
  void Clear();

  bool holds_memory() const { return chunk_ != nullptr || assembly_ != nullptr; }
  // A request that does not fit into a chunk has begun: the overdraft would let it go on.
  bool could_overdraft() const { return assembly_ != nullptr || awaits_room_; }
  // A request larger than a chunk was the last, and nothing of another one has been received: the
  // next read would begin one, as like as not of the same size.
  bool between_large() const { return behind_large_ && !assembly_ && available() == 0; }
  // The length that Next refused with kBadLength.
  int32_t bad_length() const { return bad_length_; }

 private:
  size_t available() const { return end_ - begin_; }
  int32_t LengthAtBegin() const;
  void EnsureChunk();
  Cut NextAssembled(Frame& frame);
  Cut CutFromChunk(size_t size, Frame& frame);
  // Also gives the chunk back. False: the system refused the memory, and nothing has changed.
  bool MoveToAssembly(size_t size);
  bool GrowAssembly();
  void CarryPartOfLength();
  void DropChunk();
  bool MayReceive();
  Cut AwaitRoom();
  void EndOverdraft();

  const std::shared_ptr<ChunkPool> pool_;
  const std::shared_ptr<ReceiveMemory> memory_;
  const std::function<bool(Bytes)>& copy_out_;
  const int32_t max_request_bytes_;
  int32_t bad_length_ = 0;

  // Received and not cut yet: chunk_[begin_, end_). Empty while a request is assembled.
  std::shared_ptr<uint8_t[]> chunk_;
  size_t begin_ = 0;
  size_t end_ = 0;

  // The one request that did not fit: assembled_ of its assembly_size_ bytes are there.
  std::shared_ptr<RequestBuffer> assembly_;
  size_t assembly_size_ = 0;
  size_t assembled_ = 0;

  // The first bytes of a length whose rest has not come, while no chunk is held.
  std::array<uint8_t, 3> carried_{};
  uint8_t carried_size_ = 0;

  bool behind_large_ = false;  // the last request was larger than a chunk
  bool overdraft_ = false;     // held in memory_
  // What has come cannot be moved to where the rest would follow it, for want of receive memory.
  bool awaits_room_ = false;
};

}  // namespace monkafka::net
