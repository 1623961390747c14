// What one Produce and one Fetch cost a broker that runs in this process, over a real socket: how
// often it allocates and how many bytes it copies in user space. Neither may grow with the number
// of records, and copies may not grow with their bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/broker.h"
#include "app/temporary_directory.h"
#include "common/log.h"
#include "config/settings.h"
#include "e2e/semantics/data_client.h"
#include "protocol/topics.h"
#include "unit/app/counted_calls.h"

namespace monkafka::app {
namespace {

constexpr int kWarmUp = 10;
constexpr int kRequests = 50;

// What a request may allocate, whatever is in it. It takes 12 for Produce with acks=1, 20 with
// acks=all (a timer, a sync, a way back from a worker's thread) and 17 for Fetch.
constexpr double kMostAllocations = 24;
// How many pieces a request's bytes arrive in, and how threads take turns, makes a difference.
constexpr double kAllocationsNoise = 4;
// Copied are names and fixed fields: about 50 bytes, and 130 for Fetch, whose request is copied as
// it might have to wait.
constexpr double kMostCopied = 1024;
// Headers of batches, to find out which of them belong to the answer.
constexpr double kMostReadFromFiles = 4096;
// A request that is larger than a chunk arrives in memory of its own but for its first 64 KB, of
// which the part that came with the request before is moved there, and all of it once more if that
// part was not enough to allocate the rest.
constexpr double kMostMoved = 2 * 64 * 1024 + kMostCopied;

struct Cost {  // of one request
  double allocations = 0;
  double copied_bytes = 0;
  double file_read_bytes = 0;
};

e2e::ProduceArguments With(int16_t acks) {
  e2e::ProduceArguments arguments;
  arguments.acks = acks;
  return arguments;
}

std::vector<uint8_t> Batch(int records, int bytes) {
  const std::string value(static_cast<size_t>(bytes / records), 'v');
  const records::RecordHeader header{"h", AsBytes("1")};
  records::BatchBuilder builder(records::BatchOptions{});
  for (int i = 0; i < records; ++i) {
    builder.Append(e2e::Now(), AsBytes("k"), AsBytes(value), {&header, 1});
  }
  return *std::move(builder).Build();
}

config::Settings SettingsOf(const std::string& directory) {
  std::vector<std::string> warnings;
  return *config::Settings::Make({{"listeners", {"PLAINTEXT://127.0.0.1:0", "the test"}},
                                  {"log.dir", {directory, "the test"}},
                                  {"message.max.bytes", {"10000000", "the test"}},
                                  {"monkafka.admin.listen", {"off", "the test"}}},
                                 warnings);
}

class DataPathCostTest : public testing::Test {
 protected:
  DataPathCostTest() {
    DoNotCountThisThread();  // it is the client
    SetLogLevel(LogLevel::kWarning);
    directory_ = *TemporaryDirectory::Make();
    broker_ = *Broker::Start(SettingsOf(directory_->path()));
    const std::string& address = broker_->address();
    client_.emplace(std::stoi(address.substr(address.rfind(':') + 1)));
    protocol::CreateTopicsRequest request;
    request.topics = {{"t", 1, 1, {}, {}}};
    client_->Call<protocol::CreateTopicsResponse>(request, 5);
  }

  // Of one of many requests, each answered before the next is sent.
  template <class Request>
  static Cost CostOf(Request request) {
    for (int i = 0; i < kWarmUp; ++i) request();
    TakeCountedCalls();
    for (int i = 0; i < kRequests; ++i) request();
    const CountedCalls counted = TakeCountedCalls();
    const auto each = [](int64_t total) { return static_cast<double>(total) / kRequests; };
    return {each(counted.allocations), each(counted.copied_bytes), each(counted.file_read_bytes)};
  }

  Cost CostOfProduce(const std::vector<uint8_t>& batch, int16_t acks) {
    return CostOf([&] {
      const auto answer = e2e::Produce(*client_, "t", batch, With(acks));
      ASSERT_EQ(ErrorCode::kNone, answer.error_code);
    });
  }

  // Of reading so many batches with one request.
  Cost CostOfFetch(const std::vector<uint8_t>& batch, int records, int batches) {
    Offset first = kNoOffset;
    for (int i = 0; i < (kWarmUp + kRequests) * batches; ++i) {
      const auto answer = e2e::Produce(*client_, "t", batch, With(1));
      if (first == kNoOffset) first = answer.base_offset;
    }
    const size_t bytes = batch.size() * static_cast<size_t>(batches);
    Offset next = first;
    return CostOf([&] {
      const auto answer =
          e2e::Fetch(*client_, "t", next, {.partition_max_bytes = static_cast<int32_t>(bytes)});
      ASSERT_EQ(ErrorCode::kNone, answer.error_code);
      ASSERT_EQ(static_cast<int64_t>(bytes), answer.records->size());
      next += Offset{records} * batches;
    });
  }

  // The costs of requests that carry the same bytes as 1, 10 and 1,000 records.
  template <class CostOfOne>
  static void ExpectNoCostOfRecords(CostOfOne cost_of_one) {
    for (const int bytes : {16'000, 200'000}) {
      double fewest = kMostAllocations;
      double most = 0;
      for (const int records : {1, 10, 1000}) {
        SCOPED_TRACE(std::to_string(records) + " records, " + std::to_string(bytes) + " bytes");
        const Cost cost = cost_of_one(records, bytes);
        std::cout << records << " records of together " << bytes << " bytes: " << cost.allocations
                  << " allocations, " << cost.copied_bytes << " bytes copied, "
                  << cost.file_read_bytes << " bytes read from files\n";
        EXPECT_LE(cost.copied_bytes, kMostCopied);
        EXPECT_LE(cost.file_read_bytes, kMostReadFromFiles);
        EXPECT_LE(cost.allocations, kMostAllocations);
        fewest = std::min(fewest, cost.allocations);
        most = std::max(most, cost.allocations);
      }
      EXPECT_LE(most - fewest, kAllocationsNoise);
    }
  }

  std::unique_ptr<TemporaryDirectory> directory_;
  std::unique_ptr<Broker> broker_;
  std::optional<e2e::WireClient> client_;
};

TEST(CountedCallsTest, SeeWhatOtherThreadsDo) {
  DoNotCountThisThread();
  std::vector<char> from(100'000, 'x');
  std::vector<char> to(from.size());
  struct alignas(64) Aligned {
    int value = 0;
  };
  TakeCountedCalls();
  std::thread([&] {
    const auto one = std::make_unique<int>(1);
    const auto array = std::make_unique<int[]>(10);
    const std::unique_ptr<int> nothrow(new (std::nothrow) int);
    const auto aligned = std::make_unique<Aligned>();
    const auto shared = std::make_shared<int>(1);
    std::ranges::copy(from, to.begin());
    to.assign(from.begin(), from.end());
    to = from;
  }).join();
  const std::vector<char> not_counted(from);
  const CountedCalls counted = TakeCountedCalls();
  EXPECT_EQ(5, counted.allocations);
  EXPECT_LE(5, counted.deallocations);  // and what starting the thread took
  EXPECT_EQ(300'000, counted.copied_bytes);
  EXPECT_EQ(100'000, counted.largest_copy);
}

TEST_F(DataPathCostTest, Produce) {
  ExpectNoCostOfRecords(
      [this](int records, int bytes) { return CostOfProduce(Batch(records, bytes), /*acks=*/1); });
}

TEST_F(DataPathCostTest, ProduceDurably) {
  ExpectNoCostOfRecords(
      [this](int records, int bytes) { return CostOfProduce(Batch(records, bytes), /*acks=*/-1); });
}

TEST_F(DataPathCostTest, Fetch) {
  ExpectNoCostOfRecords([this](int records, int bytes) {
    return CostOfFetch(Batch(records, bytes), records, /*batches=*/1);
  });
}

TEST_F(DataPathCostTest, FetchOfManyBatches) {
  const std::vector<uint8_t> batch = Batch(10, 16'000);
  const Cost one = CostOfFetch(batch, 10, /*batches=*/1);
  const Cost many = CostOfFetch(batch, 10, /*batches=*/40);
  EXPECT_LE(many.allocations, one.allocations + kAllocationsNoise);
  EXPECT_LE(many.copied_bytes, kMostCopied);
  EXPECT_LE(many.file_read_bytes, kMostReadFromFiles);
}

TEST_F(DataPathCostTest, ProduceOfLargeRequestsThatAreInFlightTogether) {
  protocol::ProduceRequest request;
  request.acks = 1;
  std::vector<uint8_t> batch = Batch(1000, 1'000'000);
  request.topic_data = {{"t", {}, {{0, MutableBytes(batch)}}}};
  constexpr int kTogether = 4;
  const Cost together = CostOf([&] {
    std::array<int32_t, kTogether> ids;
    for (int32_t& id : ids) id = client_->Send(request, 9);
    for (const int32_t id : ids) {
      const auto answer = client_->Receive<protocol::ProduceResponse>(id, 9);
      ASSERT_EQ(ErrorCode::kNone, answer.responses.at(0).partition_responses.at(0).error_code);
    }
  });
  std::cout << together.allocations / kTogether << " allocations, "
            << together.copied_bytes / kTogether << " bytes copied\n";
  EXPECT_LE(together.allocations, kTogether * kMostAllocations);
  EXPECT_LE(together.copied_bytes, kTogether * kMostMoved);
}

}  // namespace
}  // namespace monkafka::app
