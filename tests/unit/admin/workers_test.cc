#include "admin/workers.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "admin/places.h"
#include "admin/replay_cache.h"
#include "fakes/manual_executor.h"

namespace monkafka::admin {
namespace {

TEST(Workers, BusyThreadsRefuseMoreButQueueWhatMustRun) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  int ran = 0;
  {
    Workers workers("test", 1, 0, 0);
    std::promise<void> started;
    ASSERT_TRUE(workers.TryPost([&] {
      started.set_value();
      released.wait();
      ++ran;
    }));
    started.get_future().wait();
    EXPECT_FALSE(workers.TryPost([&] { ++ran; }));
    workers.Post([&] { ++ran; });
    EXPECT_FALSE(workers.TryPost([&] { ++ran; }));
    release.set_value();
    workers.Stop();
    EXPECT_EQ(ran, 2);
    workers.Post([&] { ++ran; });
    EXPECT_FALSE(workers.TryPost([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 2);
}

TEST(Workers, ABurstFindsAsManyThreadsAsThereMayBe) {
  constexpr size_t kThreads = 16;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Workers workers("test", kThreads, 0, 0);
  for (size_t i = 0; i < kThreads; ++i) {
    EXPECT_TRUE(workers.TryPost([released] { released.wait(); })) << i;
  }
  EXPECT_FALSE(workers.TryPost([] {}));
  release.set_value();
  workers.Stop();
}

TEST(Workers, ThreadsWorkAtTheSameTime) {
  Workers workers("test", 2, 0, 19);
  std::promise<void> first, second;
  workers.Post([&] {
    first.set_value();
    second.get_future().wait();
  });
  workers.Post([&] {
    first.get_future().wait();
    second.set_value();
  });
  workers.Stop();
}

TEST(Workers, OneThatWaitsForSomebodyOutsideLeavesItsPlace) {
  Workers workers("test", 1, 1, 0);
  std::promise<void> waits, release;
  ASSERT_TRUE(workers.TryPost([&] {
    const Workers::Waiting waiting;
    waits.set_value();
    release.get_future().wait();
  }));
  waits.get_future().wait();
  std::promise<void> other_waits, other_release;
  ASSERT_TRUE(workers.TryPost([&] {
    const Workers::Waiting waiting;
    other_waits.set_value();
    other_release.get_future().wait();
  }));
  other_waits.get_future().wait();
  EXPECT_FALSE(workers.TryPost([] {})) << "there are as many threads as there may be";
  release.set_value();
  other_release.set_value();
  workers.Stop();
}

TEST(Workers, WhatIsQueuedRunsWhenOthersBeginToWait) {
  Workers workers("test", 1, 1, 0);
  std::promise<void> queued, done;
  workers.Post([&] {
    queued.get_future().wait();
    const Workers::Waiting waiting;
    done.get_future().wait();
  });
  workers.Post([&] { done.set_value(); });
  queued.set_value();
  workers.Stop();
}

TEST(PlacesByName, EachNameHasSoManyAndGetsThemBack) {
  PlacesByName places;
  auto first = places.Take("a", 2);
  const auto second = places.Take("a", 2);
  EXPECT_NE(second, nullptr);
  EXPECT_EQ(places.Take("a", 2), nullptr);
  EXPECT_NE(places.Take("b", 2), nullptr);
  first.reset();
  EXPECT_NE(places.Take("a", 2), nullptr);
}

struct ReplayCacheTest : testing::Test {
  fakes::FakeClock clock;
  ReplayCache cache{clock};
  const ReplayCache::Key key{"alice", "/Service/Method", "r1"};
  bool replayed = false;
};

TEST_F(ReplayCacheTest, SecondCallWaitsForTheFirstAndRunsNothing) {
  std::promise<void> running, release;
  std::thread first([&] {
    bool first_replayed = false;
    const auto response = cache.Run(
        key, 1,
        [&]() -> Outcome<ReplayCache::Answer> {
          running.set_value();
          release.get_future().wait();
          return ReplayCache::Answer{"done"};
        },
        first_replayed);
    EXPECT_EQ(response->response, "done");
    EXPECT_FALSE(first_replayed);
  });
  running.get_future().wait();
  auto second = std::async(std::launch::async, [&] {
    return cache.Run(
        key, 1, []() -> Outcome<ReplayCache::Answer> { return ReplayCache::Answer{"done twice"}; },
        replayed);
  });
  release.set_value();
  EXPECT_EQ(second.get()->response, "done");
  EXPECT_TRUE(replayed);
  first.join();
}

TEST_F(ReplayCacheTest, WhatFailedMayBeTriedAgain) {
  const auto fail = []() -> Outcome<ReplayCache::Answer> { return std::unexpected(Failure{}); };
  ASSERT_FALSE(cache.Run(key, 1, fail, replayed));
  const auto run = []() -> Outcome<ReplayCache::Answer> { return ReplayCache::Answer{"done"}; };
  ASSERT_TRUE(cache.Run(key, 1, run, replayed));
  EXPECT_FALSE(replayed);
}

TEST_F(ReplayCacheTest, WhatGoesOnWithoutItsCallerIsNotBegunAgain) {
  const auto give_up = []() -> Outcome<ReplayCache::Answer> {
    return std::unexpected(Failure(FailureKind::kCancelled, kCallerGaveUp, "it goes on"));
  };
  ASSERT_FALSE(cache.Run(key, 1, give_up, replayed));
  const auto again = []() -> Outcome<ReplayCache::Answer> {
    return ReplayCache::Answer{"done twice"};
  };
  const Outcome<ReplayCache::Answer> answer = cache.Run(key, 1, again, replayed);
  EXPECT_TRUE(replayed);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, kCallerGaveUp);
}

TEST_F(ReplayCacheTest, OldAnswersGoWhenThereAreTooMany) {
  const auto run = []() -> Outcome<ReplayCache::Answer> {
    return ReplayCache::Answer{std::string(ReplayCache::kMaxBytes, 'x')};
  };
  ASSERT_TRUE(cache.Run(key, 1, run, replayed));
  ASSERT_TRUE(cache.Run({"alice", "/Service/Method", "r2"}, 1, run, replayed));
  ASSERT_TRUE(cache.Run(key, 1, run, replayed));
  EXPECT_FALSE(replayed);
}

TEST_F(ReplayCacheTest, PrincipalsHaveTheirOwnIds) {
  const auto run = []() -> Outcome<ReplayCache::Answer> { return ReplayCache::Answer{"x"}; };
  ASSERT_TRUE(cache.Run(key, 1, run, replayed));
  ASSERT_TRUE(cache.Run({"bob", "/Service/Method", "r1"}, 1, run, replayed));
  EXPECT_FALSE(replayed);
}

}  // namespace
}  // namespace monkafka::admin
