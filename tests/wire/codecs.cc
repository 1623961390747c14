#include "wire/codecs.h"

#include "protocol/api_versions.h"
#include "protocol/cluster.h"
#include "protocol/codec.h"
#include "protocol/configs.h"
#include "protocol/fetch.h"
#include "protocol/groups.h"
#include "protocol/list_offsets.h"
#include "protocol/metadata.h"
#include "protocol/offset_for_leader_epoch.h"
#include "protocol/offsets.h"
#include "protocol/produce.h"
#include "protocol/producers.h"
#include "protocol/topics.h"

namespace monkafka::wire {
namespace {

using namespace protocol;  // NOLINT: all of its messages are named below

template <class M>
Result<std::vector<uint8_t>> Recode(MutableBytes body, int16_t version) {
  Result<M> message = Decode<M>(body, version);
  if (!message) return Forward(std::move(message));
  return EncodeBody(*message, version);
}

template <class M>
std::vector<uint8_t> EncodeDefault(int16_t version) {
  return EncodeBody(M(), version);
}

template <class M>
constexpr Codec Of(bool is_request) {
  return {M::api, is_request, &Recode<M>, &EncodeDefault<M>};
}

constexpr Codec kCodecs[] = {
    Of<ProduceRequest>(true),
    Of<ProduceResponse>(false),
    Of<FetchRequest>(true),
    Of<FetchResponse>(false),
    Of<ListOffsetsRequest>(true),
    Of<ListOffsetsResponse>(false),
    Of<MetadataRequest>(true),
    Of<MetadataResponse>(false),
    Of<OffsetCommitRequest>(true),
    Of<OffsetCommitResponse>(false),
    Of<OffsetFetchRequest>(true),
    Of<OffsetFetchResponse>(false),
    Of<FindCoordinatorRequest>(true),
    Of<FindCoordinatorResponse>(false),
    Of<JoinGroupRequest>(true),
    Of<JoinGroupResponse>(false),
    Of<HeartbeatRequest>(true),
    Of<HeartbeatResponse>(false),
    Of<LeaveGroupRequest>(true),
    Of<LeaveGroupResponse>(false),
    Of<SyncGroupRequest>(true),
    Of<SyncGroupResponse>(false),
    Of<DescribeGroupsRequest>(true),
    Of<DescribeGroupsResponse>(false),
    Of<ListGroupsRequest>(true),
    Of<ListGroupsResponse>(false),
    Of<ApiVersionsRequest>(true),
    Of<ApiVersionsResponse>(false),
    Of<CreateTopicsRequest>(true),
    Of<CreateTopicsResponse>(false),
    Of<DeleteTopicsRequest>(true),
    Of<DeleteTopicsResponse>(false),
    Of<DeleteRecordsRequest>(true),
    Of<DeleteRecordsResponse>(false),
    Of<InitProducerIdRequest>(true),
    Of<InitProducerIdResponse>(false),
    Of<OffsetForLeaderEpochRequest>(true),
    Of<OffsetForLeaderEpochResponse>(false),
    Of<DescribeConfigsRequest>(true),
    Of<DescribeConfigsResponse>(false),
    Of<AlterConfigsRequest>(true),
    Of<AlterConfigsResponse>(false),
    Of<DescribeLogDirsRequest>(true),
    Of<DescribeLogDirsResponse>(false),
    Of<CreatePartitionsRequest>(true),
    Of<CreatePartitionsResponse>(false),
    Of<DeleteGroupsRequest>(true),
    Of<DeleteGroupsResponse>(false),
    Of<IncrementalAlterConfigsRequest>(true),
    Of<IncrementalAlterConfigsResponse>(false),
    Of<OffsetDeleteRequest>(true),
    Of<OffsetDeleteResponse>(false),
    Of<DescribeClusterRequest>(true),
    Of<DescribeClusterResponse>(false),
    Of<DescribeProducersRequest>(true),
    Of<DescribeProducersResponse>(false),
    Of<DescribeTopicPartitionsRequest>(true),
    Of<DescribeTopicPartitionsResponse>(false),
};

}  // namespace

std::span<const Codec> Codecs() { return kCodecs; }

}  // namespace monkafka::wire
