// ListOffsets and OffsetForLeaderEpoch: offsets by time and by leader epoch.
#include "services/list_offsets.h"

#include "handlers/handlers.h"
#include "services/partition_lookup.h"

namespace monkafka::handlers {
namespace {

using protocol::ListOffsetsResponse;
using protocol::OffsetForLeaderEpochRequest;
using protocol::OffsetForLeaderEpochResponse;

OffsetForLeaderEpochResponse::Partition EndOfEpoch(
    const cluster::Cluster& cluster, std::string_view topic,
    const OffsetForLeaderEpochRequest::Partition& asked) {
  OffsetForLeaderEpochResponse::Partition answer;
  answer.partition = asked.partition;
  const services::LedPartition led = services::FindLed(cluster, topic, asked.partition);
  answer.error_code = led ? (*led)->CheckLeaderEpoch(asked.current_leader_epoch) : led.error();
  if (answer.error_code != ErrorCode::kNone) return answer;
  const storage::EpochEnd end = (*led)->EndOfEpoch(asked.leader_epoch);
  answer.leader_epoch = end.leader_epoch;
  answer.end_offset = end.end_offset;
  return answer;
}

}  // namespace

void HandleListOffsets(Context& ctx, RequestPtr<protocol::ListOffsetsRequest> request) {
  ctx.list_offsets.ListOffsets(
      request->message(), request->version(),
      [request](ListOffsetsResponse response) { request->Respond(response); });
}

void HandleOffsetForLeaderEpoch(Context& ctx, RequestPtr<OffsetForLeaderEpochRequest> request) {
  OffsetForLeaderEpochResponse response;
  for (const OffsetForLeaderEpochRequest::Topic& topic : request->message().topics) {
    OffsetForLeaderEpochResponse::Topic& answer = response.topics.emplace_back();
    answer.topic = topic.topic;
    for (const auto& partition : topic.partitions) {
      answer.partitions.push_back(EndOfEpoch(ctx.cluster, topic.topic, partition));
    }
  }
  request->Respond(response);
}

}  // namespace monkafka::handlers
