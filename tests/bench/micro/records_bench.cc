// What a broker spends on a batch of 16 KB, a producer's default batch.size.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "records/batch_builder.h"
#include "records/compression.h"
#include "records/crc32c.h"
#include "records/record.h"
#include "records/validate.h"

namespace monkafka::records {
namespace {

constexpr TimestampMs kNow = 1'700'000'000'000;
constexpr size_t kBatchBytes = 16 << 10;

// Records of about 100 bytes, somewhat compressible, until the batch has 16 KB before compression.
std::vector<uint8_t> MakeBatch(Codec codec) {
  BatchBuilder builder({.codec = codec});
  uint32_t random = 1;
  while (builder.uncompressed_size() < kBatchBytes) {
    const std::string key = "user-" + std::to_string(builder.record_count());
    std::string value = R"({"event":"click","page":"/products/)";
    while (value.size() < 90) {
      random = random * 1'664'525 + 1'013'904'223;
      value += static_cast<char>('a' + (random >> 24) % 26);
    }
    builder.Append(kNow + builder.record_count(), AsBytes(key), AsBytes(value));
  }
  return std::move(builder).Build().value();
}

void SetBytes(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}

void Crc(benchmark::State& state) {
  const std::vector<uint8_t> bytes(static_cast<size_t>(state.range(0)), 0x5a);
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(bytes));
  SetBytes(state, bytes.size());
}
BENCHMARK(Crc)->Arg(100)->Arg(16 << 10)->Arg(1 << 20);

void Validate(benchmark::State& state) {
  std::vector<uint8_t> batch = MakeBatch(static_cast<Codec>(state.range(0)));
  const ValidationRules rules{.now = kNow};
  for (auto _ : state) {
    const ValidationResult result = ValidateBatch(batch, rules);
    if (!result || result->was_rewritten()) state.SkipWithError("the batch was not left alone");
  }
  state.SetLabel(std::string(CodecName(BatchView(batch).codec())));
  SetBytes(state, kBatchBytes);
}
BENCHMARK(Validate)->DenseRange(0, 4);

void ValidateAndRecompress(benchmark::State& state) {
  std::vector<uint8_t> batch = MakeBatch(Codec::kNone);
  const ValidationRules rules{.now = kNow, .target_codec = static_cast<Codec>(state.range(0))};
  for (auto _ : state) benchmark::DoNotOptimize(ValidateBatch(batch, rules));
  state.SetLabel(std::string(CodecName(*rules.target_codec)));
  SetBytes(state, kBatchBytes);
}
BENCHMARK(ValidateAndRecompress)->DenseRange(1, 4);

}  // namespace
}  // namespace monkafka::records
