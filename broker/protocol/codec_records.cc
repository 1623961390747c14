// The codecs of fetch.h, produce.h.
#include "protocol/codec_impl.h"
#include "protocol/fetch.h"
#include "protocol/produce.h"

MONKAFKA_REQUEST_CODEC(monkafka::protocol::ProduceRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::ProduceResponse)
MONKAFKA_REQUEST_CODEC(monkafka::protocol::FetchRequest)
MONKAFKA_RESPONSE_CODEC(monkafka::protocol::FetchResponse)
