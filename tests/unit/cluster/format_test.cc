#include "cluster/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::cluster {
namespace {

using testing::HasSubstr;
using Unsynced = fakes::FakeFileSystem::Unsynced;

constexpr std::string_view kClusterId = "MkU3OEVBNTcwNTJENDM2Qg";

class FormatTest : public testing::Test {
 protected:
  Result<DataDirectory> Open(int32_t node_id = 1, std::optional<std::string> cluster_id = {}) {
    return FormatOrOpen(storage::PosixFileSystem(), directory.path(), node_id, cluster_id);
  }
  std::string Refusal(int32_t node_id = 1, std::optional<std::string> cluster_id = {}) {
    const auto before = directory.Names();
    const Result<DataDirectory> opened = Open(node_id, std::move(cluster_id));
    EXPECT_FALSE(opened.has_value());
    EXPECT_EQ(directory.Names(), before) << "nothing may be touched";
    return opened ? "" : opened.error().message;
  }

  TemporaryDirectory directory;
};

TEST_F(FormatTest, AnEmptyDirectoryIsFormattedAndFoundAgain) {
  std::string cluster_id;
  Uuid directory_id;
  {
    const Result<DataDirectory> opened = Open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    cluster_id = opened->cluster_id;
    directory_id = opened->directory_id;
    EXPECT_TRUE(Uuid::Parse(cluster_id).has_value());
  }
  const Result<DataDirectory> again = Open(1, cluster_id);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->cluster_id, cluster_id);
  EXPECT_EQ(again->directory_id, directory_id);
}

TEST_F(FormatTest, AMissingDirectoryIsMade) {
  const std::string nested = directory.path() + "/a/b";
  const auto opened = FormatOrOpen(storage::PosixFileSystem(), nested, 1, std::nullopt);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_TRUE(std::filesystem::exists(nested + "/meta.properties"));
}

TEST_F(FormatTest, TakesTheClusterIdThatIsGiven) {
  const auto opened = Open(1, std::string(kClusterId));
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened->cluster_id, kClusterId);
  EXPECT_THAT(directory.Read("meta.properties"), HasSubstr("\nnode.id=1\n"));
  EXPECT_THAT(directory.Read("meta.properties"), HasSubstr("\nversion=1\n"));
}

TEST_F(FormatTest, WhatAVolumeOrAnInterruptedFormatLeavesIsNothing) {
  std::filesystem::create_directory(directory.path() + "/lost+found");
  directory.Write("meta.properties.tmp", "vers");
  directory.Write(".lock", "");
  EXPECT_TRUE(Open().has_value());
}

TEST_F(FormatTest, RefusesFilesThatAreNotItsOwn) {
  directory.Write("holiday.jpg", "x");
  EXPECT_THAT(Refusal(), HasSubstr("'holiday.jpg' but no meta.properties"));
}

TEST_F(FormatTest, RefusesAnotherNodeAndAnotherCluster) {
  ASSERT_TRUE(Open(1, std::string(kClusterId)).has_value());
  EXPECT_THAT(Refusal(2), HasSubstr("belongs to node 1 but this is node 2"));
  EXPECT_THAT(Refusal(1, Uuid::Random().ToString()),
              HasSubstr("belongs to cluster MkU3OEVBNTcwNTJENDM2Qg"));
}

TEST_F(FormatTest, RefusesAClusterIdThatIsNone) {
  EXPECT_THAT(Refusal(1, "my-cluster"), HasSubstr("'my-cluster'"));
}

TEST_F(FormatTest, RefusesADirectoryInUse) {
  const auto first = Open();
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(Refusal(), HasSubstr("another broker may be using it"));
}

TEST_F(FormatTest, ReadsWhatKafkaWrites) {
  directory.Write("meta.properties",
                  "#\n#Sat Oct 26 12:00:00 UTC 2024\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\n"
                  "directory.id=J8aAPcfLQt2bqs1JT_rMgQ\nnode.id=7\nversion=1\n");
  directory.Write("bootstrap.checkpoint", "x");
  const auto opened = Open(7);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened->directory_id.ToString(), "J8aAPcfLQt2bqs1JT_rMgQ");
}

TEST_F(FormatTest, GivesADirectoryOfOlderKafkaAnId) {
  directory.Write("meta.properties", "version=1\nnode.id=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\n");
  Uuid id;
  {
    const auto opened = Open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    id = opened->directory_id;
  }
  EXPECT_EQ(Open()->directory_id, id);
}

TEST_F(FormatTest, RefusesFilesThatMakeNoSense) {
  for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
           {"", "ZooKeeper"},
           {"version=0\nbroker.id=1\n", "ZooKeeper"},
           {"version=2\n", "unknown version '2'"},
           {"version=1\nnode.id=one\ncluster.id=x\n", "node.id is 'one'"},
           {"version=1\nnode.id=1\n", "cluster.id is missing"},
           {"version=1\nnode.id=1\ncluster.id=x\ndirectory.id=short\n", "directory.id"}}) {
    directory.Write("meta.properties", text);
    EXPECT_THAT(Refusal(), HasSubstr(reason));
  }
}

TEST(FormatDurabilityTest, WhatAnAttemptBeforeLeftIsMadeDurable) {
  // Up to the rename; whoever opens the logs syncs the directory itself.
  for (int64_t operation = 1; operation < 11; ++operation) {
    fakes::FakeClock clock;
    fakes::FakeFileSystem files(clock);
    files.FailAt(operation);
    if (FormatOrOpen(files, "/srv/data", 1, {})) files.Recover(Unsynced::kKeepAll, 1);
    ASSERT_TRUE(FormatOrOpen(files, "/srv/data", 1, {})) << operation;
    files.Recover(Unsynced::kDropAll, 1);
    EXPECT_TRUE(files.Exists("/srv/data/meta.properties").value()) << operation;
  }
}

TEST(MetaPropertiesTest, UnderstandsJavasProperties) {
  const auto parsed =
      ParseMetaProperties("! comment\n  node.id : 3\r\ncluster.id = a\\=b\nversion=1");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->node_id, 3);
  EXPECT_EQ(parsed->cluster_id, "a=b");
}

}  // namespace
}  // namespace monkafka::cluster
