// The codecs of list_offsets.h, offset_for_leader_epoch.h.
#include "protocol/codec_impl.h"
#include "protocol/list_offsets.h"
#include "protocol/offset_for_leader_epoch.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::ListOffsetsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::ListOffsetsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::OffsetForLeaderEpochRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::OffsetForLeaderEpochResponse)
