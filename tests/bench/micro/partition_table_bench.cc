// What finding a partition costs: done for every partition of every Produce and Fetch.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "cluster/partition_table.h"
#include "fakes/stub_log.h"

namespace monkafka::cluster {
namespace {

constexpr int kTopics = 1000;

std::string Name(int topic) { return "topic-number-" + std::to_string(topic); }

const PublishedView& View() {
  static const PublishedView view([] {
    auto table = std::make_shared<PartitionTable>();
    for (int i = 0; i < kTopics; ++i) {
      auto topic = std::make_shared<TopicPartitions>();
      topic->name = Name(i);
      topic->id = Uuid::Random();
      topic->partitions.push_back(std::make_shared<Partition>(
          TopicPartition{topic->name, 0}, topic->id, 0, std::make_shared<fakes::StubLog>()));
      table->Add(topic);
    }
    return ClusterView{std::make_shared<MetadataImage>(), std::move(table)};
  }());
  return view;
}

// Every thread asks for partitions of its own, as network threads mostly do.
void FindPartition(benchmark::State& state) {
  const PublishedView& view = View();
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) names.push_back(Name(state.thread_index() * 64 + i));
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(view.Find(names[i++ % names.size()], 0));
}
BENCHMARK(FindPartition)->Threads(1)->Threads(2);

void ReadImage(benchmark::State& state) {
  const PublishedView& view = View();
  for (auto _ : state) benchmark::DoNotOptimize(view.Image());
}
BENCHMARK(ReadImage)->Threads(1)->Threads(2);

}  // namespace
}  // namespace monkafka::cluster
