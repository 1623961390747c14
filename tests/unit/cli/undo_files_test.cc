#include "cli/undo_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace monkafka::cli {
namespace {

namespace fs = std::filesystem;

Change ResetFrom(int64_t offset) {
  Change change{.kind = "reset", .moves = {}};
  monkafka::admin::v1::OffsetMove& move = *change.moves.Add();
  move.set_topic("orders");
  move.set_from_offset(offset);
  move.set_to_offset(0);
  return change;
}

class UndoFilesTest : public testing::Test {
 protected:
  UndoFilesTest() {
    std::string pattern = fs::temp_directory_path() / "monkafkactl-undo-XXXXXX";
    directory = mkdtemp(pattern.data());
  }
  ~UndoFilesTest() override { fs::remove_all(directory); }

  UndoFiles Files() const { return UndoFiles(directory, "c1", "g"); }

  fs::path directory;
  const TimePoint now{std::chrono::milliseconds(1'790'000'000'000)};
};

TEST_F(UndoFilesTest, ChangesOfTheSameMillisecondAreKeptInTheirOrder) {
  for (int64_t offset = 1; offset <= 3; ++offset) ASSERT_TRUE(Files().Save(ResetFrom(offset), now));
  const std::vector<UndoFile> files = Files().List();
  ASSERT_EQ(files.size(), 3U);
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(Files().Load(files[i]).moves[0].from_offset(), 3 - static_cast<int64_t>(i));
    EXPECT_EQ(files[i].time, now + std::chrono::milliseconds(2 - i));
  }
}

TEST_F(UndoFilesTest, ChangesAtOnceAllHaveAFile) {
  std::vector<std::thread> threads;
  for (int64_t offset = 1; offset <= 8; ++offset) {
    threads.emplace_back([this, offset] {
      const auto saved = Files().Save(ResetFrom(offset), now);
      if (saved) Files().Replace(*saved, ResetFrom(offset * 10));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int64_t> offsets;
  for (const UndoFile& file : Files().List()) {
    offsets.insert(Files().Load(file).moves[0].from_offset());
  }
  EXPECT_EQ(offsets, (std::set<int64_t>{10, 20, 30, 40, 50, 60, 70, 80}));
}

TEST_F(UndoFilesTest, WhatMovedNothingLeavesTheFilesOfOthers) {
  const auto first = Files().Save(ResetFrom(5), now);
  const auto second = Files().Save(ResetFrom(5), now);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(Files().Replace(*second, ResetFrom(0)));
  ASSERT_EQ(Files().List().size(), 1U);
  EXPECT_EQ(Files().List()[0].path, first->path);
  EXPECT_FALSE(Files().Save(ResetFrom(0), now));
  EXPECT_EQ(Files().List().size(), 1U);
}

TEST_F(UndoFilesTest, TheTimeOfWhatIsUndoneIsNotTakenAgain) {
  UndoFiles::MarkUndone(*Files().Save(ResetFrom(5), now));
  const auto next = Files().Save(ResetFrom(6), now);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->time, now + std::chrono::milliseconds(1));
}

TEST_F(UndoFilesTest, ANameThatIsTakenForAChangeIsNotOneYet) {
  const auto saved = Files().Save(ResetFrom(5), now);
  ASSERT_TRUE(saved);
  std::ofstream(saved->path, std::ios::trunc).close();
  EXPECT_TRUE(Files().List().empty());
}

}  // namespace
}  // namespace monkafka::cli
