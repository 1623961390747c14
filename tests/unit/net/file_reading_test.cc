#include "net/file_reading.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace monkafka::net {
namespace {

class FileReadingTest : public testing::Test {
 protected:
  static constexpr int64_t kSize = 512 * 1024;
  void SetUp() override {
    ASSERT_NE(file_, nullptr);
    const std::vector<uint8_t> content(kSize, 'x');
    ASSERT_EQ(pwrite(fd(), content.data(), content.size(), 0), kSize);
  }
  void TearDown() override { std::fclose(file_); }
  int fd() const { return fileno(file_); }
  // As the system sees it, without asking for what is missing.
  bool IsResident() const {
    void* const mapped = mmap(nullptr, kSize, PROT_READ, MAP_SHARED, fd(), 0);
    EXPECT_NE(mapped, MAP_FAILED);
    std::vector<unsigned char> pages(kSize / static_cast<size_t>(sysconf(_SC_PAGESIZE)));
    EXPECT_EQ(mincore(mapped, kSize, pages.data()), 0);
    munmap(mapped, kSize);
    return std::ranges::all_of(pages, [](unsigned char page) { return (page & 1) != 0; });
  }

  std::FILE* const file_ = std::tmpfile();
};

TEST_F(FileReadingTest, WhatWasJustWrittenIsInThePageCache) {
  for (const int64_t from : {0, 1, 4095, 100'000}) {
    for (const int64_t length : {int64_t{1}, int64_t{4096}, int64_t{70'000}, kSize - from}) {
      EXPECT_TRUE(LooksCached(fd(), from, length)) << from << " " << length;
    }
  }
}

TEST_F(FileReadingTest, AHoleInTheMiddleIsNoticed) {
  ASSERT_EQ(fdatasync(fd()), 0);
  ASSERT_EQ(posix_fadvise(fd(), 160 * 1024, 192 * 1024, POSIX_FADV_DONTNEED), 0);
  // A file system in memory keeps it all.
  EXPECT_EQ(IsResident(), LooksCached(fd(), 0, kSize));
  EXPECT_TRUE(LooksCached(fd(), 0, 32 * 1024));
}

class OpenFile final : public ReadableFile {
 public:
  explicit OpenFile(int file) : file_(file) {}
  Result<size_t> ReadAt(int64_t, MutableBytes) const override {
    return Fail(ErrorCode::kKafkaStorageError, "the disk is on fire");
  }
  int descriptor() const override { return file_; }

 private:
  const int file_;
};

TEST_F(FileReadingTest, WhatWasFetchedIsThere) {
  ASSERT_EQ(fdatasync(fd()), 0);
  ASSERT_EQ(posix_fadvise(fd(), 0, 0, POSIX_FADV_DONTNEED), 0);
  const OpenFile file(fd());
  EXPECT_TRUE(FetchIntoCache(file, 0, kSize / 2));
  EXPECT_TRUE(LooksCached(fd(), 0, kSize / 2));
  // Up to its end, also when more was asked for.
  EXPECT_TRUE(FetchIntoCache(file, kSize / 2, kSize));
  EXPECT_TRUE(IsResident());
  EXPECT_TRUE(FetchIntoCache(file, 2 * kSize, kSize));
}

TEST_F(FileReadingTest, WhatCannotBeSentIsReadAndItsErrorTold) {
  const OpenFile file(-1);
  const Status fetched = FetchIntoCache(file, 0, kSize);
  ASSERT_FALSE(fetched);
  EXPECT_EQ("the disk is on fire", fetched.error().message);
}

}  // namespace
}  // namespace monkafka::net
