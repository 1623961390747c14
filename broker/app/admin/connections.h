// The admin service's connections over the Kafka listeners.
#pragma once

#include <vector>

#include "admin/port/connections.h"
#include "common/executor.h"
#include "net/server.h"

namespace monkafka::app {

class AdminConnections final : public admin::ConnectionsPort {
 public:
  // Both outlive it.
  AdminConnections(net::Server& server, const Clock& clock) : server_(server), clock_(clock) {}

  admin::Outcome<std::vector<admin::ConnectionInfo>> List() override;
  admin::Outcome<admin::ConnectionInfo> Close(int64_t connection_id, bool validate_only) override;

 private:
  net::Server& server_;
  const Clock& clock_;
};

}  // namespace monkafka::app
