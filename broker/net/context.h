// What the parts of one server share. Owned by the server; sessions and threads refer to it while
// they are open. `memory` and `limits` may be held longer, by requests and by timers.
#pragma once

#include <memory>
#include <utility>

#include "net/cold_readers.h"
#include "net/connection_limits.h"
#include "net/receive_memory.h"
#include "net/server.h"

namespace monkafka::net {

struct Context {
  Context(ServerOptions server_options, RequestHandlerFactory handler_factory,
          const Clock& server_clock, Timers& server_timers, Executor& server_workers)
      : options(std::move(server_options)),
        make_handler(std::move(handler_factory)),
        clock(server_clock),
        timers(server_timers),
        workers(server_workers),
        memory(std::make_shared<ReceiveMemory>(options.receive_memory_bytes)),
        limits(std::make_shared<ConnectionLimits>(options.max_connections,
                                                  options.max_connections_per_ip)) {}

  const ServerOptions options;
  const RequestHandlerFactory make_handler;
  const Clock& clock;
  Timers& timers;
  Executor& workers;
  const std::shared_ptr<ReceiveMemory> memory;
  const std::shared_ptr<ConnectionLimits> limits;
  const std::shared_ptr<ColdReaders> cold_readers = std::make_shared<ColdReaders>();
};

}  // namespace monkafka::net
