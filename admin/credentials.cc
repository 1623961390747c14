#include "admin/credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "admin/read_file.h"
#include "common/log.h"

namespace monkafka::admin {
namespace {

constexpr size_t kShortestToken = 16;
constexpr std::chrono::seconds kLookAgainAfter{1};
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kCertificate = "cert:";

std::unexpected<Failure> Unauthenticated(std::string reason, std::string message) {
  return std::unexpected(
      Failure(FailureKind::kUnauthenticated, std::move(reason), std::move(message)));
}

Role ParseRole(std::string_view word) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin}) {
    if (word == RoleName(role)) return role;
  }
  return Role::kNone;
}

// Takes the same time wherever the two differ.
bool SameSecret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

Credentials::Credentials(const ServerOptions& options, const Clock& clock)
    : file_(options.tokens_file),
      verifies_clients_(!options.tls.client_ca_file.empty()),
      clock_(clock) {}

Result<std::unique_ptr<Credentials>> Credentials::Load(const ServerOptions& options,
                                                       const Clock& clock) {
  std::unique_ptr<Credentials> credentials(new Credentials(options, clock));
  if (!credentials->file_.empty()) {
    MutexLock lock(credentials->mutex_);
    if (Status read = credentials->Read(); !read) return Forward(std::move(read));
    credentials->looked_at_ = clock.Now();
  }
  return credentials;
}

Result<Credentials::Version> Credentials::VersionOf(const std::string& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("the tokens file {} cannot be read: {}", file, strerror(errno)));
  }
  if ((info.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("the tokens file {0} can be read by every user of this machine; "
                            "chmod 600 {0}",
                            file));
  }
  return Version{info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size,
                 info.st_ino};
}

Result<std::vector<Credentials::Entry>> Credentials::Parse(const std::string& file,
                                                           std::string_view text) {
  std::vector<Entry> entries;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::string role, name, credential, more;
    if (!(words >> role) || role.starts_with('#')) continue;
    const auto refuse = [&](std::string_view why) {
      return Fail(ErrorCode::kInvalidConfig,
                  fmt::format("the tokens file {}, line {}: {}", file, number, why));
    };
    if (!(words >> name >> credential) || words >> more) {
      return refuse("a line is a role, a name and a token or cert:COMMON-NAME");
    }
    Entry entry;
    entry.principal = {name, ParseRole(role)};
    if (entry.principal.role == Role::kNone) {
      return refuse("the role is viewer, operator or admin, not " + role);
    }
    if (credential.starts_with(kCertificate)) {
      entry.certificate_name = credential.substr(kCertificate.size());
      if (entry.certificate_name.empty()) return refuse("cert: needs a common name");
    } else if (credential.size() < kShortestToken) {
      return refuse(fmt::format("a token has at least {} characters", kShortestToken));
    } else {
      entry.token = credential;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Status Credentials::Read() {
  Result<Version> version = VersionOf(file_);
  if (!version) return Forward(std::move(version));
  const Result<std::string> text = ReadFile(file_);
  if (!text) {
    return Fail(ErrorCode::kInvalidConfig,
                fmt::format("the tokens file {} cannot be read: {}", file_, text.error().message));
  }
  Result<std::vector<Entry>> entries = Parse(file_, *text);
  if (!entries) return Forward(std::move(entries));
  entries_ = *std::move(entries);
  version_ = *version;
  return {};
}

void Credentials::WarnIfNobody() const {
  if (file_.empty() || !entries_.empty()) return;
  LogWarning(
      "the tokens file {} names nobody, so nobody can use the admin service over TCP; add "
      "lines of ROLE NAME TOKEN, which are read without a restart",
      file_);
}

void Credentials::WarnIfEmpty() {
  MutexLock lock(mutex_);
  WarnIfNobody();
}

void Credentials::ReadAgainIfChanged() {
  const auto now = clock_.Now();
  if (now - looked_at_ < kLookAgainAfter) return;
  looked_at_ = now;
  const Result<Version> version = VersionOf(file_);
  if (version && *version == version_) return;
  if (Status read = Read(); !read) {
    LogWarning("{}; the tokens that were read before stay in force", read.error().message);
    if (version) version_ = *version;
    return;
  }
  WarnIfNobody();
}

Outcome<Principal> Credentials::Authenticate(const CallerEvidence& evidence) {
  if (evidence.local) return Principal{"local", Role::kAdmin};
  if (file_.empty()) {
    if (!verifies_clients_) return Principal{"anonymous", Role::kAdmin};
    if (evidence.certificate_name) return Principal{*evidence.certificate_name, Role::kAdmin};
    return Unauthenticated("CREDENTIALS_MISSING", "this server asks for a client certificate");
  }
  MutexLock lock(mutex_);
  ReadAgainIfChanged();
  if (evidence.authorization) {
    std::string_view token = *evidence.authorization;
    if (!token.starts_with(kBearer)) {
      return Unauthenticated("CREDENTIALS_INVALID",
                             "the authorization header is not of the form \"Bearer TOKEN\"");
    }
    token.remove_prefix(kBearer.size());
    for (const Entry& entry : entries_) {
      if (!entry.token.empty() && SameSecret(entry.token, token)) return entry.principal;
    }
    return Unauthenticated("CREDENTIALS_INVALID", "the server does not know this token");
  }
  if (evidence.certificate_name) {
    for (const Entry& entry : entries_) {
      if (entry.certificate_name == *evidence.certificate_name) return entry.principal;
    }
    return Unauthenticated("CREDENTIALS_INVALID",
                           "the tokens file has no line for cert:" + *evidence.certificate_name);
  }
  return Unauthenticated("CREDENTIALS_MISSING",
                         "this server asks for a token: send the header \"authorization: Bearer "
                         "TOKEN\"");
}

}  // namespace monkafka::admin
