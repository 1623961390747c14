// Committed offsets of consumer groups. The coordinator does the work.
#include "protocol/offsets.h"

#include "handlers/coordinator_call.h"
#include "handlers/handlers.h"

namespace monkafka::handlers {

void HandleOffsetCommit(Context& ctx, RequestPtr<protocol::OffsetCommitRequest> request) {
  ctx.groups.OffsetCommit(ForCoordinator(*request), Responds(request));
}

void HandleOffsetFetch(Context& ctx, RequestPtr<protocol::OffsetFetchRequest> request) {
  ctx.groups.OffsetFetch(ForCoordinator(*request), Responds(request));
}

void HandleOffsetDelete(Context& ctx, RequestPtr<protocol::OffsetDeleteRequest> request) {
  ctx.groups.OffsetDelete(ForCoordinator(*request), Responds(request));
}

}  // namespace monkafka::handlers
