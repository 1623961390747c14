// Fetch: records out, with long poll and sessions.
#include "services/fetch.h"

#include "handlers/handlers.h"
#include "handlers/leader_hints.h"

namespace monkafka::handlers {

using protocol::FetchResponse;

void HandleFetch(Context& ctx, RequestPtr<protocol::FetchRequest> request) {
  Executor& executor = *request->connection().executor;
  ctx.fetch.Fetch(request->message(), request->version(), executor,
                  [&ctx, request](FetchResponse response) {
                    AddLeaderHints(ctx.cluster, request->connection().listener, response);
                    request->Respond(response);
                  });
}

}  // namespace monkafka::handlers
