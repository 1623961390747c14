#include "app/admin/offline.h"

#include "admin/server.h"
#include "admin/service.h"
#include "app/admin/segment_source.h"
#include "app/admin/segments.h"
#include "common/executor.h"
#include "storage/file_system.h"

namespace monkafka::app {
namespace {

// What stands behind the channel, in the order it is built.
struct Offline {
  SystemClock clock;
  TimerThread timers{clock};
  std::unique_ptr<SegmentSource> source;
  std::unique_ptr<AdminSegments> segments;
  std::unique_ptr<admin::Service> service;
  std::unique_ptr<admin::Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

}  // namespace

bool IsInUse(const std::string& directory) {
  return IsInUse(storage::PosixFileSystem(), directory);
}

Result<std::shared_ptr<grpc::Channel>> OpenOffline(const std::string& directory) {
  auto offline = std::make_shared<Offline>();
  auto source = OpenSegmentDirectory(storage::PosixFileSystem(), directory);
  if (!source) return Forward(std::move(source));
  offline->source = std::move(*source);
  offline->segments = std::make_unique<AdminSegments>(*offline->source);
  admin::Ports ports;
  ports.segments = offline->segments.get();
  admin::ServerOptions options;
  options.stall_timeout = std::chrono::milliseconds(0);  // who reads may look at it at leisure
  auto service =
      admin::Service::Create(options, ports, {.clock = offline->clock, .timers = offline->timers});
  if (!service) return Forward(std::move(service));
  offline->service = std::move(*service);
  offline->server = admin::Server::Start(*offline->service);
  if (offline->server == nullptr)
    return Fail(ErrorCode::kUnknownServerError, "gRPC could not be started");
  offline->channel = offline->server->InProcessChannel();
  return std::shared_ptr<grpc::Channel>(offline, offline->channel.get());
}

}  // namespace monkafka::app
