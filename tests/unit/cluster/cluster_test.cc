#include "cluster/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fakes/fake_file_system.h"
#include "unit/cluster/broker_fixture.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::cluster {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Uuid kId{{1}};
constexpr Uuid kOtherId{{2}};

class ClusterTest : public testing::Test {
 protected:
  TemporaryDirectory directory;
  BrokerFixture broker{storage::PosixFileSystem(), directory.path()};
};

TEST_F(ClusterTest, ANewClusterHasThisBrokerAndItsFeatureLevel) {
  broker.MustStart();
  const auto image = broker.Image();
  EXPECT_EQ(image->cluster_id, "MkU3OEVBNTcwNTJENDM2Qg");
  EXPECT_EQ(image->features.at("metadata.version"), 21);
  ASSERT_TRUE(image->brokers.contains(1));
  const BrokerImage& self = image->brokers.at(1);
  EXPECT_FALSE(self.fenced);
  EXPECT_THAT(self.endpoints, ElementsAre(Endpoint{"PLAINTEXT", "localhost", 9092, 0}));
  EXPECT_THAT(self.log_dirs, ElementsAre(broker.options.directory_id));
  EXPECT_EQ(self.epoch, 2) << "the offset of its registration";
  EXPECT_EQ(image->last_offset, 2);
}

TEST_F(ClusterTest, ARestartWithNothingChangedWritesNothing) {
  broker.MustStart();
  const Offset end = broker.MetadataEnd();
  broker.Restart();
  EXPECT_EQ(broker.MetadataEnd(), end);
  broker.Crash();
  broker.MustStart();
  EXPECT_EQ(broker.MetadataEnd(), end);
  EXPECT_EQ(broker.Image()->brokers.at(1).epoch, 2);
}

TEST_F(ClusterTest, AChangedEndpointIsRegisteredAnew) {
  broker.MustStart();
  const Offset end = broker.MetadataEnd();
  broker.options.advertised[0].port = 19092;
  broker.options.rack = "r1";
  broker.Restart();
  EXPECT_EQ(broker.Image()->brokers.at(1).epoch, end);
  EXPECT_EQ(broker.Image()->brokers.at(1).endpoints[0].port, 19092);
  EXPECT_EQ(broker.Image()->brokers.at(1).rack, "r1");
}

TEST_F(ClusterTest, ATopicHasItsLogsWhenItsCreationCompletes) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 2);
  EXPECT_EQ(broker->FindPartition("t", 1)->topic_id(), kId);
  EXPECT_EQ(broker->FindPartition(kId, 1), broker->FindPartition("t", 1));
  EXPECT_EQ(broker->FindPartition("t", 2), nullptr);
  EXPECT_EQ(broker->Partitions().size(), 2u);
  EXPECT_THAT(directory.Names(), Contains("t-1"));
  EXPECT_EQ(broker.Append("t", 1).base_offset, 0);
}

TEST_F(ClusterTest, TopicsAndRecordsSurviveARestart) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 2);
  broker.Append("t", 1);
  broker.Restart();
  ASSERT_NE(broker->FindPartition("t", 1), nullptr);
  EXPECT_EQ(broker->FindPartition("t", 1)->high_watermark(), 1);
  EXPECT_EQ(broker.Append("t", 1).base_offset, 1);
}

TEST_F(ClusterTest, ChangesRunOneAfterTheOther) {
  broker.MustStart();
  std::vector<size_t> seen;
  const auto decide = [&](const MetadataImage& image) {
    seen.push_back(image.topics.size());
    const auto n = static_cast<uint8_t>(image.topics.size());
    return BrokerFixture::TopicRecords("t" + std::to_string(n), Uuid{{n, 1}}, 1);
  };
  int done = 0;
  for (int i = 0; i < 3; ++i) {
    broker->Change(decide, [&](auto image) {
      EXPECT_TRUE(image.has_value());
      ++done;
    });
  }
  broker.workers.RunAll();
  EXPECT_EQ(done, 3);
  EXPECT_THAT(seen, ElementsAre(0u, 1u, 2u));
}

TEST_F(ClusterTest, ARefusedChangeWritesNothing) {
  broker.MustStart();
  const Offset end = broker.MetadataEnd();
  const auto refused =
      broker.Change([](const MetadataImage&) -> Result<std::vector<MetadataRecord>> {
        return Fail(ErrorCode::kTopicAlreadyExists, "no");
      });
  EXPECT_EQ(CodeOf(refused), ErrorCode::kTopicAlreadyExists);
  const auto contradiction = broker.Change(
      [](const MetadataImage&) { return std::vector<MetadataRecord>{RemoveTopicRecord{kId}}; });
  EXPECT_EQ(CodeOf(contradiction), ErrorCode::kCorruptMessage);
  const auto nothing =
      broker.Change([](const MetadataImage&) { return std::vector<MetadataRecord>{}; });
  ASSERT_TRUE(nothing.has_value());
  EXPECT_EQ(*nothing, broker.Image());
  EXPECT_EQ(broker.MetadataEnd(), end);
}

TEST_F(ClusterTest, ListenersSeeEveryNewImage) {
  broker.MustStart();
  std::vector<std::pair<size_t, size_t>> seen;
  broker->AddListener([&](const MetadataImage& before, const MetadataImage& after) {
    seen.emplace_back(before.topics.size(), after.topics.size());
    EXPECT_EQ(broker.Image().get(), &after) << "told after it is published";
  });
  broker.CreateTopic("t", kId, 1);
  broker.Write({RemoveTopicRecord{kId}});
  EXPECT_THAT(seen, ElementsAre(std::pair(0u, 1u), std::pair(1u, 0u)));
}

TEST_F(ClusterTest, AChangeTellsHowFarItIs) {
  std::vector<std::pair<int64_t, int64_t>> seen;
  bool started = false;
  const auto config = broker.options.log_config;
  broker.options.log_config = [&](const MetadataImage& image, const std::string& topic) {
    if (started) seen.emplace_back(broker->Progress().done, broker->Progress().total);
    return config(image, topic);
  };
  broker.MustStart();
  started = true;
  broker.CreateTopic("a", kId, 2);
  std::vector<MetadataRecord> records{RemoveTopicRecord{kId}};
  for (auto& record : BrokerFixture::TopicRecords("a", kOtherId, 3)) records.push_back(record);
  broker.Write(records);
  EXPECT_THAT(seen, ElementsAre(std::pair(0, 2), std::pair(2, 5)));
  EXPECT_EQ(broker->Progress().total, 0);
}

TEST_F(ClusterTest, ADeletedTopicIsGoneAtOnceAndStaysGone) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.Append("t", 0);
  const std::shared_ptr<Partition> held = broker->FindPartition("t", 0);
  broker.Write({RemoveTopicRecord{kId}});
  EXPECT_EQ(broker->FindPartition("t", 0), nullptr);
  EXPECT_TRUE(held->deleted());
  EXPECT_EQ(held->CheckLeaderEpoch(-1), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_THAT(directory.Names(), Not(Contains("t-0")));
  broker.Crash();
  broker.MustStart();
  EXPECT_EQ(broker->FindPartition("t", 0), nullptr);
}

TEST_F(ClusterTest, ATopicCreatedAnewUnderTheSameNameIsEmpty) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.Append("t", 0);
  std::vector<MetadataRecord> records{RemoveTopicRecord{kId}};
  for (auto& record : BrokerFixture::TopicRecords("t", kOtherId, 1)) records.push_back(record);
  broker.Write(records);
  EXPECT_EQ(broker->FindPartition("t", 0)->topic_id(), kOtherId);
  EXPECT_EQ(broker->FindPartition(kId, 0), nullptr);
  EXPECT_EQ(broker->FindPartition("t", 0)->high_watermark(), 0);
}

TEST_F(ClusterTest, PartitionsAreAddedBesideTheOnesThatAreThere) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  const auto first = broker->FindPartition("t", 0);
  auto records = BrokerFixture::TopicRecords("t", kId, 2);
  broker.Write({records.back()});
  EXPECT_EQ(broker->FindPartition("t", 0), first);
  EXPECT_EQ(broker.Append("t", 1).error, ErrorCode::kNone);
}

TEST_F(ClusterTest, SettingsReachTheLogsAtOnce) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.CreateTopic("u", kOtherId, 1);
  const auto retention = [&](const std::string& topic) {
    return broker->FindPartition(topic, 0)->log().Config().retention_ms;
  };
  broker.Write({ConfigRecord{2, "t", "retention.ms", "5"}});
  EXPECT_EQ(retention("t"), 5);
  EXPECT_EQ(retention("u"), storage::LogConfig().retention_ms);
  broker.Write({ConfigRecord{4, "", "retention.ms", "9"}});
  EXPECT_EQ(retention("t"), 5);
  EXPECT_EQ(retention("u"), 9);
  broker.Write({ConfigRecord{2, "t", "retention.ms", std::nullopt}});
  EXPECT_EQ(retention("t"), 9);
  broker.Restart();
  EXPECT_EQ(retention("u"), 9);
}

TEST_F(ClusterTest, LogsThatACrashKeptFromBeingMadeAreMadeAtTheNextStart) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 2);
  broker.Crash();
  std::filesystem::remove_all(directory.path() + "/t-1");
  broker.MustStart();
  EXPECT_EQ(broker.Append("t", 1).error, ErrorCode::kNone);
}

TEST_F(ClusterTest, LogsThatACrashKeptFromBeingRemovedAreRemovedAtTheNextStart) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.Append("t", 0);
  std::filesystem::copy(directory.path() + "/t-0", directory.path() + "/copy",
                        std::filesystem::copy_options::recursive);
  broker.Write({RemoveTopicRecord{kId}});
  broker.Crash();
  std::filesystem::rename(directory.path() + "/copy", directory.path() + "/t-0");
  broker.MustStart();
  EXPECT_EQ(broker->FindPartition("t", 0), nullptr);
  EXPECT_THAT(directory.Names(), Not(Contains("t-0")));
  broker.CreateTopic("t", kOtherId, 1);
  EXPECT_EQ(broker->FindPartition("t", 0)->high_watermark(), 0);
}

TEST_F(ClusterTest, AnOfflineLogLeavesEverythingElseWorking) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.CreateTopic("u", kOtherId, 1);
  broker.Append("t", 0);
  broker.Append("u", 0);
  broker.Crash();
  directory.Write("t-0/partition.metadata", "rubbish");
  broker.MustStart();
  EXPECT_EQ(broker->FindPartition("t", 0)->CheckLeaderEpoch(-1), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(broker.Append("t", 0).error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(broker.Append("u", 0).base_offset, 1);
  broker.Write({RemoveTopicRecord{kId}});
  EXPECT_EQ(broker->FindPartition("t", 0), nullptr);
}

class FullDiskTest : public testing::Test {
 protected:
  FullDiskTest() {
    broker.MustStart();
    broker.CreateTopic("t", kId, 1);
  }
  std::vector<std::string> Directories() {
    broker.workers.RunAll();
    return *files.List("/data");
  }
  // No room for anything but what goes into files that are there: the metadata log has some.
  Result<std::shared_ptr<const MetadataImage>> ChangeWhileFull(
      std::vector<MetadataRecord> records) {
    files.SetFull(true);
    auto changed = broker.Change([&](const MetadataImage&) { return records; });
    files.SetFull(false);
    return changed;
  }

  fakes::FakeClock clock;
  fakes::FakeFileSystem files{clock};
  BrokerFixture broker{files, "/data"};
};

TEST_F(FullDiskTest, ATopicWithoutRoomForItsLogsIsRefusedAndLeavesNothing) {
  const auto before = Directories();
  const auto changed = ChangeWhileFull(BrokerFixture::TopicRecords("u", kOtherId, 3));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(broker.Image()->FindTopic("u"), nullptr);
  EXPECT_EQ(broker->Partitions().size(), 1u);
  EXPECT_EQ(broker->Progress().total, 0);
  EXPECT_EQ(Directories(), before);

  broker.CreateTopic("u", kOtherId, 3);
  EXPECT_EQ(broker.Append("u", 2).error, ErrorCode::kNone);
  broker.Restart();
  EXPECT_EQ(broker.Append("u", 2).base_offset, 1);
}

TEST_F(FullDiskTest, PartitionsWithoutRoomForTheirLogsAreNotAdded) {
  const auto before = Directories();
  auto added = BrokerFixture::TopicRecords("t", kId, 3);
  added.erase(added.begin(), added.begin() + 2);
  ASSERT_FALSE(ChangeWhileFull(added));
  EXPECT_EQ(broker.Image()->FindTopic("t")->partitions.size(), 1u);
  EXPECT_EQ(Directories(), before);
  broker.Write(added);
  EXPECT_EQ(broker.Append("t", 2).error, ErrorCode::kNone);
}

TEST_F(FullDiskTest, OneLogThatCannotBeMadeTakesTheOthersOfItsChangeAlong) {
  const auto before = Directories();
  int64_t last = 0;
  files.SetTrace([&](int64_t operation, const std::string& what) {
    if (what == "sync /data/u-2/partition.metadata.tmp") last = operation;
  });
  const int64_t begin = files.operations();
  broker.CreateTopic("u", kOtherId, 3);
  ASSERT_GT(last, begin);
  broker.Write({RemoveTopicRecord{kOtherId}});
  broker.timers.AdvanceBy(std::chrono::hours(1), [&] { broker.workers.RunAll(); });
  ASSERT_EQ(Directories(), before);

  // The same operations once more.
  files.FailAt(files.operations() + last - begin);
  const auto changed = broker.Change(
      [&](const MetadataImage&) { return BrokerFixture::TopicRecords("u", Uuid{{3}}, 3); });
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message, HasSubstr("u-2"));
  EXPECT_EQ(broker.Image()->FindTopic("u"), nullptr);
  EXPECT_EQ(Directories(), before);
}

TEST_F(FullDiskTest, ACrashBeforeTheMetadataRecordLeavesNoTopic) {
  for (int64_t ahead = 1;; ++ahead) {
    fakes::FakeFileSystem disk(clock);
    BrokerFixture fresh(disk, "/data");
    fresh.MustStart();
    disk.CrashAt(disk.operations() + ahead);
    const auto changed = fresh.Change(
        [&](const MetadataImage&) { return BrokerFixture::TopicRecords("t", kId, 2); });
    const bool crashed = disk.crashed();
    fresh.Crash();
    for (const auto unsynced : {fakes::Unsynced::kDropAll, fakes::Unsynced::kKeepAll}) {
      disk.Recover(unsynced, 1);
      fresh.MustStart();
      const bool there = fresh.Image()->FindTopic("t") != nullptr;
      EXPECT_TRUE(there || !changed) << ahead;
      EXPECT_EQ(fresh->Partitions().size(), there ? 2u : 0u) << ahead;
      if (there) {
        EXPECT_EQ(fresh.Append("t", 1).error, ErrorCode::kNone) << ahead;
      }
      fresh.Crash();
    }
    if (!crashed) break;
  }
}

TEST_F(ClusterTest, PartitionsWithoutAMetadataLogAreNotTouched) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  broker.Append("t", 0);
  broker.Crash();
  std::filesystem::remove_all(directory.path() + "/__cluster_metadata-0");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Status status = broker.Start();
    ASSERT_FALSE(status.has_value());
    EXPECT_THAT(status.error().message, HasSubstr("metadata log"));
    broker.Crash();
    EXPECT_TRUE(std::filesystem::exists(directory.path() + "/t-0/00000000000000000000.log"));
  }
}

TEST_F(ClusterTest, ProducerIdsAreNeverGivenTwice) {
  std::set<ProducerId> given;
  const auto take = [&] {
    broker->NextProducerId([&](Result<ProducerId> id) {
      ASSERT_TRUE(id.has_value());
      EXPECT_TRUE(given.insert(*id).second) << *id;
    });
    broker.workers.RunAll();
  };
  broker.MustStart();
  for (int i = 0; i < 1500; ++i) take();
  EXPECT_EQ(broker.Image()->next_producer_id, 2000);
  broker.Crash();
  broker.MustStart();
  take();
  EXPECT_EQ(*given.rbegin(), 2000);
  EXPECT_EQ(given.size(), 1501u);
}

TEST_F(ClusterTest, PartitionsLeftWithoutALeaderAreLedAgain) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  PartitionChangeRecord change;
  change.partition_id = 0;
  change.topic_id = kId;
  change.leader = -1;
  broker.Write({change});
  EXPECT_EQ(broker->FindPartition("t", 0), nullptr);
  broker.Restart();
  ASSERT_NE(broker->FindPartition("t", 0), nullptr);
  EXPECT_EQ(broker->FindPartition("t", 0)->leader_epoch(), 2);
}

TEST_F(ClusterTest, EveryStartBeginsALeaderEpoch) {
  broker.MustStart();
  broker.CreateTopic("t", kId, 1);
  EXPECT_EQ(broker->FindPartition("t", 0)->leader_epoch(), 0);
  for (int i = 0; i < 2; ++i) broker.Append("t", 0);
  broker.Restart();
  EXPECT_EQ(broker->FindPartition("t", 0)->leader_epoch(), 1);
  broker.Append("t", 0);
  broker.Crash();
  broker.MustStart();
  const auto partition = broker->FindPartition("t", 0);
  EXPECT_EQ(partition->leader_epoch(), 2);
  EXPECT_EQ(partition->log().EndOfEpoch(0).end_offset, 2);
}

TEST_F(ClusterTest, AnInterruptedMetadataTransactionIsAborted) {
  broker.MustStart();
  std::vector<MetadataRecord> records{BeginTransactionRecord{}};
  for (auto& record : BrokerFixture::TopicRecords("t", kId, 1)) records.push_back(record);
  broker.Write(records);
  broker.Restart();
  EXPECT_EQ(broker.Image()->FindTopic("t"), nullptr);
  const Offset end = broker.MetadataEnd();
  broker.Restart();
  EXPECT_EQ(broker.MetadataEnd(), end) << "aborted once";
  broker.CreateTopic("t", kId, 1);
  EXPECT_NE(broker->FindPartition("t", 0), nullptr);
}

TEST_F(ClusterTest, AfterCloseChangesAreRefused) {
  broker.MustStart();
  broker->Close();
  const auto refused =
      broker.Change([](const MetadataImage&) { return std::vector<MetadataRecord>{}; });
  EXPECT_EQ(CodeOf(refused), ErrorCode::kNotController);
}

}  // namespace
}  // namespace monkafka::cluster
