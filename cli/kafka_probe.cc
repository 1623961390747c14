#include "cli/kafka_probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

#include "protocol/codec.h"
#include "protocol/metadata.h"

namespace monkafka::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int16_t kMetadataVersion = 8;  // known to every broker since Kafka 2.3, not flexible
constexpr size_t kLargestAnswer = 16 << 20;

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

Probe Failed(ProbeResult result, std::string error) {
  Probe probe;
  probe.result = result;
  probe.error = std::move(error);
  return probe;
}

bool WaitFor(int fd, short events, Clock::time_point deadline) {
  while (true) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{.fd = fd, .events = events, .revents = 0};
    int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Probe FromErrno(int error) {
  if (error == ECONNREFUSED) return Failed(ProbeResult::kRefused, "connection refused");
  if (error == ETIMEDOUT) return Failed(ProbeResult::kTimedOut, "no answer");
  return Failed(ProbeResult::kUnreachable, std::strerror(error));
}

// Tries one address after the other, as clients do.
Probe Connect(const std::string& host, int32_t port, Clock::time_point deadline, Socket* socket) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return Failed(ProbeResult::kUnknownHost, gai_strerror(error));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  Probe probe = Failed(ProbeResult::kUnreachable, "no address");
  for (addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Socket trial(::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (trial.fd() < 0) continue;
    int result = connect(trial.fd(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (result == EINPROGRESS) {
      if (!WaitFor(trial.fd(), POLLOUT, deadline)) {
        probe = Failed(ProbeResult::kTimedOut, "no answer");
        continue;
      }
      socklen_t size = sizeof result;
      getsockopt(trial.fd(), SOL_SOCKET, SO_ERROR, &result, &size);
    }
    if (result == 0) {
      *socket = std::move(trial);
      probe.result = ProbeResult::kAnswered;
      probe.error.clear();
      return probe;
    }
    probe = FromErrno(result);
  }
  return probe;
}

bool SendAll(int fd, std::span<const uint8_t> bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<size_t>(sent));
    } else if (errno != EAGAIN || !WaitFor(fd, POLLOUT, deadline)) {
      return false;
    }
  }
  return true;
}

bool ReceiveAll(int fd, std::span<uint8_t> bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    ssize_t received = recv(fd, bytes.data(), bytes.size(), 0);
    if (received > 0) {
      bytes = bytes.subspan(static_cast<size_t>(received));
    } else if (received == 0 || errno != EAGAIN || !WaitFor(fd, POLLIN, deadline)) {
      return false;
    }
  }
  return true;
}

uint32_t BigEndian(const uint8_t* bytes) {
  uint32_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return ntohl(value);
}

// Length, correlation id, body.
Probe AskMetadata(int fd, Clock::time_point deadline) {
  constexpr int32_t kCorrelationId = 1;
  std::vector<uint8_t> request = protocol::EncodeRequest(
      kCorrelationId, "monkafkactl-doctor", protocol::MetadataRequest(), kMetadataVersion);
  uint32_t length = htonl(static_cast<uint32_t>(request.size()));
  uint8_t prefix[4];
  std::memcpy(prefix, &length, sizeof prefix);
  Probe silent =
      Failed(ProbeResult::kNotKafka, "it hangs up or stays silent when asked for metadata");
  if (!SendAll(fd, prefix, deadline) || !SendAll(fd, request, deadline)) return silent;
  uint8_t head[8];
  if (!ReceiveAll(fd, head, deadline)) {
    silent.silent = Clock::now() >= deadline;
    return silent;
  }
  size_t size = BigEndian(head);
  if (size < 4 || size > kLargestAnswer || BigEndian(head + 4) != kCorrelationId) {
    return Failed(ProbeResult::kNotKafka, "what it answers isn't Kafka's protocol");
  }
  std::vector<uint8_t> body(size - 4);
  if (!ReceiveAll(fd, body, deadline)) return silent;
  auto metadata = protocol::Decode<protocol::MetadataResponse>(body, kMetadataVersion);
  if (!metadata) return Failed(ProbeResult::kNotKafka, metadata.error().message);
  Probe probe;
  probe.result = ProbeResult::kAnswered;
  probe.cluster_id = metadata->cluster_id.value_or("");
  probe.controller_id = metadata->controller_id;
  for (const auto& broker : metadata->brokers) {
    probe.brokers.push_back({broker.node_id, broker.host, broker.port});
  }
  return probe;
}

}  // namespace

Probe ProbeConnection(const std::string& host, int32_t port, std::chrono::milliseconds timeout) {
  Socket socket;
  return Connect(host, port, Clock::now() + timeout, &socket);
}

Probe ProbeKafka(const std::string& host, int32_t port, std::chrono::milliseconds timeout) {
  auto deadline = Clock::now() + timeout;
  Socket socket;
  Probe connected = Connect(host, port, deadline, &socket);
  return connected.result == ProbeResult::kAnswered ? AskMetadata(socket.fd(), deadline)
                                                    : connected;
}

// Sends a ClientHello of TLS 1.2 (RFC 5246, 7.4.1.2): who speaks TLS answers with a ServerHello or
// an alert.
bool ProbeTls(const std::string& host, int32_t port, std::chrono::milliseconds timeout) {
  constexpr uint8_t kHello[] = {
      22, 3,  1,    0,    83,   1,    0,    0,    79,  // a record with one handshake message
      3,  3,  1,    2,    3,    4,    5,    6,    7,  8,  9,  10, 11,
      12, 13,  // version 1.2, 32 bytes that are
      14, 15, 16,   17,   18,   19,   20,   21,   22, 23, 24, 25, 26,  // no secret
      27, 28, 29,   30,   31,   32,   0,                               // no session
      0,  6,  0xc0, 0x2f, 0xc0, 0x2b, 0xc0, 0x30, 1,  0,   // ECDHE with AES-GCM, no compression
      0,  32,                                              // extensions
      0,  10, 0,    6,    0,    4,    0,    29,   0,  23,  // groups: X25519, P-256
      0,  11, 0,    2,    1,    0,                         // points are not compressed
      0,  13, 0,    12,   0,    10,   4,    3,    8,  4,  4,  1,  8,
      5,  5,  1,  // signatures of ECDSA and RSA
  };
  auto deadline = Clock::now() + timeout;
  Socket socket;
  if (Connect(host, port, deadline, &socket).result != ProbeResult::kAnswered) return false;
  uint8_t head[2];
  return SendAll(socket.fd(), kHello, deadline) && ReceiveAll(socket.fd(), head, deadline) &&
         (head[0] == 21 || head[0] == 22) && head[1] == 3;
}

}  // namespace monkafka::cli
