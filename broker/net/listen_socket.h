// Sockets as the operating system makes them: bound, accepted, named.
#pragma once

#include <string>

#include "common/result.h"
#include "common/unique_fd.h"
#include "net/server.h"

namespace monkafka::net {

struct Endpoint {
  std::string host;  // numeric; an IPv4 address also when it came mapped into IPv6
  int port = 0;
};

// Binds and listens. The host may be a name, a numeric address, or empty: all addresses. The error
// is one sentence that names the listener and what to do about it.
Result<UniqueFd> OpenListener(const Listener& listener, const ServerOptions& options);

// Takes one waiting connection: non-blocking, without Nagle's delay, with keep-alive probes.
// Invalid with errno set when there is none or when accepting failed.
UniqueFd AcceptConnection(int listening, const ServerOptions& options, Endpoint& peer);

int LocalPort(int fd);

}  // namespace monkafka::net
