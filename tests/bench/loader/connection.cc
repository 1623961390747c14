#include "bench/loader/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "common/endian.h"

namespace monkafka::bench {
namespace {

constexpr size_t kFramesPerWrite = 64;

}  // namespace

void Die(const std::string& why) {
  std::fprintf(stderr, "bench_loader: %s\n", why.c_str());
  std::exit(1);
}

void Check(bool succeeded, const char* call) {
  if (!succeeded) Die(std::string(call) + ": " + std::strerror(errno));
}

Connection::Connection(int port, size_t buffer_bytes) : buffer_(buffer_bytes) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket_ < 0 || connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Die(std::string("connect: ") + std::strerror(errno));
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(socket_, F_SETFL, O_NONBLOCK);
}

Connection::~Connection() { close(socket_); }

bool Connection::Flush() {
  while (!queue_.empty()) {
    std::array<iovec, kFramesPerWrite> pieces;
    const size_t count = std::min(queue_.size(), pieces.size());
    for (size_t i = 0; i < count; ++i) {
      const Bytes rest = i == 0 ? queue_[0].subspan(sent_of_first_) : queue_[i];
      pieces[i] = {const_cast<uint8_t*>(rest.data()), rest.size()};
    }
    ssize_t sent = writev(socket_, pieces.data(), static_cast<int>(count));
    if (sent < 0 && errno == EAGAIN) return false;
    if (sent < 0) Die(std::string("send: ") + std::strerror(errno));
    size_t done = 0;
    sent += static_cast<ssize_t>(sent_of_first_);
    while (done < queue_.size() && sent >= static_cast<ssize_t>(queue_[done].size())) {
      sent -= static_cast<ssize_t>(queue_[done++].size());
    }
    sent_of_first_ = static_cast<size_t>(sent);
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(done));
  }
  return true;
}

std::optional<MutableBytes> Connection::Receive() {
  const size_t have = filled_ - taken_;
  if (have < 4) return std::nullopt;
  const size_t size = LoadBig<uint32_t>(buffer_.data() + taken_);
  if (have < 4 + size) {
    // Room for the whole frame, from the buffer's start.
    std::memmove(buffer_.data(), buffer_.data() + taken_, have);
    taken_ = 0;
    filled_ = have;
    if (buffer_.size() < 4 + size) buffer_.resize(4 + size);
    return std::nullopt;
  }
  const MutableBytes frame(buffer_.data() + taken_ + 4, size);
  taken_ += 4 + size;
  return frame;
}

bool Connection::ReadSome() {
  if (taken_ == filled_) taken_ = filled_ = 0;
  if (filled_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + taken_, filled_ - taken_);
    filled_ -= taken_;
    taken_ = 0;
  }
  const ssize_t got = recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
  if (got < 0 && errno == EAGAIN) return false;
  if (got < 0) Die(std::string("recv: ") + std::strerror(errno));
  if (got == 0) Die("the broker closed a connection");
  filled_ += static_cast<size_t>(got);
  return true;
}

MutableBytes Connection::Exchange(Bytes frame) {
  Queue(frame);
  pollfd ready{socket_, POLLOUT, 0};
  while (!Flush()) poll(&ready, 1, -1);
  ready.events = POLLIN;
  for (;;) {
    if (auto answer = Receive()) return *answer;
    if (!ReadSome()) poll(&ready, 1, -1);
  }
}

}  // namespace monkafka::bench
