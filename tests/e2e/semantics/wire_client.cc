#include "e2e/semantics/wire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace monkafka::e2e {
namespace {

constexpr int kAnswerDeadlineMs = 60'000;

void ReadWhole(int socket, MutableBytes out) {
  size_t at = 0;
  while (at < out.size()) {
    pollfd ready{socket, POLLIN, 0};
    if (poll(&ready, 1, kAnswerDeadlineMs) == 0) throw std::runtime_error("no answer in time");
    const ssize_t got = recv(socket, out.data() + at, out.size() - at, 0);
    if (got == 0) throw std::runtime_error("the broker closed the connection");
    if (got < 0) throw std::runtime_error(std::string("recv: ") + std::strerror(errno));
    at += static_cast<size_t>(got);
  }
}

}  // namespace

WireClient::WireClient(int port, std::string client_id) : client_id_(std::move(client_id)) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

WireClient::~WireClient() { close(socket_); }

void WireClient::SendFrame(Bytes frame) {
  std::vector<uint8_t> bytes(4);
  const uint32_t length = htonl(static_cast<uint32_t>(frame.size()));
  std::memcpy(bytes.data(), &length, 4);
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  SendRaw(bytes);
}

void WireClient::SendRaw(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
}

std::vector<uint8_t> WireClient::ReceiveFrame() {
  std::array<uint8_t, 4> prefix{};
  ReadWhole(socket_, prefix);
  uint32_t length = 0;
  std::memcpy(&length, prefix.data(), 4);
  std::vector<uint8_t> frame(ntohl(length));
  ReadWhole(socket_, frame);
  return frame;
}

bool WireClient::ClosedByBroker(std::chrono::milliseconds deadline) {
  if (!Readable(deadline)) return false;
  uint8_t byte = 0;
  return recv(socket_, &byte, 1, 0) <= 0;
}

bool WireClient::Readable(std::chrono::milliseconds within) {
  pollfd ready{socket_, POLLIN, 0};
  return poll(&ready, 1, static_cast<int>(within.count())) == 1;
}

void WireClient::ShutdownWrites() { shutdown(socket_, SHUT_WR); }

void WireClient::CheckAnswer(bool condition, const std::string& why) {
  if (!condition) throw std::runtime_error("answer: " + why);
}

}  // namespace monkafka::e2e
