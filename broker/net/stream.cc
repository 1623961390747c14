#include "net/stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <cerrno>

namespace monkafka::net {
namespace {

template <class Call>
IoResult Repeat(Call call) {
  using State = IoResult::State;
  for (;;) {
    const ssize_t n = call();
    if (n > 0) return {State::kDone, static_cast<size_t>(n), 0};
    if (n == 0) return {State::kEnd, 0, 0};
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::kWouldBlock, 0, 0};
    return {State::kFailed, 0, errno};
  }
}

msghdr MessageOf(std::span<const iovec> ranges) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(ranges.data());
  message.msg_iovlen = ranges.size();
  return message;
}

}  // namespace

bool Stream::Open(UniqueFd socket) {
  boost::system::error_code error;
  descriptor_.assign(socket.get(), error);
  if (error) return false;
  socket.Release();
  return true;
}

IoResult Stream::Read(std::span<const iovec> ranges) {
  if (ranges.size() == 1) {  // the kernel need not fetch a list
    const iovec& range = ranges.front();
    return Repeat(
        [&] { return recv(descriptor_.native_handle(), range.iov_base, range.iov_len, 0); });
  }
  msghdr message = MessageOf(ranges);
  return Repeat([&] { return recvmsg(descriptor_.native_handle(), &message, 0); });
}

IoResult Stream::Write(std::span<const iovec> ranges, bool more) {
  const msghdr message = MessageOf(ranges);
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  return Repeat([&] { return sendmsg(descriptor_.native_handle(), &message, flags); });
}

IoResult Stream::SendFile(int file, int64_t position, size_t length) {
  off_t offset = position;
  return Repeat([&] { return sendfile(descriptor_.native_handle(), file, &offset, length); });
}

void Stream::ShutdownWrite() { shutdown(descriptor_.native_handle(), SHUT_WR); }

int Stream::unacknowledged() const {
  int bytes = 0;
  return ioctl(descriptor_.native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void Stream::Close() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace monkafka::net
