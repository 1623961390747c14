#include "admin/service.h"

#include <fmt/format.h>
#include <grpcpp/security/server_credentials.h>

#include <utility>

#include "admin/reflection.h"
#include "admin/tls_credentials.h"

namespace monkafka::admin {
namespace {

constexpr int kScanNiceness = 10;

CallerEvidence EvidenceOf(const Call& call) {
  CallerEvidence evidence;
  const std::string& peer = call.Peer();
  evidence.local = peer.starts_with("unix:") || peer.starts_with("inproc");
  const auto& metadata = call.context().client_metadata();
  if (const auto found = metadata.find("authorization"); found != metadata.end()) {
    evidence.authorization.emplace(found->second.data(), found->second.size());
  }
  const auto auth = call.context().auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    for (const grpc::string_ref& name : auth->FindPropertyValues("x509_common_name")) {
      evidence.certificate_name.emplace(name.data(), name.size());
    }
  }
  return evidence;
}

}  // namespace

Status CheckExposure(const std::vector<std::string>& exposed, const ServerOptions& options) {
  if (exposed.empty()) return {};
  const bool tls = !options.tls.certificate_file.empty();
  const bool authenticated = !options.tokens_file.empty() || !options.tls.client_ca_file.empty();
  if (tls && authenticated) return {};
  return Fail(ErrorCode::kInvalidConfig,
              fmt::format("the admin service would listen on {}, which other machines can reach, "
                          "without {}; configure that, listen on 127.0.0.1 or a unix socket, or "
                          "accept the risk with --insecure",
                          fmt::join(exposed, ", "),
                          tls             ? "authentication (a tokens file or a client CA)"
                          : authenticated ? "TLS (a certificate)"
                                          : "TLS and authentication"));
}

Status Service::Check(const ServerOptions& options, const Clock& clock) {
  auto credentials = Credentials::Load(options, clock);
  if (!credentials) return Forward(std::move(credentials));
  return CheckTlsFiles(options.tls);
}

Result<std::unique_ptr<Service>> Service::Create(ServerOptions options, const Ports& ports,
                                                 Dependencies dependencies) {
  auto credentials = Credentials::Load(options, dependencies.clock);
  if (!credentials) return Forward(std::move(credentials));
  if (Status status = CheckTlsFiles(options.tls); !status) return Forward(std::move(status));
  std::unique_ptr<TlsFiles> tls_files;
  if (!options.tls.certificate_file.empty()) {
    auto loaded = TlsFiles::Load(options.tls, dependencies.clock);
    if (!loaded) return Forward(std::move(loaded));
    tls_files = *std::move(loaded);
  }
  (*credentials)->WarnIfEmpty();
  std::unique_ptr<Service> service(
      new Service(std::move(options), dependencies, *std::move(credentials), std::move(tls_files)));
  service->AddServices(ports);
  return service;
}

Service::Service(ServerOptions options, Dependencies dependencies,
                 std::unique_ptr<Credentials> credentials, std::unique_ptr<TlsFiles> tls_files)
    : options_(std::move(options)),
      credentials_(std::move(credentials)),
      tls_files_(std::move(tls_files)),
      audit_(dependencies.audit != nullptr ? *dependencies.audit : logged_audit_),
      timers_(dependencies.timers),
      replays_(dependencies.clock),
      unary_(std::make_shared<Workers>("admin", options_.unary_threads, options_.max_waiting, 0)),
      scans_(std::make_shared<Workers>("admin-scan", options_.max_scans, options_.max_waiting,
                                       kScanNiceness)),
      table_(audit_, replays_) {}

// Runs what is queued: tails that let go of themselves.
Service::~Service() {
  unary_->Stop();
  scans_->Stop();
}

void Service::AddServices(const Ports& ports) {
  const Runtime runtime{unary_, scans_, &timers_};
  if (ports.cluster != nullptr) AddCluster(table_, *ports.cluster);
  if (ports.topics != nullptr) AddTopics(table_, *ports.topics, ports.configs);
  if (ports.segments != nullptr) AddSegments(table_, *ports.segments);
  if (ports.offsets != nullptr) AddOffsets(table_, *ports.offsets, runtime);
  if (ports.groups != nullptr) AddGroups(table_, *ports.groups, runtime);
  if (ports.records != nullptr) AddRecords(table_, *ports.records, runtime);
  if (ports.configs != nullptr) AddConfigs(table_, *ports.configs);
  if (ports.connections != nullptr) AddConnections(table_, *ports.connections);
  if (ports.resources != nullptr) AddResources(table_, *ports.resources, ports.configs);
  AddReflection(table_);
  health_.AddTo(table_);
}

std::shared_ptr<grpc::ServerCredentials> Service::transport_credentials() const {
  if (!tls_files_) return grpc::InsecureServerCredentials();
  if (options_.tls.client_ca_file.empty()) {
    return TlsCredentials(*tls_files_, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  }
  // With tokens a certificate is one of two ways, without it is the only one.
  const bool required = options_.tokens_file.empty();
  return TlsCredentials(*tls_files_,
                        required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                 : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
}

Outcome<void> Service::Admit(Call& call) {
  call.set_method(table_.Find(call.path()));
  if (call.method() == nullptr) {
    return std::unexpected(Failure(FailureKind::kUnimplemented, "METHOD_UNKNOWN",
                                   "this server has no method " + call.path()));
  }
  const Method& method = *call.method();
  if (method.role == Role::kNone) return {};
  Outcome<Principal> principal = credentials_->Authenticate(EvidenceOf(call));
  if (!principal) return std::unexpected(std::move(principal).error());
  call.set_principal(*principal);
  return RequireRole(*principal, method.role, call.path().substr(call.path().rfind('/') + 1));
}

void Service::OnAccepted(const CallPtr& call) {
  Outcome<void> admitted = Admit(*call);
  if (admitted) return call->Read();
  if (call->method() == nullptr || !call->method()->mutation) {
    return call->Finish(ToStatus(admitted.error()));
  }
  // Of a stranger nothing is read.
  if (call->principal().name.empty()) return table_.RefuseMutation(*call, admitted.error());
  call->set_denial(std::move(admitted).error());
  call->Read();
}

void Service::OnMessage(const CallPtr& call, std::optional<grpc::ByteBuffer> message) {
  const Method& method = *call->method();
  if (!message) {
    if (method.conversation) return call->Finish(grpc::Status::OK);
    const Failure missing(FailureKind::kInvalidArgument, "MESSAGE_MISSING",
                          "the call came without a request");
    if (method.mutation) return table_.RefuseMutation(*call, missing);
    return call->Finish(ToStatus(missing));
  }
  Task run = [this, &method, call, bytes = *std::move(message)]() mutable {
    if (call->over()) return GiveUp(*call);
    method.run(call, std::move(bytes));
    if (method.conversation) call->WhenClear([call] { call->Read(); });
  };
  switch (method.runs_on) {
    case RunsOn::kQueueThread:
      return run();
    case RunsOn::kUnaryThread:
      return unary_->Post(std::move(run));
    case RunsOn::kScanThread:
      return StartScan(call, std::move(run));
  }
}

// Nothing is begun that nobody waits for, and no change made whose caller is told that it failed.
void Service::GiveUp(Call& call) {
  const Failure late(FailureKind::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                     "the call was over before its turn came; nothing was done");
  if (call.method()->mutation) return table_.RefuseMutation(call, late);
  call.Finish(ToStatus(late));
}

void Service::StartScan(const CallPtr& call, Task run) {
  const auto refuse = [&](std::string_view whose, size_t most) {
    call->Finish(ToStatus(Failure(
        FailureKind::kResourceExhausted, "SCANS_EXHAUSTED",
        fmt::format("{} long reads{} are under way, and there cannot be more at once; try again "
                    "later",
                    most, whose))));
  };
  auto place = scans_of_peers_.Take(call->Peer(), options_.max_scans_per_connection);
  if (!place) return refuse(" of this connection", options_.max_scans_per_connection);
  const bool posted =
      scans_->TryPost([run = std::move(run), place = std::move(place)]() mutable { run(); });
  if (!posted) refuse("", options_.max_scans);
}

}  // namespace monkafka::admin
