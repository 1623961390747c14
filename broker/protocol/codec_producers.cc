// The codecs of producers.h.
#include "protocol/codec_impl.h"
#include "protocol/producers.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::InitProducerIdRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::InitProducerIdResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeProducersRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeProducersResponse)
