// What a log spends on an append of a 16 KB batch, and on finding where a read begins: offsets and
// timestamps by the sparse indexes. Files lie on the disk and in the page cache; nothing is synced.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "records/batch_builder.h"
#include "storage/file_system.h"
#include "unit/cluster/broker_fixture.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::storage {
namespace {

constexpr TimestampMs kNow = 1'700'000'000'000;
constexpr int kRecordsPerBatch = 16;
constexpr int kBatches = 20'000;  // about 330 MB

std::vector<uint8_t> MakeBatch(TimestampMs timestamp) {
  const std::vector<uint8_t> value(1000, 'x');
  records::BatchBuilder builder({});
  for (int i = 0; i < kRecordsPerBatch; ++i) builder.Append(timestamp + i, std::nullopt, value);
  return std::move(builder).Build().value();
}

// One partition that begins empty.
class OneLog {
 public:
  OneLog() {
    broker_.MustStart();
    broker_.CreateTopic("bench", Uuid{{1, 2}}, 1);
    partition_ = broker_->FindPartition("bench", 0);
  }
  PartitionLog& log() { return partition_->log(); }
  void Append(const std::shared_ptr<std::vector<uint8_t>>& batch) {
    AppendRequest request;
    request.batches = {batch, *batch};
    request.produce_version = 9;
    log().Append(std::move(request), [](const AppendOutcome& outcome) {
      if (outcome.error != ErrorCode::kNone) std::abort();
    });
  }
  void Fill() {
    for (int i = 0; i < kBatches; ++i) {
      Append(std::make_shared<std::vector<uint8_t>>(MakeBatch(kNow + i * kRecordsPerBatch)));
    }
  }

 private:
  TemporaryDirectory directory_;
  cluster::BrokerFixture broker_{PosixFileSystem(), directory_.path()};
  std::shared_ptr<cluster::Partition> partition_;
};

OneLog& FullLog() {
  static const std::unique_ptr<OneLog> log = [] {
    auto made = std::make_unique<OneLog>();
    made->Fill();
    return made;
  }();
  return *log;
}

void Append(benchmark::State& state) {
  OneLog log;
  const std::vector<uint8_t> batch = MakeBatch(kNow);
  for (auto _ : state) {
    state.PauseTiming();  // an append patches its batch
    auto bytes = std::make_shared<std::vector<uint8_t>>(batch);
    state.ResumeTiming();
    log.Append(bytes);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(batch.size()));
}
BENCHMARK(Append)->Iterations(kBatches);

// Everything of a Fetch that is the log's: the bytes themselves are sent from the file.
void Read(benchmark::State& state) {
  OneLog& log = FullLog();
  const Offset end = log.log().Offsets().log_end;
  std::mt19937_64 random(1);
  int64_t found = 0;
  for (auto _ : state) {
    ReadRequest request{.offset = static_cast<Offset>(random() % static_cast<uint64_t>(end)),
                        .max_bytes = 1 << 20,
                        .at_least_one_batch = true,
                        .upper_bound = end};
    log.log().Read(request, [&](Result<ReadOutcome> outcome) {
      if (outcome && outcome->next_offset > request.offset) ++found;
    });
  }
  if (found != static_cast<int64_t>(state.iterations()))
    state.SkipWithError("a read found nothing");
}
BENCHMARK(Read);

void FindByTimestamp(benchmark::State& state) {
  OneLog& log = FullLog();
  const Offset end = log.log().Offsets().log_end;
  std::mt19937_64 random(1);
  int64_t found = 0;
  for (auto _ : state) {
    const auto wanted = static_cast<Offset>(random() % static_cast<uint64_t>(end));
    log.log().FindByTimestamp(kNow + wanted, end, [&](auto outcome) {
      if (outcome && *outcome && (*outcome)->offset == wanted) ++found;
    });
  }
  if (found != static_cast<int64_t>(state.iterations())) {
    state.SkipWithError("a timestamp was not found where it is");
  }
}
BENCHMARK(FindByTimestamp);

}  // namespace
}  // namespace monkafka::storage
