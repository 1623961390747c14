// One broker: builds the object graph in dependency order, and takes it down in reverse.
//
// Threads: Start and Stop from one thread. What runs inside:
//   network threads   receive requests, run handlers, go on with fetches that were waiting, send
//                     replies
//   dispatch          what follows from other requests: coordinators
//   workers           what waits on the disk: syncs, recovery, deletion, cold reads
//   timers            one thread, asleep until the earliest timer
#pragma once

#include <memory>
#include <string>

#include "common/result.h"
#include "config/settings.h"

namespace monkafka::app {

class Broker {
 public:
  // Binds, opens (or formats) the data directory, loads it and serves. The error is one sentence
  // for the operator; nothing was touched when the ports or the directory could not be had.
  static Result<std::unique_ptr<Broker>> Start(config::Settings settings);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // The first listener, "host:port" as clients are told.
  const std::string& address() const;

  // Where the admin service listens, several addresses separated by commas; empty: it is off.
  std::string admin_address() const;

  // Stops accepting, answers what is in flight, flushes and marks the shutdown clean.
  Status Stop();

 private:
  struct Graph;
  explicit Broker(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph_;
};

}  // namespace monkafka::app
