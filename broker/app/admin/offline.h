// The admin service over a data directory, in this process and with no broker: what `monkafkactl
// segment ... --dir` talks to. It serves SegmentsService alone; nothing is locked or written.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "common/result.h"

namespace monkafka::app {

// `directory` is a broker's log directory, or that of a single partition. The service lives as long
// as the channel. The error says what the path is instead.
Result<std::shared_ptr<grpc::Channel>> OpenOffline(const std::string& directory);

// Whether a broker is using it.
bool IsInUse(const std::string& directory);

}  // namespace monkafka::app
