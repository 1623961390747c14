#include "cluster/local_metadata_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/metadata_delta.h"
#include "cluster/snapshot_file.h"
#include "records/control_records.h"
#include "unit/cluster/broker_fixture.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::cluster {
namespace {

using testing::HasSubstr;

constexpr Uuid kStoreTopicId{{1}};

class LocalMetadataStoreTest : public testing::Test {
 protected:
  std::string MetadataPath(const std::string& name) const {
    return directory.path() + "/__cluster_metadata-0/" + name;
  }
  std::set<std::string> Snapshots() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(MetadataPath(""))) {
      const std::string name = entry.path().filename();
      if (name.find(".checkpoint") != std::string::npos) names.insert(name);
    }
    return names;
  }
  // The metadata log's batches as they lie in the first segment.
  std::vector<uint8_t> Segment() const {
    const std::string text = directory.Read("__cluster_metadata-0/00000000000000000000.log");
    return {text.begin(), text.end()};
  }
  // Appends to the metadata log as Kafka would have before us.
  void AppendRaw(std::vector<uint8_t> batch) {
    storage::AppendRequest request;
    auto owner = std::make_shared<std::vector<uint8_t>>(std::move(batch));
    request.batches = {owner, *owner};
    request.origin = storage::AppendOrigin::kCoordinator;
    request.leader_epoch = 1;
    ErrorCode error = ErrorCode::kUnknownServerError;
    broker.logs().Find({"__cluster_metadata", 0})->Append(std::move(request), [&](auto outcome) {
      error = outcome.error;
    });
    ASSERT_EQ(error, ErrorCode::kNone);
  }
  void AppendUnknownRecord() {
    records::BatchBuilder builder({});
    const std::vector<uint8_t> access_control_entry{1, 18, 0, 9, 9, 9};
    builder.Append(0, std::nullopt, Bytes(access_control_entry));
    AppendRaw(std::move(builder).Build().value());
  }
  int CountUnknownRecords(Bytes batches) {
    MetadataBatchReader reader;
    EXPECT_TRUE(reader.Read(batches, 0, [](const MetadataRecord&) { return Status(); }));
    return static_cast<int>(reader.unknown_records().size());
  }

  TemporaryDirectory directory;
  BrokerFixture broker{storage::PosixFileSystem(), directory.path()};
};

TEST_F(LocalMetadataStoreTest, AnEpochBeginsWithALeaderChange) {
  broker.MustStart();
  const std::vector<uint8_t> segment = Segment();
  const auto first = records::ParseBatch(segment);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->is_control());
  EXPECT_EQ(first->partition_leader_epoch(), 1);
  EXPECT_EQ(first->base_offset(), 0);
  EXPECT_THAT(directory.Read("__cluster_metadata-0/quorum-state"),
              HasSubstr(R"("leaderId":1,"leaderEpoch":1)"));
  EXPECT_THAT(directory.Read("__cluster_metadata-0/partition.metadata"),
              HasSubstr("AAAAAAAAAAAAAAAAAAAAAQ"));
}

TEST_F(LocalMetadataStoreTest, AfterAnotherLeaderANewEpochBegins) {
  broker.MustStart();
  const Offset end = broker.MetadataEnd();
  broker.Crash();
  directory.Write("__cluster_metadata-0/quorum-state",
                  R"({"clusterId":"","leaderId":-1,"leaderEpoch":6,"votedId":1,)"
                  R"("appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0})");
  broker.MustStart();
  EXPECT_EQ(broker.MetadataEnd(), end + 1);
  EXPECT_THAT(directory.Read("__cluster_metadata-0/quorum-state"),
              HasSubstr(R"("leaderId":1,"leaderEpoch":7)"));
}

TEST_F(LocalMetadataStoreTest, ADamagedQuorumStateStopsTheStart) {
  broker.MustStart();
  broker.Crash();
  directory.Write("__cluster_metadata-0/quorum-state", "rubbish");
  EXPECT_FALSE(broker.Start().has_value());
}

TEST_F(LocalMetadataStoreTest, ASnapshotReplacesTheLogBeforeIt) {
  broker.store_options.snapshot_bytes = 4096;
  broker.store_options.segment_bytes = 2048;
  broker.MustStart();
  broker.CreateTopic("t", kStoreTopicId, 2);
  for (int i = 0; i < 200; ++i) {
    broker.Write({ConfigRecord{2, "t", "retention.ms", std::to_string(i)}});
  }
  broker.Write({ProducerIdsRecord{1, 2, 5000}});
  ASSERT_EQ(Snapshots().size(), 1u);
  const auto log = broker.logs().Find({"__cluster_metadata", 0});
  EXPECT_GT(log->Offsets().log_start, 100);
  auto expected = RecordsOf(*broker.Image());
  int partitions = 0;
  for (MetadataRecord& record : expected) {
    auto* partition = std::get_if<PartitionRecord>(&record);
    if (partition == nullptr) continue;
    ++partitions;
    ++partition->leader_epoch;  // a start begins another one
    ++partition->partition_epoch;
  }
  const Offset end = broker.MetadataEnd();
  broker.Restart();
  EXPECT_EQ(RecordsOf(*broker.Image()), expected);
  EXPECT_EQ(broker.MetadataEnd(), end + partitions);
  EXPECT_EQ(broker.Append("t", 1).error, ErrorCode::kNone);
}

TEST_F(LocalMetadataStoreTest, TheLogStaysBounded) {
  broker.store_options.snapshot_bytes = 4096;
  broker.store_options.segment_bytes = 2048;
  broker.MustStart();
  broker.CreateTopic("t", kStoreTopicId, 1);
  int64_t largest = 0;
  for (int i = 0; i < 300; ++i) {
    broker.Write({ConfigRecord{2, "t", "retention.ms", std::to_string(i)}});
    largest = std::max(largest, broker.logs().Find({"__cluster_metadata", 0})->SizeInBytes());
  }
  EXPECT_LT(largest, 3 * 4096);
}

// A start only writes its records; a snapshot up to them would outlive them in a power cut.
TEST_F(LocalMetadataStoreTest, NoSnapshotReachesPastWhatIsDurable) {
  broker.MustStart();
  broker.CreateTopic("t", kStoreTopicId, 1);
  broker.store_options.snapshot_bytes = 1;
  broker.Restart();
  const storage::LogOffsets offsets = broker.logs().Find({"__cluster_metadata", 0})->Offsets();
  ASSERT_LT(offsets.durable_end, offsets.log_end);
  EXPECT_THAT(Snapshots(), testing::IsEmpty());
  broker.Write({ConfigRecord{2, "t", "retention.ms", "1"}});
  EXPECT_EQ(Snapshots().size(), 1u);
}

TEST_F(LocalMetadataStoreTest, UnknownRecordsAreKeptAndComeAlongIntoSnapshots) {
  broker.MustStart();
  AppendUnknownRecord();
  broker.CreateTopic("t", kStoreTopicId, 1);
  broker.store_options.snapshot_bytes = 1;
  broker.Restart();
  broker.Write({ConfigRecord{2, "t", "retention.ms", "1"}});
  ASSERT_EQ(Snapshots().size(), 1u);
  const std::string text = directory.Read("__cluster_metadata-0/" + *Snapshots().begin());
  EXPECT_EQ(CountUnknownRecords(AsBytes(text)), 1);
  broker.Restart();
  EXPECT_NE(broker.Image()->FindTopic("t"), nullptr);
  broker.Write({ConfigRecord{2, "t", "retention.ms", "2"}});
  const std::string again = directory.Read("__cluster_metadata-0/" + *Snapshots().begin());
  EXPECT_NE(again, text);
  EXPECT_EQ(CountUnknownRecords(AsBytes(again)), 1);
}

TEST_F(LocalMetadataStoreTest, VotersOfAKraftQuorumComeAlongIntoSnapshots) {
  broker.MustStart();
  AppendRaw(records::BuildKraftVersionBatch({}, 1));
  broker.store_options.snapshot_bytes = 1;
  broker.Restart();
  broker.CreateTopic("t", kStoreTopicId, 1);
  const std::string text = directory.Read("__cluster_metadata-0/" + *Snapshots().begin());
  MetadataBatchReader reader;
  ASSERT_TRUE(reader.Read(AsBytes(text), 0, [](const MetadataRecord&) { return Status(); }));
  EXPECT_EQ(reader.kraft_records().size(), 1u);
  EXPECT_TRUE(reader.saw_snapshot_footer());
}

TEST_F(LocalMetadataStoreTest, ATruncatedSnapshotStopsTheStart) {
  broker.store_options.snapshot_bytes = 1;
  broker.MustStart();
  broker.CreateTopic("t", kStoreTopicId, 1);
  broker.Crash();
  const std::string path = MetadataPath(*Snapshots().begin());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  const Status status = broker.Start();
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr(".checkpoint"));
}

TEST_F(LocalMetadataStoreTest, AMissingSnapshotStopsTheStart) {
  broker.store_options.snapshot_bytes = 1;
  broker.MustStart();
  broker.CreateTopic("t", kStoreTopicId, 1);
  ASSERT_TRUE(broker.Stop().has_value());
  for (const std::string& name : Snapshots()) std::filesystem::remove(MetadataPath(name));
  const Status status = broker.Start();
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("snapshot"));
}

TEST(SnapshotFileTest, NamesAreKafkas) {
  EXPECT_EQ(SnapshotFileName({1234, 7}), "00000000000000001234-0000000007.checkpoint");
  EXPECT_EQ(ParseSnapshotFileName("00000000000000001234-0000000007.checkpoint"),
            (SnapshotId{1234, 7}));
  for (const std::string_view name :
       {"00000000000000001234-0000000007.checkpoint.part", "bootstrap.checkpoint",
        "00000000000000001234_0000000007.checkpoint", "-0000000000000001234-0000000007.checkpoint",
        "0000000000000000123x-0000000007.checkpoint"}) {
    EXPECT_EQ(ParseSnapshotFileName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace monkafka::cluster
