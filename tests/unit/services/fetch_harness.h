// A fetch service over a cluster in memory, with time and threads in the test's hands.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "services/fetch.h"
#include "unit/services/data_path.h"

namespace monkafka::services {

class FetchHarness : public testing::Test {
 protected:
  FetchHarness() {
    CreateTopic(cluster, "t", TopicId(1), 4);
    request.max_wait_ms = 500;
    request.min_bytes = 1;
    request.max_bytes = 1 << 20;
  }

  fakes::StubLog& Log(const std::string& topic, int32_t partition) {
    return *cluster.Log(topic, partition);
  }
  void Append(const std::string& topic, int32_t partition, size_t bytes) {
    std::vector<uint8_t> batch(bytes, 'x');
    cluster.FindPartition(topic, partition)
        ->Append({.batches = {nullptr, MutableBytes(batch)}}, [](storage::AppendOutcome) {});
  }
  protocol::FetchRequest::Partition& Ask(std::string_view topic, int32_t partition, Offset offset,
                                         int32_t max_bytes = 1 << 20) {
    if (request.topics.empty() || topic.empty() || request.topics.back().topic != topic) {
      request.topics.emplace_back().topic = topic;
    }
    auto& asked = request.topics.back().partitions.emplace_back();
    asked.partition = partition;
    asked.fetch_offset = offset;
    asked.partition_max_bytes = max_bytes;
    return asked;
  }
  // True when it was answered at once.
  bool Send() {
    response.reset();
    service.Fetch(request, version, executor,
                  [this](protocol::FetchResponse r) { response = std::move(r); });
    return response.has_value();
  }
  const protocol::FetchResponse::Partition* Find(std::string_view topic, int32_t partition) const {
    for (const auto& answer : response.value().responses) {
      if (answer.topic != topic) continue;
      for (const auto& found : answer.partitions) {
        if (found.partition_index == partition) return &found;
      }
    }
    return nullptr;
  }
  const protocol::FetchResponse::Partition& Answer(std::string_view topic, int32_t partition) {
    static const protocol::FetchResponse::Partition none;
    const auto* found = Find(topic, partition);
    EXPECT_NE(found, nullptr) << topic << "-" << partition << " is not in the response";
    return found == nullptr ? none : *found;
  }

  fakes::FakeCluster cluster;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  fakes::ManualExecutor executor;
  FetchService service{cluster, timers, clock, {}};
  protocol::FetchRequest request;
  int16_t version = 12;
  std::optional<protocol::FetchResponse> response;
};

}  // namespace monkafka::services
