// The coordinator with real threads under it: everything is answered, nothing races. Most telling
// under the thread sanitizer.
#include <atomic>
#include <future>
#include <thread>

#include "common/mutex.h"
#include "harness.h"

namespace monkafka::groups {
namespace {

// The fake for one thread at a time, made safe for several.
class SharedTopic final : public OffsetsTopic {
 public:
  size_t MaxBatchBytes(int32_t) const override { return 1 << 20; }
  void Append(int32_t partition, std::vector<uint8_t> batch, Callback<Status> durable) override {
    {
      MutexLock lock(mutex_);
      topic_.Append(partition, std::move(batch), [](Status) {});
    }
    durable({});
  }
  void Read(int32_t partition, Offset from, int64_t max_bytes,
            Callback<Result<LogChunk>> done) override {
    Result<LogChunk> read = Fail(ErrorCode::kUnknownServerError);
    {
      MutexLock lock(mutex_);
      topic_.Read(partition, from, max_bytes,
                  [&](Result<LogChunk> chunk) { read = std::move(chunk); });
    }
    done(std::move(read));
  }

 private:
  Mutex mutex_;
  FakeOffsetsTopic topic_ GUARDED_BY(mutex_);
};

TEST(ThreadsTest, ManyThreadsCommitFetchJoinAndLeave) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 100;
  auto topic_image = std::make_shared<cluster::TopicImage>();
  topic_image->name = "topic";
  topic_image->partitions.resize(4);
  auto made = std::make_shared<cluster::MetadataImage>();
  made->topics["topic"] = topic_image;
  const std::shared_ptr<const cluster::MetadataImage> image = made;

  SystemClock clock;
  TimerThread timers(clock);
  WorkerPool workers(3, "workers");
  SharedTopic topic;
  GroupOptions options;
  options.initial_rebalance_delay = milliseconds(0);
  GroupCoordinator coordinator(options, topic, [&] { return image; }, clock, timers, workers);
  coordinator.Start(5);

  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  const auto count = [&](const auto&) { ++answered; };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        auto group = std::make_shared<std::string>("group-" + std::to_string((i + t) % 7));
        const Frame frame{group, {}};  // keeps the name, as a receive chunk would
        asked += 4;
        protocol::OffsetCommitRequest commit;
        commit.group_id = *group;
        protocol::OffsetCommitRequest::Topic& each = commit.topics.emplace_back();
        each.name = "topic";
        each.partitions.emplace_back().partition_index = t;
        coordinator.OffsetCommit({frame, 9, commit}, count);
        protocol::OffsetFetchRequest fetch;
        fetch.group_id = *group;
        fetch.topics = std::nullopt;
        coordinator.OffsetFetch({frame, 7, fetch}, count);
        protocol::JoinGroupRequest join;
        join.group_id = *group;
        join.session_timeout_ms = 6'000;
        join.rebalance_timeout_ms = 10;
        join.protocol_type = "consumer";
        join.protocols.push_back({"range", {}});
        coordinator.JoinGroup({frame, 3, join}, {"client", "/h"}, count);
        coordinator.ListGroups({frame, 5, {}}, count);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::promise<void> stopped;
  coordinator.Stop([&] { stopped.set_value(); });
  stopped.get_future().wait();
  timers.Stop();
  workers.Stop();
  EXPECT_EQ(answered.load(), asked.load()) << "stopping answers what was parked";
}

}  // namespace
}  // namespace monkafka::groups
