// The door of the broker: which APIs it answers, in which versions, and who answers them.
#pragma once

#include <span>

#include "common/request.h"
#include "handlers/context.h"
#include "handlers/request.h"
#include "protocol/api.h"

namespace monkafka::handlers {

struct Route {
  protocol::Api api;
  // What ApiVersions says. Produce is advertised from 0, as Kafka 4 does: librdkafka tells from it
  // whether compression may be used (KAFKA-18659). Its versions below 3 are answered with an error.
  int16_t advertised_min;
  int16_t advertised_max;
  void (*handle)(Context& ctx, RawRequest request);

  bool Answers(int16_t version) const {
    return version >= advertised_min && version <= advertised_max;
  }
};

// The only list of APIs, by ascending key: dispatch, ApiVersions and tests read it.
std::span<const Route> Routes();
// Null when the API is not answered.
const Route* FindRoute(protocol::ApiKey key);

// Gives each request to its handler. A request that cannot be understood closes its connection, as
// in Kafka, with one line that names client, API and version; the only exception is ApiVersions of
// an unknown version, which is answered in version 0 (KIP-511).
//
// Produce requests that arrived together are appended together. Every other request finds done what
// came before it.
//
// Threads: one, a network thread.
class Dispatcher final : public RequestHandler {
 public:
  // The context outlives the dispatcher and every request.
  explicit Dispatcher(Context& ctx) : ctx_(ctx) {}

  void Handle(const std::shared_ptr<Connection>& connection, Frame frame,
              Responder responder) override;
  void EndOfRun() override { produce_run_.Commit(); }
  size_t PutOffBytes() const override { return produce_run_.bytes(); }

 private:
  Context& ctx_;
  services::ProduceRun produce_run_;
};

}  // namespace monkafka::handlers
