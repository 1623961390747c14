// The codecs of cluster.h.
#include "protocol/cluster.h"
#include "protocol/codec_impl.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeClusterRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeClusterResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeLogDirsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeLogDirsResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::DescribeTopicPartitionsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::DescribeTopicPartitionsResponse)
