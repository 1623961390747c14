// Whether two spellings name the same admin service: a context's protection must not depend on how
// its address is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace monkafka::cli {

// The addresses of a host, as numbers; none when it is not known.
using Resolver = std::function<std::vector<std::string>(const std::string& host)>;

// With getaddrinfo.
std::vector<std::string> ResolveHost(const std::string& host);

// Of two endpoints that CheckEndpoint (cli/target.h) has passed. TCP endpoints are the same when
// their ports are, and their hosts share an address, all addresses of this machine's loopback and
// the unspecified ones being one; sockets, when their paths lead to the same place. Nothing is
// resolved when the ports differ.
bool SameEndpoint(const std::string& left, const std::string& right,
                  const Resolver& resolve = ResolveHost);

}  // namespace monkafka::cli
