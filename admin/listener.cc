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

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/log.h"

namespace monkafka::admin {
namespace {

constexpr int kBacklog = 64;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{1000};

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

void Listener::Start(Factory factory, std::chrono::milliseconds keep_unused) {
  factory_ = std::move(factory);
  keep_unused_ = keep_unused;
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

int Listener::PollTimeout() const {
  if (pause_accepting_) return static_cast<int>(kPauseWithoutDescriptors.count());
  const bool unused = server_ != nullptr && connections_.empty();
  return unused ? static_cast<int>(keep_unused_.count()) : -1;
}

void Listener::Run() {
  for (;;) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
    const short accepting = pause_accepting_ ? 0 : POLLIN;
    for (const UniqueFd& fd : listening_) polled.push_back({fd.get(), accepting, 0});
    for (const UniqueFd& fd : connections_) polled.push_back({fd.get(), POLLRDHUP, 0});
    const int ready = poll(polled.data(), polled.size(), PollTimeout());
    if (ready < 0 && errno != EINTR) {
      LogError("the admin service stopped listening: {}", std::strerror(errno));
      return;
    }
    if (ready < 0) continue;
    if (polled.front().revents != 0) return;
    if (ready == 0 && !std::exchange(pause_accepting_, false)) server_.reset();
    const auto connection = polled.begin() + 1 + static_cast<ptrdiff_t>(listening_.size());
    for (size_t i = connections_.size(); i-- > 0;) {
      if (connection[static_cast<ptrdiff_t>(i)].revents == 0) continue;
      connections_.erase(connections_.begin() + static_cast<ptrdiff_t>(i));
    }
    for (size_t i = 0; i < listening_.size(); ++i) {
      if (polled[1 + i].revents != 0) Accept(i);
    }
  }
}

void Listener::Accept(size_t index) {
  UniqueFd socket(accept4(listening_[index].get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) {
    if (errno == EMFILE || errno == ENFILE) {
      LogWarning("the admin service cannot accept a connection: {}", std::strerror(errno));
      pause_accepting_ = true;
    }
    return;
  }
  if (connections_.size() >= kMaxConnections) {
    LogWarning("an admin connection is closed: there are {} already", connections_.size());
    return;
  }
  Adopt(std::move(socket), addresses_[index].unix_socket ? Transport::kUnix : Transport::kTcp);
}

void Listener::Adopt(UniqueFd socket, Transport transport) {
  UniqueFd duplicate(fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  if (!duplicate.valid()) return;
  if (!server_) server_ = factory_();
  if (!server_) return;
  connections_.push_back(std::move(duplicate));
  server_->Adopt(std::move(socket), transport);
}

}  // namespace monkafka::admin
