// What the wire format costs: a Produce request of 16 KB and a Fetch request are read, their
// responses written. The bytes of records are looked at by nobody here.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "protocol/codec.h"
#include "protocol/fetch.h"
#include "protocol/produce.h"

namespace monkafka::protocol {
namespace {

// The argument is how many partitions the message has.
template <class Request>
void DecodeBody(benchmark::State& state, const Request& request, int16_t version) {
  const std::vector<uint8_t> whole = EncodeRequest(1, "", request, version);
  // api key, version, correlation id, an empty client id, and no tags
  const size_t header = 8 + 2 + (version >= Request::api.flexible_from ? 1 : 0);
  const std::vector<uint8_t> body(whole.begin() + static_cast<ptrdiff_t>(header), whole.end());
  std::vector<uint8_t> bytes = body;
  for (auto _ : state) {
    auto decoded = Decode<Request>(MutableBytes(bytes), version);
    if (!decoded) state.SkipWithError("the request is not read");
    benchmark::DoNotOptimize(decoded);
  }
}

void DecodeProduce(benchmark::State& state) {
  std::vector<uint8_t> records(16 << 10, 'x');
  ProduceRequest request;
  request.acks = 1;
  request.topic_data.resize(1);
  request.topic_data[0].name = "topic";
  for (int i = 0; i < state.range(0); ++i) {
    request.topic_data[0].partition_data.push_back({i, MutableBytes(records)});
  }
  DecodeBody(state, request, 9);
}
BENCHMARK(DecodeProduce)->Arg(1)->Arg(16);

void DecodeFetch(benchmark::State& state) {
  FetchRequest request;
  request.topics.resize(1);
  request.topics[0].topic = "topic";
  for (int i = 0; i < state.range(0); ++i) {
    request.topics[0].partitions.emplace_back();
    request.topics[0].partitions.back().partition = i;
  }
  DecodeBody(state, request, 12);
}
BENCHMARK(DecodeFetch)->Arg(1)->Arg(16);

void EncodeProduce(benchmark::State& state) {
  for (auto _ : state) {
    ProduceResponse response;
    response.responses.emplace_back();
    response.responses[0].name = "topic";
    response.responses[0].partition_responses.resize(static_cast<size_t>(state.range(0)));
    benchmark::DoNotOptimize(EncodeResponse(1, response, 9));
  }
}
BENCHMARK(EncodeProduce)->Arg(1)->Arg(16);

}  // namespace
}  // namespace monkafka::protocol
