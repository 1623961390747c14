// Connections of Kafka clients. Threads: any; short locks only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

struct ConnectionInfo {
  int64_t connection_id = 0;
  std::string remote_address;
  std::string listener;
  std::string client_id;
  std::string software_name;
  std::string software_version;
  std::string principal;
  std::chrono::system_clock::time_point connect_time;
  std::chrono::system_clock::time_point last_request_time;
  int64_t request_count = 0;
  int32_t pending_request_count = 0;
  int64_t received_bytes = 0;
  int64_t sent_bytes = 0;
};

class ConnectionsPort {
 public:
  virtual ~ConnectionsPort() = default;

  // By id.
  virtual Outcome<std::vector<ConnectionInfo>> List() = 0;
  // What was (or would be) closed. None with this id: kNotFound, reason CONNECTION_NOT_FOUND.
  virtual Outcome<ConnectionInfo> Close(int64_t connection_id, bool validate_only) = 0;
};

}  // namespace monkafka::admin
