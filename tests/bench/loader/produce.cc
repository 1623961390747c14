// Produces one pre-built batch again and again: the client costs as little as it can.
#include <fmt/core.h>

#include <memory>
#include <vector>

#include "bench/loader/batches.h"
#include "bench/loader/commands.h"
#include "bench/loader/loop.h"
#include "common/endian.h"

namespace monkafka::bench {
namespace {

class Producer final : public Worker {
 public:
  Producer(const Options& options, std::vector<uint8_t> frame, size_t error_at)
      : Worker(options.port, options.in_flight),
        frame_(std::move(frame)),
        error_at_(error_at),
        interval_(options.rate > 0
                      ? std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(options.connections / options.rate))
                      : Clock::duration::zero()) {}

  void Begin(Clock::time_point first_due, int64_t requests) {
    due_ = first_due;
    left_ = requests;
    unanswered_ = requests;
    latencies().Clear();
  }

  Bytes Next() override {
    if (left_ == 0) return {};
    --left_;
    if (interval_ != Clock::duration::zero()) due_ += interval_;
    return frame_;
  }
  void Answered(MutableBytes answer) override {
    if (answer.size() < error_at_ + 2) Die("a Produce response that is too short");
    const auto error = LoadBig<int16_t>(answer.data() + error_at_);
    if (error != 0) Die(fmt::format("Produce was answered with error {}", error));
    --unanswered_;
    ++answered_;
  }
  Clock::time_point Due() const override {
    if (interval_ == Clock::duration::zero()) return Clock::time_point::min();
    return left_ == 0 ? Clock::time_point::max() : due_;
  }
  bool Done() const override { return unanswered_ == 0; }
  int64_t TakeAnswered() { return std::exchange(answered_, 0); }

 private:
  const std::vector<uint8_t> frame_;
  const size_t error_at_;
  const Clock::duration interval_;
  Clock::time_point due_{};
  int64_t left_ = 0;
  int64_t unanswered_ = 0;
  int64_t answered_ = 0;
};

constexpr int64_t kEndless = INT64_MAX / 2;

// Runs every producer for so many requests, or for so long. Returns how many were answered.
int64_t ProduceFor(Loop& loop, const Options& options, int64_t requests_each, double seconds) {
  const Clock::time_point begin = Clock::now();
  const auto gap = options.rate > 0 ? std::chrono::duration<double>(1 / options.rate)
                                    : std::chrono::duration<double>(0);
  int index = 0;
  for (const auto& worker : loop.workers()) {
    static_cast<Producer&>(*worker).Begin(
        begin + std::chrono::duration_cast<Clock::duration>(gap * index++), requests_each);
  }
  loop.Run(seconds > 0 ? begin + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(seconds))
                       : Clock::time_point::max());
  int64_t answered = 0;
  for (const auto& worker : loop.workers()) {
    answered += static_cast<Producer&>(*worker).TakeAnswered();
  }
  return answered;
}

}  // namespace

void Produce(const Options& options) {
  const BuiltBatch batch = BuildBatch(options.batch_bytes, options.record_bytes, options.codec);
  Loop loop;
  for (int i = 0; i < options.connections; ++i) {
    std::vector<uint8_t> frame = ProduceFrame(options, batch, i % options.partitions);
    loop.Add(std::make_unique<Producer>(options, std::move(frame), ProduceErrorAt(options)));
  }
  if (options.warmup > 0) ProduceFor(loop, options, kEndless, options.warmup);

  const auto batch_bytes = static_cast<int64_t>(batch.bytes.size());
  const int64_t each = options.bytes > 0
                           ? std::max<int64_t>(1, options.bytes / batch_bytes / options.connections)
                           : kEndless;
  const Clock::time_point begin = Clock::now();
  const int64_t answered = ProduceFor(loop, options, each, options.seconds);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();

  Latencies all;
  for (const auto& worker : loop.workers()) all.Add(worker->latencies());
  fmt::print(
      "{{\"requests\": {}, \"records\": {}, \"bytes\": {}, \"seconds\": {:.6f}, \"mean_ms\": "
      "{:.4f}, \"p50_ms\": {:.4f}, \"p95_ms\": {:.4f}, \"p99_ms\": {:.4f}, \"p999_ms\": {:.4f}}}\n",
      answered, answered * batch.records, answered * batch_bytes, seconds, all.Mean(),
      all.Percentile(0.5), all.Percentile(0.95), all.Percentile(0.99), all.Percentile(0.999));
}

}  // namespace monkafka::bench
