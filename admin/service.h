// The admin service without a transport: who may call what, and what is done. Lives as long as the
// broker; a Server (server.h) carries its calls and may come and go.
//
// Threads: Create, Stop and the destructor from one; the rest from any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/audit.h"
#include "admin/call.h"
#include "admin/credentials.h"
#include "admin/health.h"
#include "admin/method.h"
#include "admin/options.h"
#include "admin/places.h"
#include "admin/port/ports.h"
#include "admin/replay_cache.h"
#include "admin/services/services.h"
#include "admin/tls_files.h"
#include "admin/workers.h"
#include "common/executor.h"

namespace monkafka::admin {

// What a listener that others can reach needs: TLS, and tokens or verified client certificates.
// `exposed`: its addresses beyond this machine. The error is a sentence with the way out.
Status CheckExposure(const std::vector<std::string>& exposed, const ServerOptions& options);

class Service {
 public:
  // All outlive the service. audit nullptr: the broker's log.
  struct Dependencies {
    const Clock& clock;
    Timers& timers;
    AuditLog* audit = nullptr;
  };

  // Whether the tokens file and the certificates can be used; the error is a sentence that names
  // the file.
  static Status Check(const ServerOptions& options, const Clock& clock);

  // The errors of Check.
  static Result<std::unique_ptr<Service>> Create(ServerOptions options, const Ports& ports,
                                                 Dependencies dependencies);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // For a Server: what CallHandler says.
  void OnAccepted(const CallPtr& call);
  void OnMessage(const CallPtr& call, std::optional<grpc::ByteBuffer> message);

  // Health says NOT_SERVING from now on.
  void Drain() { health_.SetServing(false); }

  const ServerOptions& options() const { return options_; }
  Timers& timers() const { return timers_; }
  const MethodTable& table() const { return table_; }
  // Of TCP connections, for one server; the service outlives it.
  std::shared_ptr<grpc::ServerCredentials> transport_credentials() const;

 private:
  Service(ServerOptions options, Dependencies dependencies,
          std::unique_ptr<Credentials> credentials, std::unique_ptr<TlsFiles> tls_files);
  void AddServices(const Ports& ports);
  Outcome<void> Admit(Call& call);
  void GiveUp(Call& call);
  void StartScan(const CallPtr& call, Task run);

  const ServerOptions options_;
  const std::unique_ptr<Credentials> credentials_;
  const std::unique_ptr<TlsFiles> tls_files_;  // null: no TLS
  LoggedAudit logged_audit_;
  AuditLog& audit_;
  Timers& timers_;
  ReplayCache replays_;
  PlacesByName scans_of_peers_;
  const std::shared_ptr<Workers> unary_;
  const std::shared_ptr<Workers> scans_;
  Health health_;
  MethodTable table_;
};

}  // namespace monkafka::admin
