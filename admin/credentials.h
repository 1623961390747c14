// Who may call. A tokens file has one line for each principal:
//
//   # role    name      credential
//   admin     alice     5fb0b1d5c2...        a bearer token, at least 16 characters
//   viewer    grafana   cert:grafana.local   the common name of a client's certificate
//
// It must not be readable for others than its owner and group. It is read again when it has
// changed; a file that cannot be read then leaves what was read before in force.
//
// Without a tokens file everybody who can connect is admin: over TCP that is whoever is on the
// machine or, when certificates of clients are verified, has one. Who connects through the unix
// socket or within the process is admin in any case.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/options.h"
#include "admin/port/failure.h"
#include "admin/principal.h"
#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::admin {

// What a connection and a call say about who calls.
struct CallerEvidence {
  bool local = false;                           // by the unix socket or within the process
  std::optional<std::string> authorization;     // the header's value
  std::optional<std::string> certificate_name;  // common name of a verified certificate
};

class Credentials {
 public:
  // Fails with a sentence that names the file and the line.
  static Result<std::unique_ptr<Credentials>> Load(const ServerOptions& options,
                                                   const Clock& clock);

  // Who it is; UNAUTHENTICATED.
  Outcome<Principal> Authenticate(const CallerEvidence& evidence);

  // Logs a warning when the tokens file names nobody, so that nobody can call over TCP.
  void WarnIfEmpty();

  // Whether who connects by TCP has to prove who they are.
  bool Required() const { return !file_.empty() || verifies_clients_; }

 private:
  struct Entry {
    Principal principal;
    std::string token;             // or
    std::string certificate_name;  // one of them is empty
  };
  struct Version {  // of the file
    int64_t modified_ns = 0;
    int64_t size = -1;
    uint64_t inode = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };

  Credentials(const ServerOptions& options, const Clock& clock);
  Status Read() REQUIRES(mutex_);
  void WarnIfNobody() const REQUIRES(mutex_);
  void ReadAgainIfChanged() REQUIRES(mutex_);
  static Result<Version> VersionOf(const std::string& file);
  static Result<std::vector<Entry>> Parse(const std::string& file, std::string_view text);

  const std::string file_;
  const bool verifies_clients_;
  const Clock& clock_;
  Mutex mutex_;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
  Version version_ GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point looked_at_ GUARDED_BY(mutex_){};
};

}  // namespace monkafka::admin
