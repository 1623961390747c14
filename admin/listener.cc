#include "admin/listener.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/log.h"

namespace monkafka::admin {
namespace {

constexpr int kBacklog = 64;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{1000};

using Clock = std::chrono::steady_clock;

std::unexpected<Error> BindError(const ListenAddress& address, std::string_view reason) {
  return Fail(ErrorCode::kUnknownServerError,
              fmt::format("the admin service cannot listen on {}: {} (choose another address with "
                          "--admin-listen, or --admin-listen off)",
                          address.ToString(), reason));
}

std::string ErrnoText(int error) {
  if (error == EADDRINUSE) return "another process listens there";
  return std::strerror(error);
}

Result<sockaddr_un> UnixAddress(const ListenAddress& address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.host.size() >= sizeof name.sun_path) {
    return BindError(address, fmt::format("a unix socket's path has at most {} characters",
                                          sizeof name.sun_path - 1));
  }
  std::memcpy(name.sun_path, address.host.c_str(), address.host.size() + 1);
  return name;
}

// True: a socket is there and nobody listens on it.
bool IsStale(const sockaddr_un& name) {
  struct stat status{};
  if (lstat(name.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 &&
         errno == ECONNREFUSED;
}

Result<UniqueFd> BindUnix(const ListenAddress& address) {
  const Result<sockaddr_un> name = UnixAddress(address);
  if (!name) return std::unexpected(name.error());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (IsStale(*name)) unlink(name->sun_path);
  // Nobody can connect before listen, by when only the owner may.
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&*name), sizeof *name) != 0 ||
      chmod(name->sun_path, S_IRUSR | S_IWUSR) != 0 || listen(fd.get(), kBacklog) != 0) {
    return BindError(address, ErrnoText(errno));
  }
  return fd;
}

UniqueFd TryListen(const addrinfo& at) {
  UniqueFd fd(socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return {};
  const int on = 1, off = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at.ai_family == AF_INET6) {
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(fd.get(), at.ai_addr, at.ai_addrlen) != 0) return {};
  if (listen(fd.get(), kBacklog) != 0) return {};
  return fd;
}

int LocalPort(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(name).sin_port
                                         : reinterpret_cast<sockaddr_in6&>(name).sin6_port);
}

Result<UniqueFd> BindTcp(ListenAddress& address) {
  addrinfo hints{};
  hints.ai_family = address.host.empty() ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failed = getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                 std::to_string(address.port).c_str(), &hints, &list);
  if (failed != 0) return BindError(address, gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  UniqueFd fd;
  for (const addrinfo* at = list; at != nullptr && !fd.valid(); at = at->ai_next) {
    fd = TryListen(*at);
  }
  if (!fd.valid()) return BindError(address, ErrnoText(errno));
  address.port = LocalPort(fd.get());
  return fd;
}

}  // namespace

Result<std::unique_ptr<Listener>> Listener::Bind(std::vector<ListenAddress> addresses) {
  std::unique_ptr<Listener> listener(new Listener());
  listener->wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  for (ListenAddress& address : addresses) {
    Result<UniqueFd> socket = address.unix_socket ? BindUnix(address) : BindTcp(address);
    if (!socket) return Forward(std::move(socket));
    listener->listening_.push_back(*std::move(socket));
    listener->addresses_.push_back(std::move(address));
  }
  return listener;
}

Listener::~Listener() { Stop(); }

void Listener::Start(Factory factory, std::chrono::milliseconds keep_unused,
                     const ListenerLimits& limits) {
  factory_ = std::move(factory);
  keep_unused_ = keep_unused;
  limits_ = limits;
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "admin-listener");
}

void Listener::Stop() {
  if (thread_.joinable()) {
    eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  server_.reset();
  connections_.clear();
  for (size_t i = 0; i < listening_.size(); ++i) {
    if (addresses_[i].unix_socket) unlink(addresses_[i].host.c_str());
  }
  listening_.clear();
}

size_t Listener::Count(size_t listener, State state) const {
  return static_cast<size_t>(std::ranges::count_if(connections_, [&](const Connection& each) {
    return each.listener == listener && each.state == state;
  }));
}

int Listener::PollTimeout(Time now) const {
  Time next = accept_again_.value_or(Time::max());
  if (server_ && unused_since_) next = std::min(next, *unused_since_ + keep_unused_);
  for (const Connection& each : connections_) next = std::min(next, each.until);
  if (next == Time::max()) return -1;
  return static_cast<int>(
      std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now), {}).count());
}

void Listener::Run() {
  for (;;) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
    const short accepting = accept_again_ ? 0 : POLLIN;
    for (const UniqueFd& fd : listening_) polled.push_back({fd.get(), accepting, 0});
    for (const Connection& each : connections_) {
      const short wanted = each.state == State::kSilent ? POLLIN | POLLRDHUP : POLLRDHUP;
      polled.push_back({each.socket.get(), wanted, 0});
    }
    const int ready = poll(polled.data(), polled.size(), PollTimeout(Clock::now()));
    if (ready < 0 && errno != EINTR) {
      LogError("the admin service stopped listening: {}", std::strerror(errno));
      return;
    }
    if (ready < 0) continue;
    if (polled.front().revents != 0) return;
    const Time now = Clock::now();
    if (accept_again_ && *accept_again_ <= now) accept_again_.reset();
    AttendAll(std::span(polled).subspan(1 + listening_.size()), now);
    for (size_t i = 0; i < listening_.size(); ++i) {
      if (polled[1 + i].revents != 0) Accept(i, now);
    }
    DropServerIfUnused(now);
  }
}

// Those that go first, so that those that come find their room.
void Listener::AttendAll(std::span<const pollfd> polled, Time now) {
  std::vector<Connection> before = std::exchange(connections_, {});
  std::vector<Connection> speaking;
  for (size_t i = 0; i < before.size(); ++i) {
    Connection& each = before[i];
    const short seen = polled[i].revents;
    if (each.state == State::kSilent && (seen & POLLIN) != 0) {
      speaking.push_back(std::move(each));
    } else if (seen == 0 && now < each.until) {
      connections_.push_back(std::move(each));
    } else if (each.state == State::kRefused) {
      shutdown(each.socket.get(), SHUT_RDWR);  // the server's descriptor is another
    }
  }
  for (Connection& each : speaking) Adopt(std::move(each), now);
}

void Listener::DropServerIfUnused(Time now) {
  const bool used = std::ranges::any_of(
      connections_, [](const Connection& each) { return each.state != State::kSilent; });
  if (used || !server_) return unused_since_.reset();
  if (!unused_since_) unused_since_ = now;
  if (now - *unused_since_ < keep_unused_) return;
  server_.reset();
  unused_since_.reset();
}

void Listener::Accept(size_t index, Time now) {
  UniqueFd socket(accept4(listening_[index].get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) {
    if (errno == EMFILE || errno == ENFILE) {
      LogWarning("the admin service cannot accept a connection: {}", std::strerror(errno));
      accept_again_ = now + kPauseWithoutDescriptors;
    }
    return;
  }
  MakeRoom(index, State::kSilent, limits_.silent);
  connections_.push_back({std::move(socket), index, State::kSilent, now + limits_.silent_for});
}

void Listener::MakeRoom(size_t listener, State state, size_t most) {
  if (Count(listener, state) < most) return;
  const auto oldest = std::ranges::find_if(connections_, [&](const Connection& each) {
    return each.listener == listener && each.state == state;
  });
  if (state == State::kRefused) shutdown(oldest->socket.get(), SHUT_RDWR);
  connections_.erase(oldest);
}

void Listener::Adopt(Connection connection, Time now) {
  char said = 0;
  if (recv(connection.socket.get(), &said, 1, MSG_PEEK) <= 0) return;
  UniqueFd duplicate(fcntl(connection.socket.get(), F_DUPFD_CLOEXEC, 0));
  if (!duplicate.valid()) return;
  const size_t listener = connection.listener;
  Admission admission = Admission::kServed;
  if (Count(listener, State::kServed) >= limits_.served) {
    admission = Admission::kRefused;
    if (const auto left_out = refusals_log_.Allow(now)) {
      LogWarning("an admin connection to {} is refused: there are {} already{}",
                 addresses_[listener].ToString(), limits_.served,
                 *left_out > 0 ? fmt::format(" ({} more like it not logged)", *left_out) : "");
    }
    MakeRoom(listener, State::kRefused, limits_.refused);
  }
  if (!server_) server_ = factory_();
  if (!server_) return;
  server_->Adopt(std::move(connection.socket),
                 addresses_[listener].unix_socket ? Transport::kUnix : Transport::kTcp, admission);
  const bool served = admission == Admission::kServed;
  connections_.push_back({std::move(duplicate), listener, served ? State::kServed : State::kRefused,
                          served ? Time::max() : now + limits_.refused_for});
}

}  // namespace monkafka::admin
