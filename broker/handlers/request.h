// One request on its way through a handler: the decoded message with everything that keeps its
// views alive, and the one reply.
//
// Shared by whoever still works on it; a callback that captures the pointer keeps frame, message
// and connection alive. Any thread; exactly one of Respond, RespondNothing and Close is called, and
// dropping the last reference without any of them closes the connection (Responder).
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/request.h"
#include "protocol/codec.h"
#include "protocol/header.h"
#include "services/produce_run.h"

namespace monkafka::handlers {

// As it came from the network, its header read.
struct RawRequest {
  std::shared_ptr<Connection> connection;
  protocol::RequestHeader header;
  Frame frame;
  Responder responder;
  // Of its network thread; only while it is handed to its handler.
  services::ProduceRun* produce_run = nullptr;
};

template <class M>
class Request {
 public:
  Request(RawRequest raw, M message) : raw_(std::move(raw)), message_(std::move(message)) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const M& message() const { return message_; }
  int16_t version() const { return raw_.header.api_version; }
  // Empty when the client gave none.
  std::string_view client_id() const { return raw_.header.client_id.value_or(std::string_view()); }
  Connection& connection() const { return *raw_.connection; }
  // The request's bytes, to which the message refers.
  const Frame& frame() const { return raw_.frame; }
  // What this request may share with those that its connection sent with it. Only while the handler
  // is called.
  services::ProduceRun& produce_run() const { return *raw_.produce_run; }
  // For a coordinator that keeps the message; message() is empty afterwards.
  M TakeMessage() { return std::move(message_); }

  template <class Response>
  void Respond(const Response& response) {
    static_assert(Response::api.key == M::api.key);
    raw_.responder.Send(Reply::Send(
        protocol::EncodeResponse(raw_.header.correlation_id, response, raw_.header.api_version)));
  }
  void RespondNothing() { raw_.responder.Send(Reply::Nothing()); }
  void Close() { raw_.responder.Send(Reply::Close()); }

 private:
  RawRequest raw_;
  M message_;
};

template <class M>
using RequestPtr = std::shared_ptr<Request<M>>;

}  // namespace monkafka::handlers
