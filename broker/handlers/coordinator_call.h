// Handing a request to a coordinator, which answers when it can.
#pragma once

#include <utility>

#include "groups/group_coordinator.h"
#include "handlers/request.h"

namespace monkafka::handlers {

// The message moves to the coordinator together with the frame that it refers to.
template <class M>
groups::Received<M> ForCoordinator(Request<M>& request) {
  return {request.frame(), request.version(), request.TakeMessage()};
}

// Sends the coordinator's response, whatever its type.
template <class M>
auto Responds(RequestPtr<M> request) {
  return [request = std::move(request)](const auto& response) { request->Respond(response); };
}

}  // namespace monkafka::handlers
