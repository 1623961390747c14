// How a client reached the admin service.
#pragma once

namespace monkafka::admin {

enum class Transport { kTcp, kUnix };

// kRefused: over the limit of connections. Its calls are answered with that, nothing else.
enum class Admission { kServed, kRefused };

}  // namespace monkafka::admin
