// Appends, deletions of waits and timers from several threads at once: every fetch is answered, and
// none sleeps while there is data. Run it with ThreadSanitizer too.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/fetch.h"
#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using std::chrono::milliseconds;

// A log that only counts: its records are as many as were appended, one byte each.
class CountingLog final : public storage::PartitionLog {
 public:
  void Append(storage::AppendRequest, Callback<storage::AppendOutcome> done) override {
    end_.fetch_add(1);
    done({});
  }
  void Flush(Callback<Status> done) override { done({}); }
  void Read(storage::ReadRequest request, Callback<Result<storage::ReadOutcome>> done) override {
    storage::ReadOutcome outcome;
    outcome.next_offset = request.upper_bound;
    if (request.upper_bound > request.offset) {
      outcome.records.Add(
          std::vector<uint8_t>(static_cast<size_t>(request.upper_bound - request.offset)));
    }
    done(std::move(outcome));
  }
  Result<std::vector<storage::AbortedTxn>> AbortedTxns(Offset, Offset) override { return {}; }
  void FindByTimestamp(TimestampMs, Offset,
                       Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(std::nullopt);
  }
  void FindMaxTimestamp(Callback<Result<std::optional<storage::TimestampedOffset>>> done) override {
    done(std::nullopt);
  }
  void ListSegmentOffsets(Callback<Result<std::vector<storage::SegmentOffset>>> done) override {
    done({});
  }
  storage::EpochEnd EndOfEpoch(LeaderEpoch) override { return {}; }
  std::optional<LeaderEpoch> EpochAt(Offset) override { return std::nullopt; }
  void DeleteRecordsBefore(Offset offset, Callback<Result<Offset>> done) override { done(offset); }
  storage::LogOffsets Offsets() const override {
    const Offset end = end_.load();
    return {.log_start = 0, .last_stable = end, .log_end = end, .durable_end = end};
  }
  Status Availability() const override { return {}; }
  std::vector<storage::ActiveProducer> ActiveProducers() override { return {}; }
  Result<storage::LogFiles> Files() const override { return Fail(ErrorCode::kKafkaStorageError); }
  int64_t SizeInBytes() const override { return 0; }
  RateMeter::Rate AppendRate() const override { return {}; }
  storage::LogConfig Config() const override { return {}; }
  void Reconfigure(const storage::LogConfig&) override {}

 private:
  std::atomic<Offset> end_{0};
};

// Only finds two partitions.
class TwoPartitions final : public cluster::Cluster {
 public:
  TwoPartitions() {
    for (int32_t i = 0; i < 2; ++i) {
      partitions_.push_back(std::make_shared<cluster::Partition>(
          TopicPartition{"t", i}, TopicId(1), kTestEpoch, std::make_shared<CountingLog>()));
    }
  }
  std::shared_ptr<const cluster::MetadataImage> Image() const override { return image_; }
  std::shared_ptr<cluster::Partition> FindPartition(std::string_view, int32_t i) const override {
    return partitions_.at(static_cast<size_t>(i));
  }
  std::shared_ptr<cluster::Partition> FindPartition(const Uuid&, int32_t i) const override {
    return partitions_.at(static_cast<size_t>(i));
  }
  std::vector<std::shared_ptr<cluster::Partition>> Partitions() const override {
    return partitions_;
  }
  void Change(Decide, Callback<Result<std::shared_ptr<const cluster::MetadataImage>>>) override {}
  cluster::ChangeProgress Progress() const override { return {}; }
  void AddListener(Listener) override {}
  void NextProducerId(Callback<Result<ProducerId>>) override {}
  int32_t node_id() const override { return 1; }
  void Close() override {}

 private:
  std::vector<std::shared_ptr<cluster::Partition>> partitions_;
  std::shared_ptr<const cluster::MetadataImage> image_ =
      std::make_shared<const cluster::MetadataImage>();
};

// A consumer that follows both partitions, one fetch after the other, until it has seen all.
class Consumer {
 public:
  Consumer(FetchService& service, Executor& executor, Offset until)
      : service_(service), executor_(executor), until_(until) {
    request_.min_bytes = 3;  // so that some wake-ups are not enough
    request_.max_wait_ms = 20;
    request_.max_bytes = 1 << 20;
    request_.topics.emplace_back().topic = "t";
    for (const int32_t i : {0, 1}) {
      auto& asked = request_.topics[0].partitions.emplace_back();
      asked.partition = i;
      asked.partition_max_bytes = 1 << 20;
    }
  }
  void Fetch() {
    service_.Fetch(request_, 12, executor_, [this](protocol::FetchResponse response) {
      Offset low = until_;
      for (const auto& answer : response.responses.at(0).partitions) {
        auto& asked = request_.topics[0].partitions.at(static_cast<size_t>(answer.partition_index));
        asked.fetch_offset += answer.records->size();
        low = std::min(low, asked.fetch_offset);
      }
      if (low >= until_) {
        done.store(true);
        done.notify_all();
      } else {
        Fetch();
      }
    });
  }
  std::atomic<bool> done{false};

 private:
  FetchService& service_;
  Executor& executor_;
  const Offset until_;
  protocol::FetchRequest request_;
};

TEST(FetchStressTest, EveryRecordReachesEveryConsumer) {
  constexpr Offset kRecords = 3000;
  SystemClock clock;
  TwoPartitions cluster;
  TimerThread timers(clock);
  WorkerPool executor(2, "fetch");
  FetchService service(cluster, timers, clock, {});

  std::vector<std::unique_ptr<Consumer>> consumers;
  for (int i = 0; i < 4; ++i) {
    consumers.push_back(std::make_unique<Consumer>(service, executor, kRecords));
    consumers.back()->Fetch();
  }
  std::vector<std::thread> producers;
  for (int32_t i = 0; i < 2; ++i) {
    producers.emplace_back([&cluster, i] {
      for (Offset n = 0; n < kRecords; ++n) {
        cluster.FindPartition("t", i)->Append({}, [](storage::AppendOutcome) {});
      }
    });
  }
  for (std::thread& producer : producers) producer.join();
  for (const auto& consumer : consumers) consumer->done.wait(false);
  executor.Stop();
  timers.Stop();
}

}  // namespace
}  // namespace monkafka::services
