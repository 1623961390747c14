// One function per API, as the table in router.cc names them; each is in the file of its family.
//
// A handler says who may (its first line is the place for authorisation), translates the message,
// calls a service and translates the outcome. It never blocks; it answers at once or from a
// service's callback.
#pragma once

#include "handlers/context.h"
#include "handlers/request.h"
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

namespace monkafka::handlers {

// produce.cc, fetch.cc
void HandleProduce(Context& ctx, RequestPtr<protocol::ProduceRequest> request);
void HandleFetch(Context& ctx, RequestPtr<protocol::FetchRequest> request);

// list_offsets.cc
void HandleListOffsets(Context& ctx, RequestPtr<protocol::ListOffsetsRequest> request);
void HandleOffsetForLeaderEpoch(Context& ctx,
                                RequestPtr<protocol::OffsetForLeaderEpochRequest> request);

// metadata.cc
void HandleMetadata(Context& ctx, RequestPtr<protocol::MetadataRequest> request);

// find_coordinator.cc, groups.cc
void HandleFindCoordinator(Context& ctx, RequestPtr<protocol::FindCoordinatorRequest> request);
void HandleJoinGroup(Context& ctx, RequestPtr<protocol::JoinGroupRequest> request);
void HandleSyncGroup(Context& ctx, RequestPtr<protocol::SyncGroupRequest> request);
void HandleHeartbeat(Context& ctx, RequestPtr<protocol::HeartbeatRequest> request);
void HandleLeaveGroup(Context& ctx, RequestPtr<protocol::LeaveGroupRequest> request);
void HandleListGroups(Context& ctx, RequestPtr<protocol::ListGroupsRequest> request);
void HandleDescribeGroups(Context& ctx, RequestPtr<protocol::DescribeGroupsRequest> request);
void HandleDeleteGroups(Context& ctx, RequestPtr<protocol::DeleteGroupsRequest> request);

// offsets.cc
void HandleOffsetCommit(Context& ctx, RequestPtr<protocol::OffsetCommitRequest> request);
void HandleOffsetFetch(Context& ctx, RequestPtr<protocol::OffsetFetchRequest> request);
void HandleOffsetDelete(Context& ctx, RequestPtr<protocol::OffsetDeleteRequest> request);

// topics.cc
void HandleCreateTopics(Context& ctx, RequestPtr<protocol::CreateTopicsRequest> request);
void HandleDeleteTopics(Context& ctx, RequestPtr<protocol::DeleteTopicsRequest> request);
void HandleCreatePartitions(Context& ctx, RequestPtr<protocol::CreatePartitionsRequest> request);
void HandleDeleteRecords(Context& ctx, RequestPtr<protocol::DeleteRecordsRequest> request);

// configs.cc
void HandleDescribeConfigs(Context& ctx, RequestPtr<protocol::DescribeConfigsRequest> request);
void HandleAlterConfigs(Context& ctx, RequestPtr<protocol::AlterConfigsRequest> request);
void HandleIncrementalAlterConfigs(Context& ctx,
                                   RequestPtr<protocol::IncrementalAlterConfigsRequest> request);

// producers.cc
void HandleInitProducerId(Context& ctx, RequestPtr<protocol::InitProducerIdRequest> request);
void HandleDescribeProducers(Context& ctx, RequestPtr<protocol::DescribeProducersRequest> request);

// cluster.cc
void HandleDescribeCluster(Context& ctx, RequestPtr<protocol::DescribeClusterRequest> request);
void HandleDescribeLogDirs(Context& ctx, RequestPtr<protocol::DescribeLogDirsRequest> request);
void HandleDescribeTopicPartitions(Context& ctx,
                                   RequestPtr<protocol::DescribeTopicPartitionsRequest> request);

// api_versions.cc
void HandleApiVersions(Context& ctx, RequestPtr<protocol::ApiVersionsRequest> request);
// A version that this broker does not know: answered so that the client can ask again (KIP-511).
void RespondToUnknownApiVersions(RawRequest request);

}  // namespace monkafka::handlers
