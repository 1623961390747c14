// Kafka's API keys, and what a message struct of this room says about itself.
//
// A message is a plain struct with
//   static constexpr Api api{...};                     which API, which versions
//   static void fields(auto& io, auto& m);             every field in wire order (see codec.h)
// A new API is: its structs in a family header, one line in that family's codec_*.cc, one in
// apis.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace monkafka::protocol {

// X(enumerator, wire value, Kafka's name)
// Source: Kafka protocol guide, "API Keys", with the keys that 4.x added.
#define MONKAFKA_API_KEYS(X)                                           \
  X(kProduce, 0, "Produce")                                            \
  X(kFetch, 1, "Fetch")                                                \
  X(kListOffsets, 2, "ListOffsets")                                    \
  X(kMetadata, 3, "Metadata")                                          \
  X(kLeaderAndIsr, 4, "LeaderAndIsr")                                  \
  X(kStopReplica, 5, "StopReplica")                                    \
  X(kUpdateMetadata, 6, "UpdateMetadata")                              \
  X(kControlledShutdown, 7, "ControlledShutdown")                      \
  X(kOffsetCommit, 8, "OffsetCommit")                                  \
  X(kOffsetFetch, 9, "OffsetFetch")                                    \
  X(kFindCoordinator, 10, "FindCoordinator")                           \
  X(kJoinGroup, 11, "JoinGroup")                                       \
  X(kHeartbeat, 12, "Heartbeat")                                       \
  X(kLeaveGroup, 13, "LeaveGroup")                                     \
  X(kSyncGroup, 14, "SyncGroup")                                       \
  X(kDescribeGroups, 15, "DescribeGroups")                             \
  X(kListGroups, 16, "ListGroups")                                     \
  X(kSaslHandshake, 17, "SaslHandshake")                               \
  X(kApiVersions, 18, "ApiVersions")                                   \
  X(kCreateTopics, 19, "CreateTopics")                                 \
  X(kDeleteTopics, 20, "DeleteTopics")                                 \
  X(kDeleteRecords, 21, "DeleteRecords")                               \
  X(kInitProducerId, 22, "InitProducerId")                             \
  X(kOffsetForLeaderEpoch, 23, "OffsetForLeaderEpoch")                 \
  X(kAddPartitionsToTxn, 24, "AddPartitionsToTxn")                     \
  X(kAddOffsetsToTxn, 25, "AddOffsetsToTxn")                           \
  X(kEndTxn, 26, "EndTxn")                                             \
  X(kWriteTxnMarkers, 27, "WriteTxnMarkers")                           \
  X(kTxnOffsetCommit, 28, "TxnOffsetCommit")                           \
  X(kDescribeAcls, 29, "DescribeAcls")                                 \
  X(kCreateAcls, 30, "CreateAcls")                                     \
  X(kDeleteAcls, 31, "DeleteAcls")                                     \
  X(kDescribeConfigs, 32, "DescribeConfigs")                           \
  X(kAlterConfigs, 33, "AlterConfigs")                                 \
  X(kAlterReplicaLogDirs, 34, "AlterReplicaLogDirs")                   \
  X(kDescribeLogDirs, 35, "DescribeLogDirs")                           \
  X(kSaslAuthenticate, 36, "SaslAuthenticate")                         \
  X(kCreatePartitions, 37, "CreatePartitions")                         \
  X(kCreateDelegationToken, 38, "CreateDelegationToken")               \
  X(kRenewDelegationToken, 39, "RenewDelegationToken")                 \
  X(kExpireDelegationToken, 40, "ExpireDelegationToken")               \
  X(kDescribeDelegationToken, 41, "DescribeDelegationToken")           \
  X(kDeleteGroups, 42, "DeleteGroups")                                 \
  X(kElectLeaders, 43, "ElectLeaders")                                 \
  X(kIncrementalAlterConfigs, 44, "IncrementalAlterConfigs")           \
  X(kAlterPartitionReassignments, 45, "AlterPartitionReassignments")   \
  X(kListPartitionReassignments, 46, "ListPartitionReassignments")     \
  X(kOffsetDelete, 47, "OffsetDelete")                                 \
  X(kDescribeClientQuotas, 48, "DescribeClientQuotas")                 \
  X(kAlterClientQuotas, 49, "AlterClientQuotas")                       \
  X(kDescribeUserScramCredentials, 50, "DescribeUserScramCredentials") \
  X(kAlterUserScramCredentials, 51, "AlterUserScramCredentials")       \
  X(kVote, 52, "Vote")                                                 \
  X(kBeginQuorumEpoch, 53, "BeginQuorumEpoch")                         \
  X(kEndQuorumEpoch, 54, "EndQuorumEpoch")                             \
  X(kDescribeQuorum, 55, "DescribeQuorum")                             \
  X(kAlterPartition, 56, "AlterPartition")                             \
  X(kUpdateFeatures, 57, "UpdateFeatures")                             \
  X(kEnvelope, 58, "Envelope")                                         \
  X(kFetchSnapshot, 59, "FetchSnapshot")                               \
  X(kDescribeCluster, 60, "DescribeCluster")                           \
  X(kDescribeProducers, 61, "DescribeProducers")                       \
  X(kBrokerRegistration, 62, "BrokerRegistration")                     \
  X(kBrokerHeartbeat, 63, "BrokerHeartbeat")                           \
  X(kUnregisterBroker, 64, "UnregisterBroker")                         \
  X(kDescribeTransactions, 65, "DescribeTransactions")                 \
  X(kListTransactions, 66, "ListTransactions")                         \
  X(kAllocateProducerIds, 67, "AllocateProducerIds")                   \
  X(kConsumerGroupHeartbeat, 68, "ConsumerGroupHeartbeat")             \
  X(kConsumerGroupDescribe, 69, "ConsumerGroupDescribe")               \
  X(kControllerRegistration, 70, "ControllerRegistration")             \
  X(kGetTelemetrySubscriptions, 71, "GetTelemetrySubscriptions")       \
  X(kPushTelemetry, 72, "PushTelemetry")                               \
  X(kAssignReplicasToDirs, 73, "AssignReplicasToDirs")                 \
  X(kListConfigResources, 74, "ListConfigResources")                   \
  X(kDescribeTopicPartitions, 75, "DescribeTopicPartitions")           \
  X(kShareGroupHeartbeat, 76, "ShareGroupHeartbeat")                   \
  X(kShareGroupDescribe, 77, "ShareGroupDescribe")                     \
  X(kShareFetch, 78, "ShareFetch")                                     \
  X(kShareAcknowledge, 79, "ShareAcknowledge")                         \
  X(kAddRaftVoter, 80, "AddRaftVoter")                                 \
  X(kRemoveRaftVoter, 81, "RemoveRaftVoter")                           \
  X(kUpdateRaftVoter, 82, "UpdateRaftVoter")                           \
  X(kInitializeShareGroupState, 83, "InitializeShareGroupState")       \
  X(kReadShareGroupState, 84, "ReadShareGroupState")                   \
  X(kWriteShareGroupState, 85, "WriteShareGroupState")                 \
  X(kDeleteShareGroupState, 86, "DeleteShareGroupState")               \
  X(kReadShareGroupStateSummary, 87, "ReadShareGroupStateSummary")     \
  X(kStreamsGroupHeartbeat, 88, "StreamsGroupHeartbeat")               \
  X(kStreamsGroupDescribe, 89, "StreamsGroupDescribe")                 \
  X(kDescribeShareGroupOffsets, 90, "DescribeShareGroupOffsets")       \
  X(kAlterShareGroupOffsets, 91, "AlterShareGroupOffsets")             \
  X(kDeleteShareGroupOffsets, 92, "DeleteShareGroupOffsets")

enum class ApiKey : int16_t {
#define X(enumerator, value, name) enumerator = (value),
  MONKAFKA_API_KEYS(X)
#undef X
};

// "Produce" and so on; "unknown" for a key that Kafka does not define.
std::string_view ApiName(ApiKey key);

// flexible_from of a message that has no flexible version (KIP-482).
inline constexpr int16_t kNeverFlexible = INT16_MAX;

struct Api {
  ApiKey key;
  const char* name;
  int16_t min_version;    // the oldest and the newest version that the codec understands:
  int16_t max_version;    // all that Apache Kafka 3.9 and 4.x answer, Produce and Fetch as in 4.x
  int16_t flexible_from;  // the first version with compact types and tagged fields

  constexpr bool Supports(int16_t version) const {
    return min_version <= version && version <= max_version;
  }
  constexpr bool IsFlexible(int16_t version) const { return version >= flexible_from; }
};

// Every API that this room has structs for, in the order of their keys. What the broker answers is
// decided higher up, by the table of handlers.
std::span<const Api> Apis();
// Null when there are no structs for that key.
const Api* FindApi(int16_t key);

}  // namespace monkafka::protocol
