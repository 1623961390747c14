#include "log_harness.h"
#include "storage/names.h"

namespace monkafka::storage {
namespace {

using std::chrono::milliseconds;
using Unsynced = fakes::FakeFileSystem::Unsynced;
using ::testing::HasSubstr;

class LogManagerTest : public ::testing::Test, protected LogHarness {
 protected:
  std::string Root(const std::string& name) const { return std::string(kDirectory) + "/" + name; }
  std::vector<std::string> Directories() {
    std::vector<std::string> names;
    const std::vector<std::string> all = files.List(kDirectory).value();
    for (const std::string& name : all) {
      if (files.IsDirectory(Root(name)).value()) names.push_back(name);
    }
    return names;
  }
};

TEST_F(LogManagerTest, ANewPartitionIsDurableInTheDirectory) {
  Open();
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(AsText(files.Content(PathOf("partition.metadata"))),
            "version: 0\ntopic_id: " + topic_id.ToString());
  EXPECT_EQ(log->Offsets().log_end, 0);
}

TEST_F(LogManagerTest, CreateReturnsTheOneThatIsThere) {
  Open();
  EXPECT_EQ(manager->Create(tp, topic_id, config).value(), log);
  EXPECT_EQ(CodeOf(manager->Create(tp, Uuid::Random(), config)), ErrorCode::kInconsistentTopicId);
}

class ManyLogsTest : public LogManagerTest {
 protected:
  static constexpr size_t kLogs = 200;

  ManyLogsTest() {
    Open();
    for (size_t i = 0; i < kLogs; ++i) {
      partitions.push_back({"many", static_cast<int32_t>(i)});
      logs.push_back({partitions.back(), topic_id, config});
    }
    files.SetTrace([this](int64_t, const std::string& what) {
      if (what.starts_with("sync")) synced.push_back(what);
    });
  }

  void ExpectAllAreThere() {
    files.SetTrace({});
    files.Recover(Unsynced::kDropAll, 1);
    for (const TopicPartition& each : partitions) {
      const std::string file = Root(each.ToString() + "/partition.metadata");
      EXPECT_EQ(AsText(files.Content(file)), "version: 0\ntopic_id: " + topic_id.ToString());
    }
  }

  std::vector<TopicPartition> partitions;
  std::vector<NewLog> logs;
  std::vector<std::string> synced;
};

TEST_F(ManyLogsTest, WaitForNothingButTheirOwnFiles) {
  for (const auto& each : manager->CreateAll(logs)) ASSERT_TRUE(each) << each.error().message;
  std::vector<std::string> expected;
  for (const TopicPartition& each : partitions) {
    const std::string directory = Root(each.ToString());
    expected.push_back("sync " + directory + "/partition.metadata.tmp");
    expected.push_back("sync directory " + directory);
  }
  expected.push_back("sync directory " + std::string(kDirectory));
  EXPECT_THAT(synced, ::testing::UnorderedElementsAreArray(expected));
  ExpectAllAreThere();
}

TEST_F(ManyLogsTest, WaitOnTheWorkersTogether) {
  WorkerPool threads(3, "test");
  manager = *LogManager::Open(options, files, clock, timers, threads);
  for (const auto& each : manager->CreateAll(logs)) ASSERT_TRUE(each) << each.error().message;
  ExpectAllAreThere();
  threads.Stop();
  manager.reset();
}

TEST_F(ManyLogsTest, ADiskErrorHarmsOnlyTheLogItMeets) {
  LogHarness rehearsal;
  rehearsal.Open();
  int64_t contents = 0;
  int64_t names = 0;
  rehearsal.files.SetTrace([&](int64_t operation, const std::string& what) {
    if (what == "sync " + Root("many-7/partition.metadata.tmp")) contents = operation;
    if (what == "sync directory " + Root("many-9")) names = operation;
  });
  for (const auto& each : rehearsal.manager->CreateAll(logs)) ASSERT_TRUE(each);
  ASSERT_GT(contents, 0);
  ASSERT_GT(names, contents);

  files.FailAt(contents);
  files.FailAt(names - 2);  // the first is neither renamed nor its directory synced
  const auto created = manager->CreateAll(logs);
  EXPECT_EQ(files.failures_to_come(), 0u);
  for (size_t i = 0; i < kLogs; ++i) EXPECT_EQ(created[i].has_value(), i != 7 && i != 9) << i;
}

// The checkpoint files list all partitions of the broker.
TEST_F(ManyLogsTest, NamesUsedBeforeAreTakenOutOfEachCheckpointAtOnce) {
  for (const auto& each : manager->CreateAll(logs)) ASSERT_TRUE(each);
  ASSERT_TRUE(manager->Close());
  Forget();
  manager = *LogManager::Open(options, files, clock, timers, workers);
  ASSERT_TRUE(manager->LoadAll([&](const TopicPartition&, const Uuid&) { return std::nullopt; }));
  const auto names_it = [this](std::string_view file) {
    return std::string(AsText(files.Content(Root(std::string(file))))).find("many 7 ") !=
           std::string::npos;
  };
  ASSERT_TRUE(names_it(kRecoveryPointFile));
  ASSERT_TRUE(names_it(kHighWatermarkFile));

  synced.clear();
  for (NewLog& each : logs) each.topic_id = Uuid{{9, 9, 9}};
  for (const auto& each : manager->CreateAll(logs)) ASSERT_TRUE(each) << each.error().message;
  EXPECT_FALSE(names_it(kRecoveryPointFile));
  EXPECT_FALSE(names_it(kHighWatermarkFile));
  const auto writes = [this](std::string_view file) {
    return std::ranges::count(synced, "sync " + Root(std::string(file)) + ".tmp");
  };
  EXPECT_EQ(writes(kRecoveryPointFile), 1);
  EXPECT_EQ(writes(kHighWatermarkFile), 1);
  EXPECT_EQ(writes(kLogStartFile), 0);
}

TEST_F(ManyLogsTest, OneThatCannotBeCreatedHarmsNoOther) {
  logs[7].topic_partition = tp;
  logs[7].topic_id = Uuid::Random();
  const auto created = manager->CreateAll(logs);
  for (size_t i = 0; i < kLogs; ++i) EXPECT_EQ(created[i].has_value(), i != 7) << i;
  EXPECT_EQ(CodeOf(created[7]), ErrorCode::kInconsistentTopicId);
}

// Wherever the power fails, the next start finds them or makes them.
TEST_F(ManyLogsTest, APowerCutAmongThemTakesNoneOffline) {
  const std::span<const NewLog> some(logs.data(), 70);
  const int64_t before = files.operations();
  for (const auto& each : manager->CreateAll(some)) ASSERT_TRUE(each);
  const int64_t count = files.operations() - before;
  for (int64_t at = 1; at <= count; at += 3) {
    for (const auto unsynced : {Unsynced::kDropAll, Unsynced::kSome, Unsynced::kTorn}) {
      LogHarness machine;
      machine.topic_id = topic_id;
      machine.Open();
      machine.files.CrashAt(machine.files.operations() + at);
      (void)machine.manager->CreateAll(some);
      ASSERT_TRUE(machine.files.crashed()) << at;
      machine.files.Recover(unsynced, static_cast<uint64_t>(at));
      machine.Forget();
      machine.manager = *LogManager::Open(machine.options, machine.files, machine.clock,
                                          machine.timers, machine.workers);
      ASSERT_TRUE(machine.manager->LoadAll([&](const TopicPartition&, const Uuid&) {
        return std::optional(KnownTopic{topic_id, config});
      }));
      for (const auto& each : machine.manager->CreateAll(some)) {
        ASSERT_TRUE(each) << at << ": " << each.error().message;
        ASSERT_TRUE((*each)->Availability()) << at;
      }
    }
  }
}

TEST_F(ManyLogsTest, AreDeletedWithOneSync) {
  for (const auto& each : manager->CreateAll(logs)) ASSERT_TRUE(each);
  synced.clear();
  for (const Status& deleted : manager->DeleteAll(partitions)) EXPECT_TRUE(deleted);
  EXPECT_EQ(synced.size(), 1u);
  files.SetTrace({});
  files.Recover(Unsynced::kDropAll, 1);
  for (const TopicPartition& each : partitions) {
    EXPECT_FALSE(files.Exists(Root(each.ToString())).value());
  }
}

TEST_F(LogManagerTest, ACleanStopNeedsNoScan) {
  Open();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Append({.producer_id = 7, .sequence = i}).base_offset, i);
  ASSERT_TRUE(manager->Close());
  EXPECT_EQ(AsText(files.Content(Root(".kafka_cleanshutdown"))),
            R"({"version":0,"brokerEpoch":-1})");
  Forget();
  const int64_t before = files.operations();
  Open();
  EXPECT_LE(files.operations() - before, 2) << "only the mark is taken away";
  EXPECT_FALSE(files.Exists(Root(".kafka_cleanshutdown")).value());
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(10));
  EXPECT_TRUE(Append({.producer_id = 7, .sequence = 9}).duplicate);
}

TEST_F(LogManagerTest, AnUntouchedLogIsClosedWithoutWriting) {
  Open();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  CloseAndOpen();
  const std::string log_path = PathOf("00000000000000000000.log");
  const int64_t before = files.operations();
  ASSERT_TRUE(manager->Close());
  EXPECT_LE(files.operations() - before, 5) << "only the mark is written";
}

TEST_F(LogManagerTest, TheCleanMarkIsGoneForGoodOnceWeRun) {
  Open();
  ASSERT_TRUE(manager->Close());
  Forget();
  Open();
  files.Recover(Unsynced::kDropAll, 1);
  EXPECT_FALSE(files.Exists(Root(".kafka_cleanshutdown")).value());
}

TEST_F(LogManagerTest, TheCleanMarkStaysGoneWhenAStartIsCutShort) {
  Open();
  ASSERT_TRUE(manager->Close());
  Forget();
  // After the removal, before it is durable.
  files.CrashAt(files.operations() + 2);
  EXPECT_FALSE(LogManager::Open(options, files, clock, timers, workers).has_value());
  files.Recover(Unsynced::kKeepAll, 1);
  Open();
  files.Recover(Unsynced::kDropAll, 1);
  EXPECT_FALSE(files.Exists(Root(".kafka_cleanshutdown")).value());
}

TEST_F(LogManagerTest, DeletionIsDurableAtOnceAndRemovesLater) {
  Open();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  ASSERT_TRUE(manager->Delete(tp));
  EXPECT_EQ(manager->Find(tp), nullptr);
  EXPECT_EQ(Append({}).error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(CodeOf(Read(0)), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(CodeOf(manager->Delete(tp)), ErrorCode::kUnknownTopicOrPartition);
  ASSERT_EQ(Directories().size(), 1u);
  EXPECT_TRUE(IsDeletedDirectory(Directories().front()));
  Advance(config.file_delete_delay);
  EXPECT_TRUE(Directories().empty());
}

TEST_F(LogManagerTest, ADeletedPartitionDoesNotComeBack) {
  Open();
  ASSERT_EQ(Append({}, /*durable=*/true).error, ErrorCode::kNone);
  ASSERT_TRUE(manager->Delete(tp));
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_end, 0) << "a new one";
  workers.RunAll();
  EXPECT_EQ(Directories(), std::vector<std::string>{"orders-0"});
}

TEST_F(LogManagerTest, ARecreatedTopicHasNothingOfTheOldOne) {
  Open();
  ASSERT_EQ(Append({.records = 9, .producer_id = 7}, /*durable=*/true).error, ErrorCode::kNone);
  ASSERT_EQ(DeleteRecordsBefore(5).value(), 5);
  ASSERT_TRUE(manager->Delete(tp));
  topic_id = Uuid::Random();
  log = manager->Create(tp, topic_id, config).value();
  ASSERT_EQ(Append({.records = 2}, /*durable=*/true).base_offset, 0);
  CrashAndOpen(Unsynced::kDropAll);
  EXPECT_EQ(log->Offsets().log_start, 0);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(2));
  EXPECT_TRUE(log->ActiveProducers().empty());
}

TEST_F(LogManagerTest, DirectoriesOfTopicsThatAreGoneAreRemoved) {
  Open();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  ASSERT_TRUE(manager->Close());
  Forget();
  topic_id = Uuid::Random();  // re-created under the same name while we were away
  Open();
  EXPECT_EQ(log->Offsets().log_end, 0);
  workers.RunAll();
  EXPECT_EQ(Directories(), std::vector<std::string>{"orders-0"});
}

TEST_F(LogManagerTest, StrangersInTheDirectoryAreLeftAlone) {
  ASSERT_TRUE(files.CreateDirectories(Root("lost+found")));
  ASSERT_TRUE(files.CreateDirectories(Root("__cluster_metadata-0")));
  files.SetContent(Root("notes-7"), {1});
  files.SetContent(Root("meta.properties"), {1});
  Open();
  EXPECT_EQ(Directories(),
            (std::vector<std::string>{"__cluster_metadata-0", "lost+found", "orders-0"}));
  EXPECT_TRUE(files.Exists(Root("notes-7")).value());
}

TEST_F(LogManagerTest, StrangersInAPartitionAreLeftAlone) {
  Open();
  ASSERT_EQ(Append({}, true).error, ErrorCode::kNone);
  for (const char* name : {"README", "x.log", "123.index", "00000000000000000000.bak"}) {
    files.SetContent(PathOf(name), {1, 2, 3});
  }
  files.SetContent(PathOf("00000000000000000007.index"), {1, 2, 3});
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(1));
  EXPECT_TRUE(files.Exists(PathOf("README")).value());
  EXPECT_FALSE(files.Exists(PathOf("00000000000000000007.index")).value()) << "of no segment";
}

TEST_F(LogManagerTest, ADamagedLogIsOfflineAndTheOthersLoad) {
  Open();
  const TopicPartition other{"other", 3};
  const Uuid other_id{{9}};
  ASSERT_TRUE(manager->Create(other, other_id, config));
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  ASSERT_TRUE(manager->Close());
  Forget();
  std::vector<uint8_t> content = files.Content(PathOf("00000000000000000000.log"));
  content[16] = 9;  // the magic
  files.SetContent(PathOf("00000000000000000000.log"), content);
  manager = LogManager::Open(options, files, clock, timers, workers).value();
  ASSERT_TRUE(manager->LoadAll([&](const TopicPartition&, const Uuid& id) {
    return std::optional(KnownTopic{id, config});
  }));
  log = manager->Find(tp);
  const AppendOutcome outcome = Append({});
  EXPECT_EQ(outcome.error, ErrorCode::kKafkaStorageError);
  EXPECT_THAT(outcome.message, HasSubstr("00000000000000000000.log"));
  log = manager->Find(other);
  EXPECT_EQ(Append({}).error, ErrorCode::kNone);
  EXPECT_FALSE(manager->Close()) << "what is offline is not clean";
}

TEST_F(LogManagerTest, AnUnreadableLogStartCheckpointStopsTheStart) {
  Open();
  Forget();
  files.SetContent(Root("log-start-offset-checkpoint"), {'x'});
  const auto opened = LogManager::Open(options, files, clock, timers, workers);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("log-start-offset-checkpoint"));
}

TEST_F(LogManagerTest, AnUnreadableRecoveryPointOnlyCostsTime) {
  Open();
  ASSERT_EQ(Append({.records = 3}).error, ErrorCode::kNone);
  Forget();
  files.SetContent(Root("recovery-point-offset-checkpoint"), {'x'});
  Open();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(3));
}

TEST_F(LogManagerTest, AnEmptyPartitionMetadataTakesTheLogOffline) {
  Open();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  Forget();
  files.SetContent(PathOf("partition.metadata"), {'x'});
  Open();
  EXPECT_EQ(Append({}).error, ErrorCode::kKafkaStorageError);
}

TEST_F(LogManagerTest, TheMetadataLogIsOpenedApart) {
  manager = nullptr;
  Open();
  const TopicPartition metadata{"__cluster_metadata", 0};
  log = manager->OpenInternal(metadata, Uuid{{0, 1}}, config).value();
  AppendRequest request = RequestOf(Build({.records = 4}));
  request.origin = AppendOrigin::kCoordinator;
  request.durable = true;
  ASSERT_EQ(Send(std::move(request)).error, ErrorCode::kNone);
  files.Recover(Unsynced::kDropAll, 1);
  Forget();
  manager = LogManager::Open(options, files, clock, timers, workers).value();
  log = manager->OpenInternal(metadata, Uuid{{0, 1}}, config).value();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(4));
}

TEST_F(LogManagerTest, DescribesSizesAndTheVolume) {
  Open();
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  const auto logs = manager->Describe();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].topic_partition, tp);
  EXPECT_EQ(logs[0].size_in_bytes,
            static_cast<int64_t>(files.Content(PathOf("00000000000000000000.log")).size()));
  EXPECT_GT(manager->DiskTotalAndUsableBytes()->first, 0);
}

TEST_F(LogManagerTest, NothingWakesUpUntilMaintenanceStartsAndAfterClose) {
  Open();
  EXPECT_EQ(timers.size(), 0u);
  manager->StartMaintenance();
  EXPECT_EQ(timers.size(), 3u);
  ASSERT_TRUE(manager->Close());
  EXPECT_EQ(timers.size(), 0u);
}

}  // namespace
}  // namespace monkafka::storage
