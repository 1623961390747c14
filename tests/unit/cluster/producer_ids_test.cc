#include "cluster/producer_ids.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

namespace monkafka::cluster {
namespace {

class ProducerIdsTest : public testing::Test {
 protected:
  void Next() {
    ids.Next([this](Result<ProducerId> id) { results.push_back(std::move(id)); });
  }
  void GiveBlock(ProducerId first) {
    auto done = std::move(requests.front());
    requests.erase(requests.begin());
    done(first);
  }

  std::vector<Callback<Result<ProducerId>>> requests;
  std::vector<Result<ProducerId>> results;
  ProducerIds ids{[this](auto done) { requests.push_back(std::move(done)); }};
};

TEST_F(ProducerIdsTest, OneBlockIsAskedForHoweverManyWait) {
  for (int i = 0; i < 3; ++i) Next();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(results.empty());
  GiveBlock(4000);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].value(), 4000);
  EXPECT_EQ(results[2].value(), 4002);
  Next();
  EXPECT_EQ(results[3].value(), 4003);
  EXPECT_TRUE(requests.empty());
}

TEST_F(ProducerIdsTest, IdsAreNeverRepeatedAcrossBlocks) {
  for (int i = 0; i < 2500; ++i) Next();
  for (ProducerId first = 0; !requests.empty(); first += ProducerIds::kBlockSize) GiveBlock(first);
  std::set<ProducerId> seen;
  for (const auto& result : results) seen.insert(result.value());
  EXPECT_EQ(seen.size(), 2500u);
}

TEST_F(ProducerIdsTest, AFailureIsToldToAllAndTheNextAsksAgain) {
  Next();
  Next();
  auto done = std::move(requests.front());
  requests.clear();
  done(Fail(ErrorCode::kKafkaStorageError, "full"));
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(CodeOf(results[0]), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(CodeOf(results[1]), ErrorCode::kKafkaStorageError);
  Next();
  ASSERT_EQ(requests.size(), 1u);
  GiveBlock(0);
  EXPECT_EQ(results[2].value(), 0);
}

}  // namespace
}  // namespace monkafka::cluster
