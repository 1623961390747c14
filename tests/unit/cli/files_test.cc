#include "cli/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string pattern = fs::temp_directory_path() / "monkafkactl-files-XXXXXX";
    directory = mkdtemp(pattern.data());
  }
  ~FilesTest() override { fs::remove_all(directory); }

  static mode_t ModeOf(const fs::path& path) {
    struct stat status{};
    stat(path.c_str(), &status);
    return status.st_mode & 0777;
  }

  fs::path directory;
};

TEST_F(FilesTest, ALinkStaysAndTheFileBehindItIsWritten) {
  fs::create_directory(directory / "there");
  std::ofstream(directory / "there" / "file") << "old";
  fs::create_symlink("there/file", directory / "inner");
  fs::create_symlink(directory / "inner", directory / "outer");
  WriteFile(directory / "outer", "new", Whose::kUser);
  EXPECT_TRUE(fs::is_symlink(directory / "outer"));
  EXPECT_TRUE(fs::is_symlink(directory / "inner"));
  EXPECT_EQ(ReadFile(directory / "there" / "file"), "new");
}

TEST_F(FilesTest, ALinkToNothingYetMakesTheFile) {
  fs::create_symlink("file", directory / "link");
  WriteFile(directory / "link", "new", Whose::kUser);
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
  EXPECT_EQ(ReadFile(directory / "file"), "new");
}

TEST_F(FilesTest, LinksThatLeadNowhereAreRefused) {
  fs::create_symlink("b", directory / "a");
  fs::create_symlink("a", directory / "b");
  EXPECT_THROW(WriteFile(directory / "a", "x", Whose::kUser), Failure);
}

TEST_F(FilesTest, AFileOfTheUserKeepsItsMode) {
  std::ofstream(directory / "file") << "old";
  chmod((directory / "file").c_str(), 0640);
  WriteFile(directory / "file", "new", Whose::kUser);
  EXPECT_EQ(ModeOf(directory / "file"), 0640);
  EXPECT_EQ(ReadFile(directory / "file"), "new");
}

TEST_F(FilesTest, OnlyTheToolsOwnDirectoriesAreMade) {
  try {
    WriteFile(directory / "missing" / "file", "x", Whose::kUser);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("there is no directory"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(directory / "missing"));
  WriteFile(directory / "own" / "file", "x");
  EXPECT_EQ(ModeOf(directory / "own" / "file"), 0600);
}

TEST_F(FilesTest, WritersAtTheSameTimeDoNotMeet) {
  const auto write = [this](char letter) {
    for (int i = 0; i < 50; ++i) WriteFile(directory / "file", std::string(10'000, letter));
  };
  std::thread other(write, 'a');
  EXPECT_NO_THROW(write('b'));
  other.join();
  const std::string content = ReadFile(directory / "file");
  EXPECT_EQ(content, std::string(10'000, content.front()));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
}

TEST_F(FilesTest, ANameIsTakenOnce) {
  EXPECT_TRUE(ClaimFile(directory / "own" / "file"));
  EXPECT_EQ(ModeOf(directory / "own" / "file"), 0600);
  EXPECT_FALSE(ClaimFile(directory / "own" / "file"));
  EXPECT_THROW(ClaimFile(directory / "own" / "file" / "below"), Failure);
}

TEST_F(FilesTest, ADirectoryIsNeitherReadNorWritten) {
  EXPECT_THROW(ReadFile(directory), Failure);
  EXPECT_THROW(OpenFile(directory), Failure);
  EXPECT_THROW(WriteFile(directory, "x", Whose::kUser), Failure);
}

}  // namespace
}  // namespace monkafka::cli
