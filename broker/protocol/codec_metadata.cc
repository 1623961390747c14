// The codecs of api_versions.h, metadata.h.
#include "protocol/api_versions.h"
#include "protocol/codec_impl.h"
#include "protocol/metadata.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::MetadataRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::MetadataResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::ApiVersionsRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::ApiVersionsResponse)
