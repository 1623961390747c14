// Consumes partitions from their start to their end, throwing the records away.
#include <fmt/core.h>

#include <memory>

#include "bench/loader/commands.h"
#include "bench/loader/fetching.h"
#include "bench/loader/loop.h"

namespace monkafka::bench {
namespace {

class Consumer final : public Worker {
 public:
  Consumer(const Options& options, int partition)
      : Worker(options.port, /*in_flight=*/1),
        fetching_(options.topic, partition, options.max_bytes, 500, 1),
        wanted_(options.bytes / options.connections),
        bare_(options.bare) {}

  Bytes Next() override { return Done() ? Bytes() : fetching_.Request(); }
  void Answered(MutableBytes answer) override {
    const size_t got = bare_ ? answer.size() : fetching_.Take(answer).records.size();
    if (got == 0) Die("the topic has fewer bytes than are to be consumed");
    bytes_ += static_cast<int64_t>(got);
  }
  bool Done() const override { return bytes_ >= wanted_; }
  int64_t bytes() const { return bytes_; }

 private:
  Fetching fetching_;
  const int64_t wanted_;
  const bool bare_;
  int64_t bytes_ = 0;
};

}  // namespace

void Consume(const Options& options) {
  Loop loop;
  for (int i = 0; i < options.connections; ++i) {
    loop.Add(std::make_unique<Consumer>(options, i % options.partitions));
  }
  const Clock::time_point begin = Clock::now();
  loop.Run();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  int64_t bytes = 0;
  size_t requests = 0;
  for (const auto& worker : loop.workers()) {
    bytes += static_cast<Consumer&>(*worker).bytes();
    requests += worker->latencies().size();
  }
  fmt::print("{{\"requests\": {}, \"bytes\": {}, \"seconds\": {:.6f}}}\n", requests, bytes,
             seconds);
}

}  // namespace monkafka::bench
