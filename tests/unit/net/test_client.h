// A blocking client that speaks the framing. A call that would wait for half a minute fails
// instead.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/unique_fd.h"

namespace monkafka::net {

inline std::string Framed(std::string_view request) {
  const auto size = static_cast<uint32_t>(request.size());
  std::string framed;
  framed.reserve(request.size() + 4);
  for (int shift = 24; shift >= 0; shift -= 8) framed.push_back(static_cast<char>(size >> shift));
  framed += request;
  return framed;
}

// Text of any size whose every part tells where it is.
inline std::string Pattern(size_t size, unsigned seed = 1) {
  std::string text(size, '\0');
  uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
  for (char& c : text) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    c = static_cast<char>(state >> 56);
  }
  return text;
}

class TestClient {
 public:
  TestClient() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_TRUE(fd_.valid()) << std::strerror(errno);
    const timeval half_a_minute{30, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &half_a_minute, sizeof half_a_minute);
    setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &half_a_minute, sizeof half_a_minute);
  }
  explicit TestClient(int port) : TestClient() { Connect(port); }

  void Connect(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(0, connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address))
        << std::strerror(errno);
  }
  // Before Connect: a window so small that replies stay with the server.
  void SetReceiveBuffer(int bytes) {
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  void SendBytes(std::string_view bytes) { ASSERT_EQ(bytes.size(), TrySend(bytes)); }
  // How many bytes were taken before the peer closed.
  size_t TrySend(std::string_view bytes) {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    return sent;
  }
  void Send(std::string_view request) { SendBytes(Framed(request)); }

  // The next reply; nothing when the connection was closed, in good order or not.
  std::optional<std::string> Receive() {
    unsigned char prefix[4];
    if (!Fill(reinterpret_cast<char*>(prefix), sizeof prefix)) return std::nullopt;
    const size_t size = size_t{prefix[0]} << 24 | size_t{prefix[1]} << 16 | size_t{prefix[2]} << 8 |
                        size_t{prefix[3]};
    std::string reply(size, '\0');
    if (!Fill(reply.data(), size)) return std::nullopt;
    return reply;
  }
  std::string RoundTrip(std::string_view request) {
    Send(request);
    return Receive().value_or("(connection closed)");
  }

  void ReadBytes(std::span<char> to) { ASSERT_TRUE(Fill(to.data(), to.size())); }

  enum class End { kClosed, kReset, kMoreBytes };
  End ReadEnd() {
    char byte = 0;
    const ssize_t n = recv(fd_.get(), &byte, 1, 0);
    if (n == 0) return End::kClosed;
    if (n > 0) return End::kMoreBytes;
    EXPECT_EQ(ECONNRESET, errno) << std::strerror(errno);
    return End::kReset;
  }

  void ShutdownWrite() { shutdown(fd_.get(), SHUT_WR); }
  void Close() { fd_ = UniqueFd(); }
  void Reset() {
    const linger abort{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    Close();
  }

 private:
  bool Fill(char* to, size_t size) {
    while (size > 0) {
      const ssize_t n = recv(fd_.get(), to, size, 0);
      if (n <= 0) {
        EXPECT_FALSE(n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "no reply came";
        return false;
      }
      to += n;
      size -= static_cast<size_t>(n);
    }
    return true;
  }

  UniqueFd fd_;
};

}  // namespace monkafka::net
