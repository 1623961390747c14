#include "storage/sparse_index.h"

#include <gtest/gtest.h>

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"
#include "storage/names.h"

namespace monkafka::storage {
namespace {

class SparseIndexTest : public ::testing::Test {
 protected:
  SparseIndexTest() {
    EXPECT_TRUE(files_.CreateDirectories("/log"));
    EXPECT_TRUE(files_.Open("/log/00000000000000000100.index", OpenMode::kCreate));
    EXPECT_TRUE(files_.Open("/log/00000000000000000100.timeindex", OpenMode::kCreate));
  }

  std::optional<OffsetIndexEntry> Find(Offset offset) {
    const auto precedes = [&](const OffsetIndexEntry& entry) { return entry.offset <= offset; };
    if (const auto pending = index_.FindPending(precedes)) return pending;
    const auto view = index_.OpenView();
    EXPECT_TRUE(view);
    const auto found = OffsetIndex::Find(*view, *view->file, precedes);
    EXPECT_TRUE(found);
    return *found;
  }

  fakes::FakeClock clock_;
  fakes::FakeFileSystem files_{clock_};
  OpenFiles open_files_{files_, 10};
  std::shared_ptr<const std::string> directory_ = std::make_shared<const std::string>("/log");
  OffsetIndex index_{open_files_, directory_, 100, kOffsetIndexSuffix};
};

TEST_F(SparseIndexTest, LayoutIsKafkas) {
  index_.Append({105, 0x01020304});
  ASSERT_TRUE(index_.WritePending());
  EXPECT_EQ(files_.Content("/log/00000000000000000100.index"),
            (std::vector<uint8_t>{0, 0, 0, 5, 1, 2, 3, 4}));
  TimeIndex times(open_files_, directory_, 100, kTimeIndexSuffix);
  times.Append({0x0102030405060708, 107});
  ASSERT_TRUE(times.WritePending());
  EXPECT_EQ(files_.Content("/log/00000000000000000100.timeindex"),
            (std::vector<uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 7}));
}

TEST_F(SparseIndexTest, FindsTheLastEntryNotBehindInMemoryAndInTheFile) {
  // Enough for several reads, and some left in memory.
  for (int i = 0; i < 2000; ++i) index_.Append({110 + 10 * i, 1000 * i});
  EXPECT_EQ(Find(109), std::nullopt);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(Find(110 + 10 * i), (OffsetIndexEntry{110 + 10 * i, 1000 * i})) << i;
    ASSERT_EQ(Find(119 + 10 * i), (OffsetIndexEntry{110 + 10 * i, 1000 * i})) << i;
  }
  EXPECT_EQ(index_.Count().value(), 2000);
  EXPECT_EQ(index_.Last().value(), (OffsetIndexEntry{110 + 19990, 1999000}));
}

TEST_F(SparseIndexTest, ReopenedIndexKnowsItsEntries) {
  for (int i = 0; i < 10; ++i) index_.Append({110 + i, i});
  ASSERT_TRUE(index_.WritePending());
  OffsetIndex again(open_files_, directory_, 100, kOffsetIndexSuffix);
  EXPECT_EQ(again.Count().value(), 10);
  EXPECT_EQ(again.Last().value(), (OffsetIndexEntry{119, 9}));
}

TEST_F(SparseIndexTest, HalfAnEntryIsIgnoredAndOverwritten) {
  files_.SetContent("/log/00000000000000000100.index", {0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0});
  OffsetIndex again(open_files_, directory_, 100, kOffsetIndexSuffix);
  EXPECT_EQ(again.Last().value(), (OffsetIndexEntry{105, 9}));
  again.Append({106, 10});
  ASSERT_TRUE(again.WritePending());
  EXPECT_EQ(files_.Content("/log/00000000000000000100.index").size(), 16u);
}

TEST_F(SparseIndexTest, WithoutSpaceTheIndexGetsSparserAndCompletesLater) {
  files_.SetFull(true);
  for (int i = 0; i < 1000; ++i) index_.Append({110 + i, i});
  EXPECT_FALSE(index_.WritePending());
  EXPECT_EQ(Find(5000), (OffsetIndexEntry{110 + 127, 127}));
  files_.SetFull(false);
  index_.Append({2000, 5000});
  ASSERT_TRUE(index_.WritePending());
  EXPECT_EQ(Find(111), (OffsetIndexEntry{111, 1}));
  EXPECT_EQ(Find(5000), (OffsetIndexEntry{2000, 5000}));
}

TEST_F(SparseIndexTest, TruncateForgetsMemoryToo) {
  index_.Append({110, 0});
  ASSERT_TRUE(index_.WritePending());
  index_.Append({120, 1});
  ASSERT_TRUE(index_.Truncate(0));
  EXPECT_EQ(index_.Count().value(), 0);
  EXPECT_EQ(index_.Last().value(), std::nullopt);
}

}  // namespace
}  // namespace monkafka::storage
