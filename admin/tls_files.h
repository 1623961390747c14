// The files of TLS: looked at when the broker starts, and again for new connections, so that a
// certificate is renewed without a restart. What cannot be used never replaces what can: a pair
// whose files are replaced one after the other does not belong together for a moment.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "admin/options.h"
#include "common/executor.h"
#include "common/mutex.h"
#include "common/result.h"

namespace monkafka::admin {

// What the files hold, as PEM.
struct TlsIdentity {
  std::string certificate_chain;
  std::string key;
  std::string client_ca;  // empty: clients are not asked for certificates
  friend bool operator==(const TlsIdentity&, const TlsIdentity&) = default;
};

// Whether the certificate, its key and the client CA can be read, are what they should be, and
// certificate and key belong together. The error is a sentence that names the file. Without TLS
// there is nothing to check.
Status CheckTlsFiles(const TlsOptions& tls);

// Threads: any.
class TlsFiles {
 public:
  // As often the files are looked at, at most.
  static constexpr std::chrono::seconds kLookAgainAfter{1};

  // The errors of CheckTlsFiles. The clock outlives it; the options have TLS.
  static Result<std::unique_ptr<TlsFiles>> Load(const TlsOptions& tls, const Clock& clock);

  // The files as they are now or, while they cannot be used, as they last were when they could;
  // the log says once what is wrong. Never null; the same object as long as nothing changes.
  std::shared_ptr<const TlsIdentity> Current();

 private:
  TlsFiles(const TlsOptions& tls, const Clock& clock);

  const TlsOptions tls_;
  const Clock& clock_;
  Mutex mutex_;
  std::shared_ptr<const TlsIdentity> current_ GUARDED_BY(mutex_);
  std::string complaint_ GUARDED_BY(mutex_);  // that was logged last; empty: all is well
  std::chrono::steady_clock::time_point looked_at_ GUARDED_BY(mutex_){};
};

}  // namespace monkafka::admin
