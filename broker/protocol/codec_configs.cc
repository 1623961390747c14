// The codecs of configs.h.
#include "protocol/codec_impl.h"
#include "protocol/configs.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeConfigsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeConfigsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::AlterConfigsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::AlterConfigsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::IncrementalAlterConfigsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::IncrementalAlterConfigsResponse)
