// One connected socket: non-blocking reads and writes, and waiting until they can go on.
//
// This is the seam for TLS: the session speaks to its peer through these calls alone, and plain TCP
// is the one form now. A stream that cannot hand files to the kernel says so in sends_files; the
// session then has them read into memory.
//
// Used by one network thread, or who stands in for it. After Close, and after destruction, no
// handler of a wait does anything.
#pragma once

#include <sys/uio.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "common/result.h"
#include "common/unique_fd.h"

namespace monkafka::net {

struct IoResult {
  enum class State { kDone, kWouldBlock, kEnd, kFailed };
  State state = State::kDone;
  size_t bytes = 0;  // kDone
  int error = 0;     // kFailed: errno
};

class Stream {
 public:
  explicit Stream(boost::asio::io_context& io) : descriptor_(io) {}

  // Takes the socket over; false when the reactor cannot watch it.
  bool Open(UniqueFd socket);

  // kEnd: the peer has shut down its side.
  IoResult Read(std::span<const iovec> ranges);
  // `more`: other bytes follow at once, so the last packet need not leave yet.
  IoResult Write(std::span<const iovec> ranges, bool more);

  bool sends_files() const { return true; }
  // kEnd: the file is shorter than asked for.
  IoResult SendFile(int file, int64_t position, size_t length);

  // Calls the handler once when Read (Write) is worth calling. One wait of each kind at a time.
  template <class Handler>
  void WaitReadable(Handler handler) {
    Wait(Descriptor::wait_read, std::move(handler));
  }
  template <class Handler>
  void WaitWritable(Handler handler) {
    Wait(Descriptor::wait_write, std::move(handler));
  }

  void ShutdownWrite();
  // Sent bytes that the peer has not acknowledged.
  int unacknowledged() const;
  void Close();

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;

  template <class Handler>
  void Wait(Descriptor::wait_type type, Handler handler) {
    descriptor_.async_wait(
        type, [handler = std::move(handler)](const boost::system::error_code& error) mutable {
          if (error != boost::asio::error::operation_aborted) handler();
        });
  }

  // Asio's reactor tells when; the system calls are made here, as Asio's own cannot gather from a
  // file or keep SIGPIPE away.
  mutable Descriptor descriptor_;
};

}  // namespace monkafka::net
