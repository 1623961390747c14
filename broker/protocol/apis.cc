#include "protocol/api.h"

#include <algorithm>
#include <iterator>

#include "protocol/api_versions.h"
#include "protocol/cluster.h"
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

namespace monkafka::protocol {
namespace {

constexpr Api kApis[] = {
    ProduceRequest::api,
    FetchRequest::api,
    ListOffsetsRequest::api,
    MetadataRequest::api,
    OffsetCommitRequest::api,
    OffsetFetchRequest::api,
    FindCoordinatorRequest::api,
    JoinGroupRequest::api,
    HeartbeatRequest::api,
    LeaveGroupRequest::api,
    SyncGroupRequest::api,
    DescribeGroupsRequest::api,
    ListGroupsRequest::api,
    ApiVersionsRequest::api,
    CreateTopicsRequest::api,
    DeleteTopicsRequest::api,
    DeleteRecordsRequest::api,
    InitProducerIdRequest::api,
    OffsetForLeaderEpochRequest::api,
    DescribeConfigsRequest::api,
    AlterConfigsRequest::api,
    DescribeLogDirsRequest::api,
    CreatePartitionsRequest::api,
    DeleteGroupsRequest::api,
    IncrementalAlterConfigsRequest::api,
    OffsetDeleteRequest::api,
    DescribeClusterRequest::api,
    DescribeProducersRequest::api,
    DescribeTopicPartitionsRequest::api,
};

static_assert(std::is_sorted(std::begin(kApis), std::end(kApis),
                             [](const Api& a, const Api& b) { return a.key < b.key; }));

}  // namespace

std::string_view ApiName(ApiKey key) {
  switch (key) {
#define X(enumerator, value, name) \
  case ApiKey::enumerator:         \
    return name;
    MONKAFKA_API_KEYS(X)
#undef X
  }
  return "unknown";
}

std::span<const Api> Apis() { return kApis; }

const Api* FindApi(int16_t key) {
  const auto* api = std::lower_bound(
      std::begin(kApis), std::end(kApis), key,
      [](const Api& a, int16_t wanted) { return static_cast<int16_t>(a.key) < wanted; });
  return api != std::end(kApis) && static_cast<int16_t>(api->key) == key ? api : nullptr;
}

}  // namespace monkafka::protocol
