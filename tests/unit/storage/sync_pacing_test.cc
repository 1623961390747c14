#include "storage/sync_pacing.h"

#include <gtest/gtest.h>

namespace monkafka::storage {
namespace {

using std::chrono::microseconds;

class SyncPacingTest : public ::testing::Test {
 protected:
  // A sync that took so long has answered so many, while others came.
  void Sync(microseconds took, size_t answered, size_t waiting) {
    now += took;
    pacing.Synced(now - took, now, answered, waiting);
  }
  bool Waits(size_t waiting) const { return waiting < pacing.wanted() && now < pacing.deadline(); }

  SyncPacing pacing;
  SyncPacing::Time now{std::chrono::hours(1)};
};

TEST_F(SyncPacingTest, TheFirstSyncBeginsAtOnce) { EXPECT_FALSE(Waits(1)); }

TEST_F(SyncPacingTest, TheNextWaitsForThoseThatWereAnswered) {
  Sync(microseconds(300), 2, 3);
  EXPECT_TRUE(Waits(3));
  EXPECT_TRUE(Waits(4));
  EXPECT_FALSE(Waits(5));
}

TEST_F(SyncPacingTest, ALoneProducerWithOneRequestInFlightNeverWaits) {
  Sync(microseconds(300), 1, 0);
  EXPECT_FALSE(Waits(1));
}

TEST_F(SyncPacingTest, ItWaitsNoLongerThanTheSyncTook) {
  Sync(microseconds(300), 2, 3);
  now += microseconds(299);
  EXPECT_TRUE(Waits(3));
  now += microseconds(1);
  EXPECT_FALSE(Waits(3));
}

TEST_F(SyncPacingTest, ASlowDiskDoesNotMakeItWaitLong) {
  Sync(microseconds(20'000), 2, 3);
  EXPECT_EQ(pacing.deadline() - now, std::chrono::milliseconds(1));
}

TEST_F(SyncPacingTest, AfterWaitingInVainItWaitsMoreAndMoreRarely) {
  int waits = 0;
  for (int i = 0; i < 1000; ++i) {
    Sync(microseconds(300), 4, 0);
    if (Waits(1)) ++waits;
    pacing.Begins(1);
  }
  EXPECT_GE(waits, 1000 / 65);
  EXPECT_LE(waits, 1000 / 65 + 7) << "1, 3, 7 ... 63 are skipped at first";
}

TEST_F(SyncPacingTest, WhenMostCameBackItWasNotInVain) {
  for (int i = 0; i < 100; ++i) {
    Sync(microseconds(300), 4, 1);
    EXPECT_TRUE(Waits(2)) << i;
    pacing.Begins(3);
  }
}

TEST_F(SyncPacingTest, OnceProducersAreBackItWaitsAgain) {
  Sync(microseconds(300), 4, 0);
  pacing.Begins(1);
  Sync(microseconds(300), 4, 0);
  EXPECT_FALSE(Waits(1)) << "one is skipped";
  pacing.Begins(1);
  Sync(microseconds(300), 4, 0);
  EXPECT_TRUE(Waits(1));
  pacing.Begins(4);
  Sync(microseconds(300), 4, 0);
  EXPECT_TRUE(Waits(1));
}

}  // namespace
}  // namespace monkafka::storage
