// The codecs of topics.h.
#include "protocol/codec_impl.h"
#include "protocol/topics.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::CreateTopicsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::CreateTopicsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DeleteTopicsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DeleteTopicsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::CreatePartitionsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::CreatePartitionsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DeleteRecordsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DeleteRecordsResponse)
