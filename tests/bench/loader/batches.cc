#include "bench/loader/batches.h"

#include <chrono>
#include <random>

#include "bench/loader/connection.h"
#include "protocol/produce.h"
#include "records/batch_builder.h"

namespace monkafka::bench {
namespace {

constexpr int kRecordOverhead = 12;  // about what lengths and deltas take
constexpr int kHeaderBytes = 61;

records::Codec CodecOf(const std::string& name) {
  if (name == "lz4") return records::Codec::kLz4;
  if (name == "gzip") return records::Codec::kGzip;
  if (name == "snappy") return records::Codec::kSnappy;
  if (name == "zstd") return records::Codec::kZstd;
  if (name != "none") Die("there is no codec " + name);
  return records::Codec::kNone;
}

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

BuiltBatch BuildBatch(int batch_bytes, int record_bytes, const std::string& codec) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> letter('A', 'Z');
  records::BatchOptions options;
  options.codec = CodecOf(codec);
  records::BatchBuilder builder(options);
  const int64_t now = NowMs();
  const int count = std::max(1, (batch_bytes - kHeaderBytes) / (record_bytes + kRecordOverhead));
  std::vector<uint8_t> value(static_cast<size_t>(record_bytes));
  for (int i = 0; i < count; ++i) {
    for (uint8_t& byte : value) byte = static_cast<uint8_t>(letter(random));
    builder.Append(now, std::nullopt, Bytes(value));
  }
  Result<std::vector<uint8_t>> built = std::move(builder).Build();
  if (!built) Die(built.error().message);
  return {*std::move(built), count};
}

int BatchBytesFor(int records, int record_bytes) {
  return kHeaderBytes + records * (record_bytes + kRecordOverhead);
}

std::vector<uint8_t> ProduceFrame(const Options& options, const BuiltBatch& batch, int partition) {
  std::vector<uint8_t> bytes = batch.bytes;
  protocol::ProduceRequest request;
  request.acks = static_cast<int16_t>(options.acks);
  request.timeout_ms = 30'000;
  request.topic_data = {{options.topic, {}, {{partition, MutableBytes(bytes)}}}};
  return EncodeFrame(request, 7);
}

size_t ProduceErrorAt(const Options& options) {
  // correlation id, topic count, name, partition count, index
  return 4 + 4 + 2 + options.topic.size() + 4 + 4;
}

}  // namespace monkafka::bench
