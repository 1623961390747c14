// The replies of one connection, sent in the order of its requests.
//
// A request takes a place when it is dispatched; its reply may come in any order. What can be sent
// is the unbroken run of answered places at the front, seen as one stream of bytes:
//
//   offset  size  field
//        0     4  size of the reply, big-endian, not counting these four bytes
//        4  size  the payload's pieces, in order
//
// No sockets here. Used by one thread.
#pragma once

#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "common/request.h"

namespace monkafka::net {

class ReplyQueue {
 public:
  using Number = uint64_t;

  // A place at the end for a request that is being dispatched.
  Number Add();
  // The reply to that request, once. False: it cannot be sent, as no length could express it; the
  // connection is closed in its place.
  bool Set(Number number, Reply reply);

  enum class Front {
    kNothing,  // nothing can be sent now
    kMemory,   // see Gather
    kFile,     // see file and file_offset
    kClose,    // everything before it was sent
  };
  // Drops the places at the front that need no bytes, so it may change the other answers.
  Front Look();

  // With kMemory: the memory at the front, up to a file or the number of ranges. `more` is set when
  // bytes that can be sent follow it.
  size_t Gather(std::span<iovec> ranges, bool& more) const;
  // With kFile: the piece, and how much of it was sent.
  const FilePiece& file() const;
  int64_t file_offset() const { return offset_; }
  // With kFile: the next bytes of the file, now in memory, are sent instead.
  void ReplaceFile(MemoryPiece read);
  // So many bytes from the front were sent.
  void Advance(int64_t bytes);

  // The longest pause that the replies sent since the last call asked for.
  std::chrono::milliseconds TakeThrottle();

  bool empty() const { return places_.empty(); }
  // Requests whose reply has not been sent wholly.
  size_t size() const { return places_.size(); }
  // Requests without a reply yet.
  size_t unanswered() const { return unanswered_; }
  // Memory held by replies that are not sent yet.
  int64_t memory_bytes() const { return memory_bytes_; }

  void Clear();

 private:
  static constexpr int64_t kPrefixBytes = 4;

  struct Place {
    Reply reply;
    std::array<uint8_t, 4> prefix{};
    bool answered = false;
  };

  void PopFront();

  std::deque<Place> places_;
  Number first_ = 0;  // number of places_.front()
  size_t unanswered_ = 0;
  int64_t memory_bytes_ = 0;
  std::chrono::milliseconds throttle_{0};

  // The first place: offset_ bytes of its prefix, or of its piece number piece_, were sent.
  bool in_prefix_ = true;
  size_t piece_ = 0;
  int64_t offset_ = 0;
};

}  // namespace monkafka::net
