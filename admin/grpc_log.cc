#include "admin/grpc_log.h"

#include <fmt/format.h>
#include <grpc/support/log.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "common/log.h"
#include "common/mutex.h"

namespace monkafka::admin {
namespace {

constexpr std::string_view kHandshake = "Handshake failed";
constexpr std::string_view kMapped = "::ffff:";  // before an IPv4 address on an IPv6 socket

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what)) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// "ipv6:%5B::1%5D:5000" is "[::1]:5000".
std::string AddressIn(std::string_view peer) {
  const size_t scheme = peer.find(':');
  std::string address(peer.substr(scheme == std::string_view::npos ? 0 : scheme + 1));
  return Replaced(Replaced(std::move(address), "%5B", "["), "%5D", "]");
}

// Empty: of no TCP connection.
std::string AddressOf(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  if (name.ss_family != AF_INET && name.ss_family != AF_INET6) return {};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&name), size, host.data(), host.size(),
                  port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  std::string_view text = host.data();
  if (text.starts_with(kMapped)) text.remove_prefix(kMapped.size());
  return text.find(':') == std::string_view::npos ? fmt::format("{}:{}", text, port.data())
                                                  : fmt::format("[{}]:{}", text, port.data());
}

// Tells a socket from a later one with the same number.
std::optional<ino_t> IdentityOf(int socket) {
  struct stat status{};
  if (fstat(socket, &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
  return status.st_ino;
}

struct Connection {
  int socket = -1;
  ino_t identity = 0;
};

struct State {
  Mutex mutex;
  std::map<std::string, Connection> silent GUARDED_BY(mutex);  // by address
  LineLimit limit GUARDED_BY(mutex);

  // Connections end without a word to us.
  void DropClosed() REQUIRES(mutex) {
    std::erase_if(silent, [](const auto& each) {
      return IdentityOf(each.second.socket) != each.second.identity;
    });
  }
};

// Never destroyed: gRPC's threads may outlive what is.
State& TheState() {
  static State* const state = new State;
  return *state;
}

void Tell(gpr_log_func_args* line) {
  const std::string_view message = line->message;
  if (line->severity != GPR_LOG_SEVERITY_ERROR) return LogDebug("gRPC: {}", message);
  State& state = TheState();
  std::vector<std::string> silent;
  uint64_t left_out = 0;
  {
    MutexLock lock(state.mutex);
    if (!state.limit.Admit(LineLimit::Time::clock::now())) return;
    left_out = state.limit.TakeLeftOut();
    state.DropClosed();
    for (const auto& [address, connection] : state.silent) silent.push_back(address);
  }
  const std::string more =
      left_out == 0 ? "" : fmt::format(" ({} more such lines before this one)", left_out);
  LogWarning("admin service: {}{}", SentenceOf(message, silent), more);
}

// "... error:0A00010B:SSL routines::wrong version number." is "wrong version number".
std::string_view ReasonIn(std::string_view message) {
  constexpr std::string_view kBefore = "SSL routines:";
  const size_t at = message.rfind(kBefore);
  std::string_view reason = at == std::string_view::npos
                                ? message.substr(std::min(message.find(':'), message.size()))
                                : message.substr(at + kBefore.size());
  while (reason.starts_with(':') || reason.starts_with(' ')) reason.remove_prefix(1);
  while (reason.ends_with('.') || reason.ends_with('\n')) reason.remove_suffix(1);
  return reason.empty() ? message : reason;
}

// What most often is behind it.
std::string_view HintFor(std::string_view reason) {
  if (reason == "wrong version number" || reason == "http request") {
    return "; the client does not speak TLS";
  }
  if (reason.find("peer did not return a certificate") != std::string_view::npos) {
    return "; the client has no certificate, which this service asks for";
  }
  if (reason.find("alert unknown ca") != std::string_view::npos ||
      reason.find("alert bad certificate") != std::string_view::npos) {
    return "; the client does not trust this service's certificate";
  }
  return "";
}

std::string WhoOf(const std::vector<std::string>& silent) {
  constexpr size_t kMost = 3;
  if (silent.empty()) return "a client";
  if (silent.size() == 1) return silent.front();
  const std::vector<std::string> named(
      silent.begin(), silent.begin() + static_cast<ptrdiff_t>(std::min(silent.size(), kMost)));
  if (silent.size() <= kMost) return fmt::format("one of {}", fmt::join(named, ", "));
  return fmt::format("one of {} and {} more", fmt::join(named, ", "), silent.size() - kMost);
}

}  // namespace

void RouteGrpcLog() {
  static std::once_flag once;
  std::call_once(once, [] { gpr_set_log_function(&Tell); });
}

void NoteConnected(int socket) {
  std::string address = AddressOf(socket);
  const std::optional<ino_t> identity = IdentityOf(socket);
  if (address.empty() || !identity) return;
  State& state = TheState();
  MutexLock lock(state.mutex);
  state.DropClosed();
  state.silent[std::move(address)] = {socket, *identity};
}

void NoteCalled(std::string_view peer) {
  State& state = TheState();
  MutexLock lock(state.mutex);
  if (!state.silent.empty()) state.silent.erase(AddressIn(peer));
}

bool LineLimit::Admit(Time now) {
  if (now - since_ >= kWhile) {
    since_ = now;
    lines_ = 0;
  }
  if (++lines_ <= kLines) return true;
  ++left_out_;
  return false;
}

uint64_t LineLimit::TakeLeftOut() { return std::exchange(left_out_, 0); }

std::string SentenceOf(std::string_view grpc_message, const std::vector<std::string>& silent) {
  if (!grpc_message.starts_with(kHandshake)) {
    while (grpc_message.ends_with('\n')) grpc_message.remove_suffix(1);
    return fmt::format("gRPC: {}", Replaced(std::string(grpc_message), "\n", " "));
  }
  const std::string_view reason = ReasonIn(grpc_message);
  return fmt::format("the TLS handshake with {} failed: {}{}", WhoOf(silent), reason,
                     HintFor(reason));
}

}  // namespace monkafka::admin
