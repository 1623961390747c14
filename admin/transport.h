// How a client reached the admin service.
#pragma once

namespace monkafka::admin {

enum class Transport { kTcp, kUnix };

}  // namespace monkafka::admin
