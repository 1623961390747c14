// The topic setting `preallocate`: room for a whole segment, kept from its first byte on.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "log_harness.h"
#include "storage/names.h"
#include "storage/segment.h"

namespace monkafka::storage {
namespace {

using ::testing::HasSubstr;

class PreallocateTest : public LogHarness, public ::testing::Test {
 protected:
  static constexpr int64_t kSegmentBytes = 1000;

  PreallocateTest() {
    config.segment_bytes = kSegmentBytes;
    config.preallocate = true;
  }

  std::string SegmentAt(Offset base_offset) const {
    return PathOf(SegmentFileName(base_offset, kLogSuffix));
  }
  size_t Reserved(Offset base_offset = 0) const { return files.Reserved(SegmentAt(base_offset)); }
  // One record in a batch of its own; several fit in a segment.
  ErrorCode AppendOne() { return Append({.value_size = 150}).error; }
  // The base offset of the active segment.
  Offset Active() const { return log->Files()->segments.back().base_offset; }
};

TEST_F(PreallocateTest, AFullDiskDoesNotReachTheSegmentThatHasItsRoom) {
  Open();
  EXPECT_EQ(Reserved(), kSegmentBytes);
  files.SetFull(true);
  for (int i = 0; i < 4; ++i) ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(Active(), 0);
  EXPECT_EQ(AppendOne(), ErrorCode::kKafkaStorageError) << "the next segment has no room";
  EXPECT_EQ(ReadAllOffsets(), (std::vector<Offset>{0, 1, 2, 3}));
}

TEST_F(PreallocateTest, SizesAreThoseOfTheRecords) {
  Open();
  EXPECT_EQ(log->SizeInBytes(), 0);
  EXPECT_TRUE(files.Content(SegmentAt(0)).empty());
  ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(log->SizeInBytes(), static_cast<int64_t>(files.Content(SegmentAt(0)).size()));
  EXPECT_LT(log->SizeInBytes(), 250);
}

TEST_F(PreallocateTest, WhatASegmentDidNotUseIsGivenBackWhenItIsSealed) {
  Open();
  while (Active() == 0) ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(Reserved(0), 0u);
  EXPECT_EQ(Reserved(Active()), kSegmentBytes);
  const size_t sealed = files.Content(SegmentAt(0)).size();
  EXPECT_EQ(log->Files()->segments.front().size_in_bytes, static_cast<int64_t>(sealed));
}

TEST_F(PreallocateTest, ACleanStopGivesItBack) {
  Open();
  ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  CloseAndOpen();
  EXPECT_EQ(Reserved(), 0u);
  EXPECT_EQ(ReadAllOffsets(), (std::vector<Offset>{0}));
  ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(ReadAllOffsets(), (std::vector<Offset>{0, 1}));
}

TEST_F(PreallocateTest, AKilledBrokersRoomIsKeptAndGivenBackWhenTheSegmentIsSealed) {
  Open();
  ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  KillAndOpen();
  EXPECT_EQ(Reserved(), kSegmentBytes);
  EXPECT_EQ(ReadAllOffsets(), (std::vector<Offset>{0}));
  while (Active() == 0) ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(Reserved(0), 0u);
}

// The volume has less than a whole segment: the reservation fails, small files and writes do not.
TEST_F(PreallocateTest, WithoutRoomForAllOfItASegmentGoesOnWithout) {
  LogHarness rehearsal;
  rehearsal.config = config;
  int64_t reserving = 0;
  rehearsal.files.SetTrace([&](int64_t operation, const std::string& what) {
    if (what.starts_with("reserve")) reserving = operation;
  });
  rehearsal.Open();
  ASSERT_GT(reserving, 0);

  files.FailAt(reserving);
  Open();
  EXPECT_EQ(files.failures_to_come(), 0u);
  EXPECT_EQ(Reserved(), 0u);
  ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(ReadAllOffsets(), (std::vector<Offset>{0}));
}

TEST_F(PreallocateTest, TurnedOnAndOffItHoldsForTheNextSegment) {
  config.preallocate = false;
  Open();
  EXPECT_EQ(Reserved(), 0u);
  config.preallocate = true;
  log->Reconfigure(config);
  while (Active() == 0) ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  const Offset second = Active();
  EXPECT_EQ(Reserved(second), kSegmentBytes);
  config.preallocate = false;
  log->Reconfigure(config);
  while (Active() == second) ASSERT_EQ(AppendOne(), ErrorCode::kNone);
  EXPECT_EQ(Reserved(second), 0u);
  EXPECT_EQ(Reserved(Active()), 0u);
}

// Else a recovered segment, which is not synced again, could not be closed when too many files are
// open.
TEST_F(PreallocateTest, WhatIsGivenBackNeedsNoSync) {
  OpenFiles open_files(files, 10);
  const auto directory = std::make_shared<const std::string>(kDirectory);
  const std::shared_ptr<Segment> segment = Segment::Create(open_files, directory, 0, 0).value();
  ASSERT_TRUE(segment->Reserve(kSegmentBytes));
  const std::string path = segment->log_file().path();
  EXPECT_EQ(files.Reserved(path), kSegmentBytes);
  const std::vector<uint8_t> batch = Build({});
  const Bytes piece(batch);
  ASSERT_TRUE(segment->Append(std::span(&piece, 1), static_cast<int64_t>(batch.size())));
  ASSERT_TRUE(segment->SyncLog());
  segment->log_file().MarkSynced();
  ASSERT_TRUE(segment->Seal());
  EXPECT_EQ(files.Reserved(path), 0u);
  EXPECT_FALSE(segment->log_file().dirty());
  EXPECT_EQ(files.Content(path), batch);
}

class PosixReserveTest : public ::testing::Test {
 protected:
  PosixReserveTest() {
    std::string name = std::filesystem::temp_directory_path() / "monkafka-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    file_ = PosixFileSystem().Open(directory_ + "/file", OpenMode::kCreate).value();
  }
  ~PosixReserveTest() override { std::filesystem::remove_all(directory_); }

  int64_t BytesOnDisk() const {
    struct stat info = {};
    EXPECT_EQ(::fstat(file_->descriptor(), &info), 0);
    return info.st_blocks * 512;
  }

  std::string directory_;
  std::shared_ptr<File> file_;
};

TEST_F(PosixReserveTest, BlocksAreTakenAndGivenBackBehindAnUnchangedSize) {
  if (::fallocate(file_->descriptor(), FALLOC_FL_KEEP_SIZE, 0, 1) != 0 && errno == EOPNOTSUPP) {
    GTEST_SKIP() << "the file system of the temporary directory cannot reserve";
  }
  ASSERT_TRUE(file_->Reserve(1 << 20));
  EXPECT_GE(BytesOnDisk(), 1 << 20);
  EXPECT_EQ(file_->Size().value(), 0);
  const Bytes piece = AsBytes(std::string_view("record"));
  ASSERT_TRUE(file_->WriteAt(0, std::span(&piece, 1)));
  EXPECT_EQ(file_->Size().value(), 6);
  ASSERT_TRUE(file_->Truncate(6));
  EXPECT_LT(BytesOnDisk(), 1 << 20);
  EXPECT_EQ(file_->Size().value(), 6);
}

TEST_F(PosixReserveTest, MoreThanThereIsFailsAndTakesNothing) {
  const Status status = file_->Reserve(int64_t{1} << 43);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("reserve " + directory_));
  EXPECT_EQ(BytesOnDisk(), 0);
  EXPECT_EQ(file_->Size().value(), 0);
}

}  // namespace
}  // namespace monkafka::storage
