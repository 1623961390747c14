// How fast the broker searches records that are in the page cache: bytes of the log per second of
// one core, from files on the disk to the last record compared. Nothing matches, so that all is
// read.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "services/record_search.h"
#include "storage/inspect/verify.h"
#include "unit/cluster/broker_fixture.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::services {
namespace {

constexpr int64_t kUncompressedBytes = 256 << 20;
constexpr TimestampMs kNow = 1'700'000'000'000;

// A broker with one topic per codec, of records of about 200 bytes in batches of 16 KB.
class Data {
 public:
  static Data& Get() {
    static Data data;
    return data;
  }

  cluster::Cluster& cluster() { return *broker_; }
  static std::string TopicOf(records::Codec codec) {
    return "bench-" + std::string(records::CodecName(codec));
  }
  storage::PartitionLog& LogOf(records::Codec codec) {
    return broker_->FindPartition(TopicOf(codec), 0)->log();
  }

 private:
  Data() {
    broker_.MustStart();
    for (int id = 0; id <= 4; ++id) Fill(static_cast<records::Codec>(id));
  }

  void Fill(records::Codec codec) {
    broker_.CreateTopic(TopicOf(codec), Uuid{{1, static_cast<uint8_t>(codec)}}, 1);
    const auto partition = broker_->FindPartition(TopicOf(codec), 0);
    uint32_t random = 1;
    for (int64_t written = 0; written < kUncompressedBytes;) {
      records::BatchBuilder builder({.codec = codec});
      while (builder.uncompressed_size() < 16 << 10) {
        const std::string key = "user-" + std::to_string(random % 100'000);
        std::string value = R"({"event":"click","page":"/products/)";
        while (value.size() < 190) {
          random = random * 1'664'525 + 1'013'904'223;
          value += static_cast<char>('a' + (random >> 24) % 26);
        }
        builder.Append(kNow, AsBytes(key), AsBytes(value));
      }
      written += static_cast<int64_t>(builder.uncompressed_size());
      auto batch = std::make_shared<std::vector<uint8_t>>(std::move(builder).Build().value());
      storage::AppendRequest request;
      request.batches = {batch, *batch};
      request.produce_version = 9;
      partition->Append(std::move(request), [](const storage::AppendOutcome& outcome) {
        if (outcome.error != ErrorCode::kNone) std::abort();
      });
    }
  }

  TemporaryDirectory directory_;
  cluster::BrokerFixture broker_{storage::PosixFileSystem(), directory_.path()};
};

class CountingSink final : public RecordSink {
 public:
  bool OnRecord(int32_t, const records::Record&) override { return ++records > 0; }
  bool OnProgress(const SearchProgress&) override { return true; }
  int64_t records = 0;
};

void Search(benchmark::State& state, RecordCondition::Match match, std::string pattern) {
  const auto codec = static_cast<records::Codec>(state.range(0));
  Data& data = Data::Get();
  const RecordMatcher matcher =
      *RecordMatcher::Compile({{RecordCondition::Field::kValue, {}, match, std::move(pattern)}});
  RecordSearch search;
  search.topic = Data::TopicOf(codec);
  search.ranges = {{0, 0, kNoOffset}};
  int64_t bytes = 0;
  for (auto _ : state) {
    CountingSink sink;
    const auto outcome = SearchRecords(data.cluster(), search, matcher, {}, sink);
    if (!outcome || outcome->end != SearchEnd::kEnd || sink.records != 0) {
      state.SkipWithError("the search did not go over everything");
      return;
    }
    bytes += kUncompressedBytes;
  }
  state.SetBytesProcessed(bytes);
  state.SetLabel(std::string(records::CodecName(codec)) + ", MB as produced");
}
BENCHMARK_CAPTURE(Search, exact, RecordCondition::Match::kExact, "nothing")->DenseRange(0, 4);
BENCHMARK_CAPTURE(Search, contains, RecordCondition::Match::kContains, "NOTHING")->DenseRange(0, 4);
BENCHMARK_CAPTURE(Search, regex, RecordCondition::Match::kRegex, "v[0-9]{3}7|NOTHING$")
    ->DenseRange(0, 4);

class QuietSink final : public storage::VerifySink {
 public:
  void OnAnomaly(storage::Anomaly) override { ++anomalies; }
  void OnProgress(const storage::VerifyProgress&) override {}
  int64_t anomalies = 0;
};

void Verify(benchmark::State& state) {
  const auto codec = static_cast<records::Codec>(state.range(0));
  const storage::LogFiles log = *Data::Get().LogOf(codec).Files();
  storage::FileSystem& files = storage::PosixFileSystem();
  for (auto _ : state) {
    QuietSink sink;
    const auto listed = storage::ListPartitionFiles(files, log);
    storage::VerifyTotals totals;
    const Status verified = storage::VerifyPartition(files, *listed, {}, {}, sink, totals);
    if (!verified || sink.anomalies != 0) state.SkipWithError("the log is not in order");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * kUncompressedBytes);
  state.SetLabel(std::string(records::CodecName(codec)) + ", MB as produced");
}
BENCHMARK(Verify)->DenseRange(0, 4);

}  // namespace
}  // namespace monkafka::services
