// One producer on a schedule, one consumer in a long poll: how long from when a record was due
// until it was received. Records come once a millisecond, as many as the rate wants together: no
// client sends 50,000 a second one by one, and a wait for others would be the client's and not the
// broker's.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "bench/loader/batches.h"
#include "bench/loader/commands.h"
#include "bench/loader/fetching.h"
#include "bench/loader/loop.h"
#include "common/endian.h"

namespace monkafka::bench {
namespace {

// When each record was due, by its offset: records are sent in order on one connection.
using Schedule = std::vector<Clock::time_point>;

class ScheduledProducer final : public Worker {
 public:
  ScheduledProducer(const Options& options, const BuiltBatch& batch, Schedule& schedule)
      : Worker(options.port, options.in_flight),
        frame_(ProduceFrame(options, batch, 0)),
        records_(batch.records),
        error_at_(ProduceErrorAt(options)),
        interval_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(batch.records / options.rate))),
        due_(Clock::now() + std::chrono::milliseconds(50)),
        end_(due_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(options.warmup + options.seconds))),
        schedule_(schedule) {}

  Bytes Next() override {
    schedule_.insert(schedule_.end(), static_cast<size_t>(records_), due_);
    due_ += interval_;
    ++sent_requests_;
    return frame_;
  }
  void Answered(MutableBytes answer) override {
    const auto error = LoadBig<int16_t>(answer.data() + error_at_);
    if (error != 0) Die(fmt::format("Produce was answered with error {}", error));
    ++answered_;
  }
  Clock::time_point Due() const override { return due_ >= end_ ? Clock::time_point::max() : due_; }
  bool Done() const override { return due_ >= end_ && answered_ == sent_requests_; }
  Clock::time_point end() const { return end_; }

 private:
  const std::vector<uint8_t> frame_;
  const int64_t records_;
  const size_t error_at_;
  const Clock::duration interval_;  // between batches
  Clock::time_point due_;           // the next batch
  const Clock::time_point end_;
  Schedule& schedule_;
  int64_t sent_requests_ = 0;
  int64_t answered_ = 0;
};

class Receiver final : public Worker {
 public:
  Receiver(const Options& options, const ScheduledProducer& producer, const Schedule& schedule)
      : Worker(options.port, /*in_flight=*/1),
        fetching_(options.topic, 0, options.max_bytes, 500, 1),
        count_from_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                       std::chrono::duration<double>(options.warmup))),
        producer_(producer),
        schedule_(schedule) {}

  Bytes Next() override { return fetching_.Request(); }
  void Answered(MutableBytes answer) override {
    const Offset first = fetching_.offset();
    const Offset next = fetching_.Take(answer).next_offset;
    const Clock::time_point now = Clock::now();
    for (Offset offset = first; offset < next; ++offset) {
      const Clock::time_point due = schedule_[static_cast<size_t>(offset)];
      if (due >= count_from_) times_.Add(now - due);
    }
    received_ = static_cast<size_t>(next);
  }
  bool Done() const override { return producer_.Done() && received_ == schedule_.size(); }
  Latencies& times() { return times_; }

 private:
  Fetching fetching_;
  const Clock::time_point count_from_;
  const ScheduledProducer& producer_;
  const Schedule& schedule_;
  size_t received_ = 0;
  Latencies times_;
};

}  // namespace

void EndToEnd(const Options& options) {
  if (options.rate <= 0 || options.seconds <= 0) Die("end-to-end needs --rate and --seconds");
  const auto together = std::max(1, static_cast<int>(options.rate / 1000));
  const BuiltBatch batch = BuildBatch(BatchBytesFor(together, options.record_bytes),
                                      options.record_bytes, options.codec);
  Schedule schedule;
  Loop loop;
  auto producer = std::make_unique<ScheduledProducer>(options, batch, schedule);
  auto receiver = std::make_unique<Receiver>(options, *producer, schedule);
  Latencies& times = receiver->times();
  loop.Add(std::move(receiver));
  loop.Add(std::move(producer));
  loop.Run();
  fmt::print(
      "{{\"records\": {}, \"mean_ms\": {:.4f}, \"p50_ms\": {:.4f}, \"p95_ms\": {:.4f}, \"p99_ms\": "
      "{:.4f}, \"p999_ms\": {:.4f}}}\n",
      times.size(), times.Mean(), times.Percentile(0.5), times.Percentile(0.95),
      times.Percentile(0.99), times.Percentile(0.999));
}

}  // namespace monkafka::bench
