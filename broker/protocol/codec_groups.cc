// The codecs of groups.h.
#include "protocol/codec_impl.h"
#include "protocol/groups.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::FindCoordinatorRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::FindCoordinatorResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::JoinGroupRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::JoinGroupResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::SyncGroupRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::SyncGroupResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::HeartbeatRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::HeartbeatResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::LeaveGroupRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::LeaveGroupResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeGroupsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeGroupsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::ListGroupsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::ListGroupsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DeleteGroupsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DeleteGroupsResponse)
