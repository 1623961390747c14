#include "admin/health.h"

#include <algorithm>

#include "grpc/health/v1/health.pb.h"

namespace monkafka::admin {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

grpc::ByteBuffer MessageOf(int status) {
  HealthCheckResponse response;
  response.set_status(static_cast<HealthCheckResponse::ServingStatus>(status));
  return SerializeMessage(response);
}

}  // namespace

void Health::AddTo(MethodTable& table) {
  const std::string service = "/grpc.health.v1.Health/";
  table.AddRead<HealthCheckRequest>(
      service + "Check", Role::kNone,
      [this](const HealthCheckRequest& request, Call&) -> Outcome<HealthCheckResponse> {
        if (!Knows(request.service())) {
          return std::unexpected(Failure(FailureKind::kNotFound, "SERVICE_UNKNOWN",
                                         "no service " + request.service() + " here"));
        }
        HealthCheckResponse response;
        MutexLock lock(mutex_);
        response.set_status(
            static_cast<HealthCheckResponse::ServingStatus>(StatusOf(request.service())));
        return response;
      });
  table.AddWatch<HealthCheckRequest>(
      service + "Watch", Role::kNone, RunsOn::kQueueThread,
      [this](const CallPtr& call, const HealthCheckRequest& request) {
        Watch(call, request.service());
      });
  services_ = table.Services();
}

bool Health::Knows(const std::string& service) const {
  return service.empty() || std::ranges::binary_search(services_, service);
}

int Health::StatusOf(const std::string& service) const {
  if (!Knows(service)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

void Health::Watch(const CallPtr& call, const std::string& service) {
  MutexLock lock(mutex_);
  std::erase_if(watchers_, [](const auto& watcher) { return watcher.first->stopped(); });
  call->Offer(MessageOf(StatusOf(service)));
  watchers_.emplace_back(call, service);
}

void Health::SetServing(bool serving) {
  MutexLock lock(mutex_);
  if (std::exchange(serving_, serving) == serving) return;
  for (const auto& [call, service] : watchers_) {
    if (Knows(service)) call->Offer(MessageOf(StatusOf(service)));
  }
}

}  // namespace monkafka::admin
