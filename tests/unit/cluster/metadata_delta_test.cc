#include "cluster/metadata_delta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::cluster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Uuid kDeltaTopicId{{7, 7, 7}};

PartitionRecord NewPartition(int32_t id, int32_t leader = 1) {
  PartitionRecord record;
  record.partition_id = id;
  record.topic_id = kDeltaTopicId;
  record.replicas = record.isr = {1};
  record.leader = leader;
  record.leader_epoch = 0;
  record.partition_epoch = 0;
  record.directories = {Uuid{{9}}};
  return record;
}

std::shared_ptr<const MetadataImage> Apply(const MetadataImage& base,
                                           const std::vector<MetadataRecord>& records) {
  MetadataDelta delta(base);
  for (const MetadataRecord& record : records) {
    const Status status = delta.Apply(record);
    EXPECT_TRUE(status.has_value()) << status.error().message;
  }
  return std::move(delta).Finish(base.last_offset + static_cast<Offset>(records.size()));
}

Error ErrorOf(const MetadataImage& base, const MetadataRecord& record) {
  MetadataDelta delta(base);
  const Status status = delta.Apply(record);
  EXPECT_FALSE(status.has_value());
  return status ? Error{ErrorCode::kNone, ""} : status.error();
}

TEST(MetadataDeltaTest, BuildsATopicFromItsRecords) {
  const auto image = Apply({}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0), NewPartition(1)});
  const TopicImage* topic = image->FindTopic("t");
  ASSERT_NE(topic, nullptr);
  EXPECT_EQ(image->FindTopic(kDeltaTopicId), topic);
  ASSERT_EQ(topic->partitions.size(), 2u);
  EXPECT_EQ(topic->partitions[1].leader, 1);
  EXPECT_THAT(topic->partitions[1].directories, ElementsAre(Uuid{{9}}));
  EXPECT_EQ(image->last_offset, 2);
}

TEST(MetadataDeltaTest, LeavesTheOldImageAndSharesWhatIsUnchanged) {
  const auto first =
      Apply({}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0), TopicRecord{"u", Uuid{{8}}}});
  const auto second = Apply(*first, {NewPartition(1)});
  EXPECT_EQ(first->FindTopic("t")->partitions.size(), 1u);
  EXPECT_EQ(second->FindTopic("t")->partitions.size(), 2u);
  EXPECT_EQ(second->FindTopic(kDeltaTopicId), second->FindTopic("t"));
  EXPECT_EQ(first->FindTopic("u"), second->FindTopic("u"));
}

TEST(MetadataDeltaTest, RemovingATopicRemovesItsConfigs) {
  const auto image =
      Apply({}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0),
                 ConfigRecord{2, "t", "retention.ms", "5"}, RemoveTopicRecord{kDeltaTopicId}});
  EXPECT_EQ(image->FindTopic("t"), nullptr);
  EXPECT_EQ(image->FindTopic(kDeltaTopicId), nullptr);
  EXPECT_TRUE(image->ConfigsOf(ResourceType::kTopic, "t").empty());
}

TEST(MetadataDeltaTest, ConfigsAreSetReplacedAndRemoved) {
  auto image = Apply({}, {ConfigRecord{4, "", "a", "1"}, ConfigRecord{4, "", "b", "2"}});
  image = Apply(*image, {ConfigRecord{4, "", "a", "3"}, ConfigRecord{4, "", "b", std::nullopt}});
  EXPECT_THAT(image->ConfigsOf(ResourceType::kBroker, ""), ElementsAre(std::pair("a", "3")));
  MetadataDelta delta(*image);
  ASSERT_TRUE(delta.Apply(ConfigRecord{2, "t", "x", "1"}));
  EXPECT_THAT(delta.changes().configs, ElementsAre(std::pair(ResourceType::kTopic, "t")));
}

TEST(MetadataDeltaTest, TellsWhichTopicsChanged) {
  const auto base = Apply(
      {}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0), TopicRecord{"unchanged", Uuid{{9}}}});
  MetadataDelta delta(*base);
  EXPECT_TRUE(delta.changes().topics.empty());
  ASSERT_TRUE(delta.Apply(NewPartition(1)));
  ASSERT_TRUE(delta.Apply(TopicRecord{"u", Uuid{{8}}}));
  EXPECT_THAT(delta.changes().topics, ElementsAre("t", "u"));
  MetadataDelta removal(*base);
  ASSERT_TRUE(removal.Apply(RemoveTopicRecord{kDeltaTopicId}));
  EXPECT_THAT(removal.changes().topics, ElementsAre("t"));
}

TEST(MetadataDeltaTest, ALeaderChangeRaisesTheEpochs) {
  auto image = Apply({}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0, -1)});
  PartitionChangeRecord change;
  change.partition_id = 0;
  change.topic_id = kDeltaTopicId;
  change.leader = 1;
  image = Apply(*image, {change});
  EXPECT_EQ(image->FindTopic("t")->partitions[0].leader, 1);
  EXPECT_EQ(image->FindTopic("t")->partitions[0].leader_epoch, 1);
  EXPECT_EQ(image->FindTopic("t")->partitions[0].partition_epoch, 1);
  change.leader = PartitionChangeRecord::kNoLeaderChange;
  change.isr = {{1, 2}};
  image = Apply(*image, {change});
  EXPECT_EQ(image->FindTopic("t")->partitions[0].leader_epoch, 1);
  EXPECT_THAT(image->FindTopic("t")->partitions[0].isr, ElementsAre(1, 2));
}

TEST(MetadataDeltaTest, BrokersAreRegisteredFencedAndRemoved) {
  RegisterBrokerRecord broker;
  broker.broker_id = 1;
  broker.broker_epoch = 12;
  broker.end_points = {{"PLAINTEXT", "host", 9092, 0}};
  broker.log_dirs = {Uuid{{3}}};
  broker.fenced = true;
  auto image = Apply({}, {broker});
  EXPECT_TRUE(image->brokers.at(1).fenced);
  EXPECT_EQ(image->brokers.at(1).epoch, 12);
  EXPECT_THAT(image->brokers.at(1).endpoints, ElementsAre(Endpoint{"PLAINTEXT", "host", 9092, 0}));
  image = Apply(*image, {BrokerRegistrationChangeRecord{1, 12, -1, 0, {}}});
  EXPECT_FALSE(image->brokers.at(1).fenced);
  EXPECT_THAT(image->brokers.at(1).log_dirs, ElementsAre(Uuid{{3}}));
  image = Apply(*image, {FenceBrokerRecord{1, 12}});
  EXPECT_TRUE(image->brokers.at(1).fenced);
  image = Apply(*image, {UnfenceBrokerRecord{1, 12}});
  EXPECT_FALSE(image->brokers.at(1).fenced);
  EXPECT_TRUE(Apply(*image, {UnregisterBrokerRecord{1, 12}})->brokers.empty());
}

TEST(MetadataDeltaTest, ATransactionTakesEffectAtItsEnd) {
  MetadataDelta delta(MetadataImage{});
  ASSERT_TRUE(delta.Apply(BeginTransactionRecord{}));
  ASSERT_TRUE(delta.Apply(TopicRecord{"t", kDeltaTopicId}));
  EXPECT_TRUE(delta.in_transaction());
  EXPECT_EQ(std::move(delta).Finish(1)->FindTopic("t"), nullptr);
  const auto ended = Apply({}, {BeginTransactionRecord{}, TopicRecord{"t", kDeltaTopicId},
                                NewPartition(0), EndTransactionRecord{}});
  EXPECT_NE(ended->FindTopic("t"), nullptr);
  const auto aborted = Apply(
      {}, {BeginTransactionRecord{}, TopicRecord{"t", kDeltaTopicId}, AbortTransactionRecord{}});
  EXPECT_EQ(aborted->FindTopic("t"), nullptr);
}

TEST(MetadataDeltaTest, RefusesWhatContradictsTheImage) {
  const auto image = Apply({}, {TopicRecord{"t", kDeltaTopicId}, NewPartition(0)});
  EXPECT_EQ(ErrorOf({}, NewPartition(0)).code, ErrorCode::kCorruptMessage);
  EXPECT_THAT(ErrorOf(*image, TopicRecord{"t", Uuid{{8}}}).message, HasSubstr("while it exists"));
  EXPECT_EQ(ErrorOf({}, RemoveTopicRecord{kDeltaTopicId}).code, ErrorCode::kCorruptMessage);
  EXPECT_EQ(ErrorOf(*image, NewPartition(-1)).code, ErrorCode::kCorruptMessage);
  EXPECT_EQ(ErrorOf(*image, NewPartition(2'000'000'000)).code, ErrorCode::kCorruptMessage);
  PartitionChangeRecord change;
  change.partition_id = 1;
  change.topic_id = kDeltaTopicId;
  EXPECT_EQ(ErrorOf(*image, change).code, ErrorCode::kCorruptMessage);
  EXPECT_EQ(ErrorOf({}, EndTransactionRecord{}).code, ErrorCode::kCorruptMessage);
  EXPECT_EQ(ErrorOf({}, FenceBrokerRecord{4, 1}).code, ErrorCode::kCorruptMessage);
  EXPECT_EQ(ErrorOf({}, FeatureLevelRecord{"metadata.version", 25}).code,
            ErrorCode::kUnsupportedVersion);
}

TEST(MetadataDeltaTest, TheRecordsOfAnImageMakeTheSameImage) {
  RegisterBrokerRecord broker;
  broker.broker_id = 1;
  broker.broker_epoch = 2;
  broker.rack = "r";
  broker.fenced = false;
  const std::vector<MetadataRecord> records{FeatureLevelRecord{"metadata.version", 21},
                                            FeatureLevelRecord{"group.version", 1},
                                            broker,
                                            TopicRecord{"t", kDeltaTopicId},
                                            NewPartition(0),
                                            NewPartition(1),
                                            ConfigRecord{2, "t", "k", "v"},
                                            ConfigRecord{4, "1", "k", "w"},
                                            ProducerIdsRecord{1, 2, 3000}};
  const auto image = Apply({}, records);
  const std::vector<MetadataRecord> again = RecordsOf(*image);
  EXPECT_EQ(NameOf(again.front()), "FeatureLevelRecord");
  EXPECT_EQ(std::get<FeatureLevelRecord>(again.front()).name, "metadata.version");
  EXPECT_EQ(RecordsOf(*Apply({}, again)), again);
  EXPECT_EQ(again.size(), records.size());
}

}  // namespace
}  // namespace monkafka::cluster
