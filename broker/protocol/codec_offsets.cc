// The codecs of offsets.h.
#include "protocol/codec_impl.h"
#include "protocol/offsets.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::OffsetCommitRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::OffsetCommitResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::OffsetFetchRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::OffsetFetchResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::OffsetDeleteRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::OffsetDeleteResponse)
