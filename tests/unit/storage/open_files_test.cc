#include "storage/open_files.h"

#include <gtest/gtest.h>

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"
#include "storage/names.h"

namespace monkafka::storage {
namespace {

class OpenFilesTest : public ::testing::Test {
 protected:
  OpenFilesTest() {
    EXPECT_TRUE(files_.CreateDirectories("/log"));
    for (Offset base = 0; base < 10; ++base) {
      segments_.push_back(std::make_unique<SegmentFile>(open_files_, directory_, base, kLogSuffix));
    }
  }

  fakes::FakeClock clock_;
  fakes::FakeFileSystem files_{clock_};
  OpenFiles open_files_{files_, 3};
  std::shared_ptr<const std::string> directory_ = std::make_shared<const std::string>("/log");
  std::vector<std::unique_ptr<SegmentFile>> segments_;
};

TEST_F(OpenFilesTest, NoMoreThanTheCapacityStayOpen) {
  for (const auto& segment : segments_) ASSERT_TRUE(segment->Get(OpenMode::kCreate));
  EXPECT_EQ(open_files_.open_count(), 3u);
  for (const auto& segment : segments_) ASSERT_TRUE(segment->Get());
  EXPECT_EQ(open_files_.open_count(), 3u);
}

TEST_F(OpenFilesTest, AFileThatWasGivenOutStaysUsable) {
  const std::shared_ptr<File> first = segments_[0]->Get(OpenMode::kCreate).value();
  for (const auto& segment : segments_) ASSERT_TRUE(segment->Get(OpenMode::kCreate));
  EXPECT_TRUE(first->Size());
}

TEST_F(OpenFilesTest, AFileWithUnsyncedRecordsIsNotClosed) {
  const std::shared_ptr<File> dirty = segments_[0]->Get(OpenMode::kCreate).value();
  segments_[0]->MarkDirty();
  for (const auto& segment : segments_) ASSERT_TRUE(segment->Get(OpenMode::kCreate));
  EXPECT_EQ(segments_[0]->Get().value(), dirty);
  segments_[0]->MarkSynced();
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 1; i < segments_.size(); ++i) ASSERT_TRUE(segments_[i]->Get());
  }
  EXPECT_NE(segments_[0]->Get().value(), dirty);
}

TEST_F(OpenFilesTest, AReleasedFileCannotBeOpenedAgain) {
  ASSERT_TRUE(segments_[0]->Get(OpenMode::kCreate));
  segments_[0]->Release();
  EXPECT_FALSE(segments_[0]->Get());
  EXPECT_EQ(open_files_.open_count(), 0u);
}

TEST_F(OpenFilesTest, DeletionRenamesFirst) {
  const std::shared_ptr<File> file = segments_[0]->Get(OpenMode::kCreate).value();
  ASSERT_TRUE(segments_[0]->RenameToDeleted());
  EXPECT_EQ(files_.Files("/log"),
            std::vector<std::string>{"/log/00000000000000000000.log.deleted"});
  EXPECT_TRUE(file->Size()) << "a payload that is being sent needs it";
  EXPECT_TRUE(segments_[1]->RenameToDeleted()) << "missing is fine";
}

}  // namespace
}  // namespace monkafka::storage
