// What committing an offset costs the coordinator: everything between the decoded request and the
// response, without network and disk. The argument is how many commits are under way together.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/manual_executor.h"
#include "groups/group_coordinator.h"

namespace monkafka::groups {
namespace {

// Durable at once, and forgotten.
class InstantTopic final : public OffsetsTopic {
 public:
  size_t MaxBatchBytes(int32_t) const override { return 1 << 20; }
  void Append(int32_t, std::vector<uint8_t> batch, Callback<Status> durable) override {
    benchmark::DoNotOptimize(batch.data());
    durable({});
  }
  void Read(int32_t, Offset, int64_t, Callback<Result<LogChunk>> done) override {
    LogChunk nothing;
    nothing.at_end = true;
    done(std::move(nothing));
  }
};

void OffsetCommit(benchmark::State& state) {
  auto topic_image = std::make_shared<cluster::TopicImage>();
  topic_image->name = "topic";
  topic_image->partitions.resize(16);
  auto made = std::make_shared<cluster::MetadataImage>();
  made->topics["topic"] = topic_image;
  const std::shared_ptr<const cluster::MetadataImage> image = made;
  fakes::FakeClock clock;
  fakes::FakeTimers timers(clock);
  fakes::ManualExecutor executor;
  InstantTopic topic;
  GroupCoordinator coordinator({}, topic, [&] { return image; }, clock, timers, executor);
  coordinator.Start(1);
  executor.RunAll();

  const auto together = static_cast<int>(state.range(0));
  Offset offset = 0;
  int64_t answered = 0;
  for (auto _ : state) {
    for (int i = 0; i < together; ++i) {
      protocol::OffsetCommitRequest request;
      request.group_id = "group";
      protocol::OffsetCommitRequest::Topic& each = request.topics.emplace_back();
      each.name = "topic";
      each.partitions.emplace_back();
      each.partitions.back().partition_index = i % 16;
      each.partitions.back().committed_offset = ++offset;
      coordinator.OffsetCommit({{}, 9, std::move(request)},
                               [&](protocol::OffsetCommitResponse response) {
                                 benchmark::DoNotOptimize(response.topics.data());
                                 ++answered;
                               });
    }
    executor.RunAll();
  }
  if (answered != offset) state.SkipWithError("not every commit was answered");
  state.SetItemsProcessed(answered);
}
BENCHMARK(OffsetCommit)->Arg(1)->Arg(16)->Arg(256);

}  // namespace
}  // namespace monkafka::groups
