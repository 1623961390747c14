#include "admin/audit.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "admin/call.h"
#include "common/log.h"

namespace monkafka::admin {
namespace {

constexpr size_t kLongestText = 512;
constexpr size_t kLongestSubject = 128 << 10;  // the names of hundreds of topics

std::string Quoted(std::string_view text, size_t longest = kLongestText) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  if (text.size() > longest) quoted += "...";
  return quoted + '"';
}

}  // namespace

AuditEntry::AuditEntry(const Call& call, std::string what)
    : principal(call.principal().name),
      role(RoleName(call.principal().role)),
      peer(call.Peer()),
      method(call.path().substr(call.path().rfind('.') + 1)),
      subject(std::move(what)) {}

std::string ToLine(const AuditEntry& entry) {
  std::string line =
      fmt::format("audit principal={} role={} peer={} method={} subject={}",
                  Quoted(entry.principal), entry.role, Quoted(entry.peer), entry.method,
                  Quoted(entry.subject, entry.denied ? kLongestText : kLongestSubject));
  if (!entry.request_id.empty()) line += " request_id=" + Quoted(entry.request_id);
  if (entry.validate_only) line += " validate_only=true";
  if (entry.replayed) line += " replayed=true";
  return line + " outcome=" + entry.outcome;
}

void LoggedAudit::Write(const AuditEntry& entry) { LogInfo("{}", ToLine(entry)); }

}  // namespace monkafka::admin
