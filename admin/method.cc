#include "admin/method.h"

#include <fmt/format.h>

#include <set>

#include "common/check.h"

namespace monkafka::admin {
namespace {

constexpr size_t kLongestRequestId = 128;

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace

Outcome<void> RequireRole(const Principal& principal, Role role, std::string_view what) {
  if (principal.role >= role) return {};
  return std::unexpected(
      Failure(FailureKind::kPermissionDenied, "ROLE_INSUFFICIENT",
              fmt::format("{} takes the role {}; {} has the role {}", what, RoleName(role),
                          principal.name, RoleName(principal.role))));
}

const Method* MethodTable::Find(const std::string& path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

std::vector<std::string> MethodTable::Services() const {
  std::set<std::string> services;
  for (const auto& [path, method] : methods_) {
    services.insert(path.substr(1, path.rfind('/') - 1));
  }
  return {services.begin(), services.end()};
}

void MethodTable::Add(Method method) {
  std::string path = method.path;
  CHECK(methods_.emplace(std::move(path), std::move(method)).second);
}

Failure MethodTable::UnreadableMessage() {
  return {FailureKind::kInvalidArgument, "MESSAGE_UNREADABLE",
          "the request is not a message of this method"};
}

void MethodTable::RefuseMutation(Call& call, const Failure& failure) {
  const Failure& told = call.denial() ? *call.denial() : failure;
  AuditEntry entry(call, "");
  entry.denied = call.denial().has_value();
  entry.outcome = ReasonOf(told);
  audit_.Write(entry);
  call.Finish(ToStatus(told));
}

void MethodTable::RunMutation(const CallPtr& call, const Mutation& mutation,
                              const std::function<Outcome<std::string>()>& run) {
  AuditEntry entry(*call, mutation.subject);
  entry.request_id = mutation.request_id;
  entry.validate_only = mutation.validate_only;
  entry.denied = call->denial().has_value();

  Outcome<std::string> response;
  if (call->denial()) {
    response = std::unexpected(*call->denial());
  } else if (mutation.request_id.size() > kLongestRequestId) {
    response = FailField("request_id", fmt::format("longer than {} bytes", kLongestRequestId));
  } else if (mutation.request_id.empty() || mutation.validate_only) {
    response = run();
  } else {
    const ReplayCache::Key key{call->principal().name, call->path(), mutation.request_id};
    const auto run_once = [&]() -> Outcome<ReplayCache::Answer> {
      Outcome<std::string> done = run();
      if (!done) return std::unexpected(std::move(done).error());
      return ReplayCache::Answer{*std::move(done), call->audit_outcome()};
    };
    Outcome<ReplayCache::Answer> answer =
        replays_.Run(key, mutation.request_hash, run_once, entry.replayed);
    if (answer) {
      call->set_audit_outcome(std::move(answer->audit_outcome));
      response = std::move(answer->response);
    } else {
      response = std::unexpected(std::move(answer).error());
    }
  }
  const grpc::Status status = StatusOf(response);
  entry.outcome = response ? call->audit_outcome() : ReasonOf(response.error());
  audit_.Write(entry);
  if (!status.ok()) return call->Finish(status);
  call->Reply(ToBuffer(*response));
}

}  // namespace monkafka::admin
