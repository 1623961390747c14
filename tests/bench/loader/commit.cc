// Commits offsets flat out: each connection for a group of its own, as a consumer without a group
// membership does.
#include <fmt/core.h>

#include <memory>
#include <string>

#include "bench/loader/commands.h"
#include "bench/loader/loop.h"
#include "protocol/groups.h"
#include "protocol/offsets.h"

namespace monkafka::bench {
namespace {

constexpr int16_t kCommitVersion = 2;

class Committer final : public Worker {
 public:
  Committer(const Options& options, int number) : Worker(options.port, options.in_flight) {
    const std::string group = fmt::format("bench-{}", number);
    protocol::OffsetCommitRequest request;
    request.group_id = group;
    protocol::OffsetCommitRequest::Partition partition;
    partition.committed_offset = 1;
    partition.committed_metadata = "";
    request.topics = {{options.topic, {}, {partition}}};
    frame_ = EncodeFrame(request, kCommitVersion);
  }

  Bytes Next() override { return frame_; }
  void Answered(MutableBytes answer) override {
    Result<protocol::OffsetCommitResponse> response =
        protocol::Decode<protocol::OffsetCommitResponse>(answer.subspan(4), kCommitVersion);
    if (!response) Die(response.error().message);
    const ErrorCode error = response->topics.at(0).partitions.at(0).error_code;
    if (error != ErrorCode::kNone) {
      Die(fmt::format("OffsetCommit was answered with error {}", static_cast<int>(error)));
    }
    ++answered_;
  }
  bool Done() const override { return false; }
  int64_t TakeAnswered() { return std::exchange(answered_, 0); }

 private:
  std::vector<uint8_t> frame_;
  int64_t answered_ = 0;
};

int64_t CommitFor(Loop& loop, double seconds) {
  loop.Run(Clock::now() +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
  int64_t answered = 0;
  for (const auto& worker : loop.workers()) {
    answered += static_cast<Committer&>(*worker).TakeAnswered();
  }
  return answered;
}

}  // namespace

void WaitForCoordinator(const Options& options) {
  Connection connection(options.port);
  for (;;) {
    protocol::FindCoordinatorRequest request;
    request.key = "bench-0";
    const auto response = connection.Call<protocol::FindCoordinatorResponse>(request, 1);
    if (response.error_code == ErrorCode::kNone) return;
  }
}

void Commit(const Options& options) {
  WaitForCoordinator(options);
  Loop loop;
  for (int i = 0; i < options.connections; ++i) {
    loop.Add(std::make_unique<Committer>(options, i));
  }
  if (options.warmup > 0) CommitFor(loop, options.warmup);
  const int64_t answered = CommitFor(loop, options.seconds);
  fmt::print("{{\"requests\": {}, \"seconds\": {:.6f}}}\n", answered, options.seconds);
}

}  // namespace monkafka::bench
