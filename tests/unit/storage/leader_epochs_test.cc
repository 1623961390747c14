#include "storage/leader_epochs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::storage {
namespace {

using ::testing::ElementsAre;

LeaderEpochs Three() { return LeaderEpochs({{0, 0}, {3, 120}, {4, 200}}); }

TEST(LeaderEpochs, OnlyTheFirstBatchOfAnEpochChangesAnything) {
  LeaderEpochs epochs;
  EXPECT_TRUE(epochs.Assign(2, 10));
  EXPECT_FALSE(epochs.Assign(2, 11));
  EXPECT_FALSE(epochs.Assign(kNoEpoch, 12));
  EXPECT_TRUE(epochs.Assign(5, 20));
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochEntry{2, 10}, EpochEntry{5, 20}));
}

TEST(LeaderEpochs, ContradictedEntriesAreDropped) {
  LeaderEpochs epochs = Three();
  EXPECT_TRUE(epochs.Assign(5, 120));
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochEntry{0, 0}, EpochEntry{5, 120}));
}

TEST(LeaderEpochs, EndOfEpochFollowsKip101) {
  const LeaderEpochs epochs = Three();
  const auto end = [&](LeaderEpoch epoch) {
    const EpochEnd found = epochs.EndOf(epoch, 250);
    return std::pair(found.leader_epoch, found.end_offset);
  };
  EXPECT_EQ(end(4), std::pair(4, Offset{250}));
  EXPECT_EQ(end(3), std::pair(3, Offset{200}));
  EXPECT_EQ(end(2), std::pair(0, Offset{120}));
  EXPECT_EQ(end(5), std::pair(kNoEpoch, kNoOffset));
  EXPECT_EQ(end(kNoEpoch), std::pair(kNoEpoch, kNoOffset));
  const EpochEnd before = LeaderEpochs({{3, 120}}).EndOf(1, 250);
  EXPECT_EQ(before.leader_epoch, 1);
  EXPECT_EQ(before.end_offset, 120);
}

TEST(LeaderEpochs, EpochAtAnOffset) {
  const LeaderEpochs epochs({{2, 10}, {3, 120}});
  EXPECT_EQ(epochs.EpochAt(9), std::nullopt);
  EXPECT_EQ(epochs.EpochAt(10), 2);
  EXPECT_EQ(epochs.EpochAt(119), 2);
  EXPECT_EQ(epochs.EpochAt(120), 3);
}

TEST(LeaderEpochs, TruncationKeepsTheEpochThatTheLogStartsIn) {
  LeaderEpochs epochs = Three();
  EXPECT_TRUE(epochs.TruncateFromStart(150));
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochEntry{3, 150}, EpochEntry{4, 200}));
  EXPECT_FALSE(epochs.TruncateFromStart(150));
  EXPECT_TRUE(epochs.TruncateFromEnd(200));
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochEntry{3, 150}));
  EXPECT_FALSE(epochs.TruncateFromEnd(200));
}

}  // namespace
}  // namespace monkafka::storage
