#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "storage/file_system.h"

namespace monkafka::storage {
namespace {

class PosixFileSystemTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::iota(content_.begin(), content_.end(), uint8_t{0});
    Result<std::shared_ptr<File>> file = PosixFileSystem().Open(path_, OpenMode::kCreateTruncate);
    ASSERT_TRUE(file) << file.error().message;
    file_ = *std::move(file);
    const Bytes piece(content_);
    ASSERT_TRUE(file_->WriteAt(0, {&piece, 1}));
  }
  void TearDown() override { EXPECT_TRUE(PosixFileSystem().Remove(path_)); }

  const std::string path_ = (std::filesystem::temp_directory_path() /
                             ("posix_file_system_test." + std::to_string(getpid())))
                                .string();
  std::vector<uint8_t> content_ = std::vector<uint8_t>(20'000);
  std::shared_ptr<File> file_;
};

// Just written, so it is all in the page cache, or the file system cannot tell and reads.
TEST_F(PosixFileSystemTest, ReadsFromThePageCacheAsFromTheFile) {
  for (const int64_t position : {0, 1, 4095, 12'000, 19'999, 20'000, 30'000}) {
    for (const size_t wanted : {1U, 61U, 4096U, 10'000U}) {
      std::vector<uint8_t> cached(wanted);
      std::vector<uint8_t> read(wanted);
      const Result<std::optional<size_t>> from_cache = file_->ReadCached(position, cached);
      ASSERT_TRUE(from_cache) << from_cache.error().message;
      ASSERT_TRUE(*from_cache) << position << " " << wanted;
      EXPECT_EQ(**from_cache, file_->ReadAt(position, read).value());
      EXPECT_EQ(cached, read);
    }
  }
}

TEST_F(PosixFileSystemTest, WhatThePageCacheLostIsReadWithPatienceOnly) {
  ASSERT_TRUE(file_->Sync());
  ASSERT_EQ(posix_fadvise(file_->descriptor(), 0, 0, POSIX_FADV_DONTNEED), 0);
  std::vector<uint8_t> bytes(61);
  const Result<std::optional<size_t>> cached = file_->ReadCached(8192, bytes);
  ASSERT_TRUE(cached) << cached.error().message;
  // A file system in memory has it still, and one without RWF_NOWAIT has read it.
  if (!*cached) {
    EXPECT_EQ(file_->ReadAt(8192, bytes).value(), bytes.size());
  }
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), content_.begin() + 8192));
}

}  // namespace
}  // namespace monkafka::storage
