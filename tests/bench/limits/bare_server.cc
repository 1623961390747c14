#include "bench/limits/bare_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "bench/loader/connection.h"
#include "common/endian.h"
#include "protocol/produce.h"
#include "records/crc32c.h"

namespace monkafka::bench {
namespace {

constexpr size_t kChunk = 256 * 1024;
constexpr size_t kCrcAt = 17;    // in a batch
constexpr size_t kCrcFrom = 21;  // what it covers begins here

// The records of a Produce v7 request of one partition, the request without its length.
Bytes RecordsOf(Bytes request) {
  size_t at = 8;                                     // api key, version, correlation id
  at += 2 + LoadBig<uint16_t>(request.data() + at);  // client id
  at += 2 + 2 + 4 + 4;                               // transactional id, acks, timeout, topics
  at += 2 + LoadBig<uint16_t>(request.data() + at);  // name
  at += 4 + 4;                                       // partitions, index
  return request.subspan(at + 4, LoadBig<uint32_t>(request.data() + at));
}

std::vector<uint8_t> AnswerTo(Bytes request) {
  size_t at = 8;
  at += 2 + LoadBig<uint16_t>(request.data() + at) + 2 + 2 + 4 + 4;
  const auto size = LoadBig<uint16_t>(request.data() + at);
  protocol::ProduceResponse response;
  response.responses.emplace_back();
  response.responses[0].name = AsText(request.subspan(at + 2, size));
  response.responses[0].partition_responses.emplace_back();
  std::vector<uint8_t> body = *protocol::EncodeResponse(0, response, 7).ReadAll();
  std::vector<uint8_t> frame(4);
  StoreBig<uint32_t>(frame.data(), static_cast<uint32_t>(body.size()));
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

class Client {
 public:
  Client(int socket, int file) : socket_(socket), file_(file) {}
  virtual ~Client() { close(socket_); }
  virtual bool Readable() = 0;  // false: the connection ended
  int descriptor() const { return socket_; }

 protected:
  void Take(Bytes request, off_t& end) {
    const Bytes records = RecordsOf(request);
    if (records::Crc32c(records.subspan(kCrcFrom)) != LoadBig<uint32_t>(records.data() + kCrcAt)) {
      Die("a batch whose CRC is wrong");
    }
    Check(
        pwrite(file_, records.data(), records.size(), end) == static_cast<ssize_t>(records.size()),
        "write");
    end += static_cast<off_t>(records.size());
    if (answer_.empty()) answer_ = AnswerTo(request);
  }
  void Send(Bytes bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) continue;
      if (sent < 0) return;
      bytes = bytes.subspan(static_cast<size_t>(sent));
    }
  }

  const int socket_;
  const int file_;
  std::vector<uint8_t> answer_;
};

off_t file_end = 0;

class ByFrames final : public Client {
 public:
  using Client::Client;
  bool Readable() override {
    for (;;) {
      const bool in_length = have_ < 4;
      const size_t wanted = in_length ? 4 - have_ : size_ + 4 - have_;
      uint8_t* at = in_length ? length_.data() + have_ : buffer_.data() + (have_ - 4);
      const ssize_t got = recv(socket_, at, wanted, 0);
      if (got < 0 && errno == EAGAIN) return true;
      if (got <= 0) return false;
      have_ += static_cast<size_t>(got);
      if (in_length && have_ == 4) {
        size_ = LoadBig<uint32_t>(length_.data());
        if (buffer_.size() < size_) buffer_.resize(size_);
      } else if (!in_length && have_ == 4 + size_) {
        Take(Bytes(buffer_).first(size_), file_end);
        Send(answer_);
        have_ = 0;
      }
    }
  }

 private:
  std::array<uint8_t, 4> length_{};
  std::vector<uint8_t> buffer_;
  size_t have_ = 0;
  size_t size_ = 0;
};

class ByChunks : public Client {
 public:
  ByChunks(int socket, int file, off_t& end) : Client(socket, file), end_(end) {}
  bool Readable() override {
    for (;;) {
      if (buffer_.size() < kChunk) buffer_.resize(kChunk);
      const ssize_t got = recv(socket_, buffer_.data() + have_, buffer_.size() - have_, 0);
      if (got < 0 && errno == EAGAIN) return true;
      if (got <= 0) return false;
      have_ += static_cast<size_t>(got);
      Taken(TakeWhole());
    }
  }

 protected:
  virtual void Taken(size_t requests) { Answer(requests); }
  void Answer(size_t requests) {
    if (requests == 0) return;
    answers_.clear();
    for (size_t i = 0; i < requests; ++i) {
      answers_.insert(answers_.end(), answer_.begin(), answer_.end());
    }
    Send(answers_);
  }

 private:
  size_t TakeWhole() {
    size_t at = 0;
    size_t requests = 0;
    size_t wanted = 0;
    while (have_ - at >= 4) {
      const size_t size = LoadBig<uint32_t>(buffer_.data() + at);
      if (have_ - at < 4 + size) {
        wanted = 4 + size;
        break;
      }
      Take(Bytes(buffer_).subspan(at + 4, size), end_);
      ++requests;
      at += 4 + size;
    }
    std::memmove(buffer_.data(), buffer_.data() + at, have_ - at);
    have_ -= at;
    if (wanted > buffer_.size()) buffer_.resize(wanted);
    return requests;
  }

  off_t& end_;
  std::vector<uint8_t> buffer_;
  std::vector<uint8_t> answers_;
  size_t have_ = 0;
};

// Knows what no broker can: how many requests the producer keeps in flight.
class BySyncedGroups final : public ByChunks {
 public:
  BySyncedGroups(int socket, int file, size_t group)
      : ByChunks(socket, file, own_end_), group_(group) {
    fcntl(socket, F_SETFL, 0);
    // At the end of a load fewer than a group may come.
    const timeval most{.tv_sec = 0, .tv_usec = 50'000};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  }
  ~BySyncedGroups() override { close(file_); }
  void Serve() {
    while (Readable()) Sync();
  }

 private:
  void Taken(size_t requests) override {
    waiting_ += requests;
    if (waiting_ >= group_) Sync();
  }
  void Sync() {
    if (waiting_ == 0) return;
    Check(fdatasync(file_) == 0, "fdatasync");
    Answer(std::exchange(waiting_, 0));
  }

  const size_t group_;
  off_t own_end_ = 0;
  size_t waiting_ = 0;
};

class BySendfile final : public Client {
 public:
  BySendfile(int socket, int file, int piece)
      : Client(socket, file), piece_(static_cast<size_t>(piece)) {
    struct stat status{};
    Check(fstat(file, &status) == 0, "stat");
    size_ = status.st_size;
    fcntl(socket, F_SETFL, 0);
  }
  bool Readable() override {
    std::array<uint8_t, 512> request;
    if (recv(socket_, request.data(), request.size(), 0) <= 0) return false;
    std::array<uint8_t, 8> head{};
    if (position_ + static_cast<off_t>(piece_) > size_) position_ = 0;
    StoreBig<uint32_t>(head.data(), static_cast<uint32_t>(4 + piece_));
    if (send(socket_, head.data(), head.size(), MSG_NOSIGNAL | MSG_MORE) < 0) return false;
    for (size_t left = piece_; left > 0;) {
      const ssize_t sent = sendfile(socket_, file_, &position_, left);
      if (sent <= 0) return false;
      left -= static_cast<size_t>(sent);
    }
    return true;
  }

 private:
  const size_t piece_;
  off_t size_ = 0;
  off_t position_ = 0;
};

int Listen() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  Check(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  Check(listen(listener, 1024) == 0, "listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  fmt::print("{}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

int AcceptSocket(int listener) {
  const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Check(socket >= 0, "accept");
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

std::unique_ptr<Client> Accept(BareMode mode, int listener, int file, int piece) {
  const int socket = AcceptSocket(listener);
  if (mode == BareMode::kFrames) return std::make_unique<ByFrames>(socket, file);
  if (mode == BareMode::kChunks) return std::make_unique<ByChunks>(socket, file, file_end);
  return std::make_unique<BySendfile>(socket, file, piece);
}

constexpr int kNewFile = O_RDWR | O_CREAT | O_TRUNC;

int OpenFile(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags, 0644);
  Check(file >= 0, "open");
  return file;
}

}  // namespace

void ServeSynced(const std::string& path, int group) {
  const int listener = Listen();
  for (int i = 0;; ++i) {
    const int socket = AcceptSocket(listener);
    std::thread([socket, file = OpenFile(fmt::format("{}-{}", path, i), kNewFile), group] {
      BySyncedGroups(socket, file, static_cast<size_t>(group)).Serve();
    }).detach();
  }
}

void ServeBare(BareMode mode, const std::string& path, int piece) {
  const bool sends = mode == BareMode::kSendfile;
  const int file = OpenFile(path, sends ? O_RDONLY : kNewFile);
  const int listener = Listen();
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      auto* client = static_cast<Client*>(events[static_cast<size_t>(i)].data.ptr);
      if (client == nullptr) {
        std::unique_ptr<Client> accepted = Accept(mode, listener, file, piece);
        event.data.ptr = accepted.get();
        epoll_ctl(epoll, EPOLL_CTL_ADD, accepted->descriptor(), &event);
        static_cast<void>(accepted.release());  // deleted when its connection ends
      } else if (!client->Readable()) {
        delete client;
      }
    }
  }
}

}  // namespace monkafka::bench
