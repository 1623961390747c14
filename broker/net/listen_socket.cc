#include "net/listen_socket.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "common/log.h"

namespace monkafka::net {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string Named(const Listener& listener) {
  return fmt::format("listener {}: cannot listen on {}:{}: ", listener.name,
                     listener.host.empty() ? "*" : listener.host, listener.port);
}

std::unexpected<Error> BindError(const Listener& listener, int error) {
  std::string hint;
  if (error == EADDRINUSE) {
    hint = " (is another broker running? choose another port in `listeners`)";
  } else if (error == EACCES) {
    hint = " (ports below 1024 need a privilege; choose another port in `listeners`)";
  } else if (error == EADDRNOTAVAIL) {
    hint = " (no interface of this machine has this address)";
  }
  return Fail(ErrorCode::kUnknownServerError, Named(listener) + std::strerror(error) + hint);
}

Result<Addresses> Resolve(const Listener& listener, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const char* host = listener.host.empty() ? nullptr : listener.host.c_str();
  const int failed = getaddrinfo(host, std::to_string(listener.port).c_str(), &hints, &list);
  if (failed != 0) {
    return Fail(ErrorCode::kUnknownServerError,
                fmt::format("{}the host does not resolve: {}", Named(listener),
                            failed == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(failed)));
  }
  return Addresses(list);
}

bool SetOption(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

void SetBufferSizes(int fd, const ServerOptions& options) {
  if (options.send_buffer_bytes > 0) {
    SetOption(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
  }
  if (options.receive_buffer_bytes > 0) {
    SetOption(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes);
  }
}

// Invalid, with errno set, when the address cannot be listened on.
UniqueFd TryListen(const addrinfo& address, const ServerOptions& options) {
  UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return {};
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  // Before listen: the window that a connection can scale to is fixed when it is made.
  SetBufferSizes(fd.get(), options);
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return {};
  if (listen(fd.get(), options.backlog) != 0) return {};
  return fd;
}

Endpoint ToEndpoint(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& ip4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &ip4.sin_addr, text, sizeof text);
    return {text, ntohs(ip4.sin_port)};
  }
  const auto& ip6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&ip6.sin6_addr)) {
    inet_ntop(AF_INET, ip6.sin6_addr.s6_addr + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &ip6.sin6_addr, text, sizeof text);
  }
  return {text, ntohs(ip6.sin6_port)};
}

}  // namespace

Result<UniqueFd> OpenListener(const Listener& listener, const ServerOptions& options) {
  int error = EADDRNOTAVAIL;
  // All addresses: one IPv6 socket takes both families; where there is no IPv6, IPv4 alone.
  for (const int family : {AF_INET6, AF_UNSPEC}) {
    if (family == AF_INET6 && !listener.host.empty()) continue;
    Result<Addresses> addresses = Resolve(listener, family);
    if (!addresses && family == AF_INET6) continue;
    if (!addresses) return Forward(std::move(addresses));
    for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
      UniqueFd fd = TryListen(*at, options);
      if (fd.valid()) return fd;
      error = errno;
    }
    if (error == EADDRINUSE) break;  // by another family is not what was asked for
  }
  return BindError(listener, error);
}

UniqueFd AcceptConnection(int listening, const ServerOptions& options, Endpoint& peer) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  UniqueFd fd(accept4(listening, reinterpret_cast<sockaddr*>(&address), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd.valid()) return fd;
  peer = ToEndpoint(address);
  SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  SetBufferSizes(fd.get(), options);
  return fd;
}

int LocalPort(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ToEndpoint(address).port;
}

}  // namespace monkafka::net
