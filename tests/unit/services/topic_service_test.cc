#include "services/topic_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/fake_cluster.h"
#include "unit/services/small_tables.h"

namespace monkafka::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

NewTopic Topic(std::string name, int32_t partitions = -1, int16_t replication_factor = -1) {
  NewTopic topic;
  topic.name = std::move(name);
  topic.partitions = partitions;
  topic.replication_factor = replication_factor;
  return topic;
}

class TopicServiceTest : public testing::Test {
 protected:
  std::vector<CreatedTopic> Create(std::vector<NewTopic> topics, bool validate_only = false) {
    std::vector<CreatedTopic> results;
    service.Create(std::move(topics), validate_only, [&](auto r) { results = std::move(r); });
    return results;
  }
  CreatedTopic CreateOne(NewTopic topic) {
    auto results = Create({std::move(topic)});
    EXPECT_EQ(results.size(), 1u);
    return results.empty() ? CreatedTopic{} : results.front();
  }
  ErrorCode ErrorOf(NewTopic topic) {
    const auto batches = cluster.batches().size();
    const ErrorCode error = CreateOne(std::move(topic)).error;
    EXPECT_EQ(cluster.batches().size(), batches) << "nothing may be written";
    return error;
  }
  std::vector<DeletedTopic> Delete(std::vector<TopicReference> topics) {
    std::vector<DeletedTopic> results;
    service.Delete(std::move(topics), /*validate_only=*/false,
                   [&](auto r) { results = std::move(r); });
    return results;
  }
  std::vector<TopicResult> Grow(std::vector<MorePartitions> topics, bool validate_only = false) {
    std::vector<TopicResult> results;
    service.CreatePartitions(std::move(topics), validate_only,
                             [&](auto r) { results = std::move(r); });
    return results;
  }

  SmallTables tables;
  fakes::FakeCluster cluster;
  TopicService service{{.default_partitions = 3}, cluster, tables};
};

TEST_F(TopicServiceTest, CreatesWithCountsAndAnswersWhatWasMade) {
  const CreatedTopic created = CreateOne(Topic("t", 2, 1));
  EXPECT_EQ(created.error, ErrorCode::kNone) << created.message;
  EXPECT_FALSE(created.id.IsZero());
  EXPECT_EQ(created.partitions, 2);
  EXPECT_EQ(created.replication_factor, 1);
  const cluster::TopicImage* topic = cluster.Image()->FindTopic("t");
  ASSERT_NE(topic, nullptr);
  EXPECT_EQ(topic->id, created.id);
  ASSERT_EQ(topic->partitions.size(), 2u);
  EXPECT_EQ(topic->partitions[1].leader, 1);
  EXPECT_THAT(topic->partitions[1].isr, ElementsAre(1));
  EXPECT_THAT(topic->partitions[1].directories, ElementsAre(Uuid{{0xd1}}));
}

TEST_F(TopicServiceTest, MinusOneMeansTheDefaults) {
  const CreatedTopic created = CreateOne(Topic("t"));
  EXPECT_EQ(created.partitions, 3);
  EXPECT_EQ(created.replication_factor, 1);
}

TEST_F(TopicServiceTest, TopicsThatSetTheSameShareTheSettingsInForce) {
  NewTopic other = Topic("c", 1, 1);
  other.configs = {{"retention.ms", "5"}};
  const auto created = Create({Topic("a", 1, 1), Topic("b", 2, 1), other});
  ASSERT_EQ(created.size(), 3u);
  EXPECT_EQ(created[0].configs, created[1].configs);
  EXPECT_NE(created[0].configs, created[2].configs);
}

TEST_F(TopicServiceTest, AnswersTheSettingsInForceSortedByName) {
  NewTopic topic = Topic("t", 1, 1);
  topic.configs = {{"retention.ms", "5"}};
  const CreatedTopic created = CreateOne(topic);
  ASSERT_EQ(created.configs->size(), tables.TopicDefinitions().size());
  EXPECT_TRUE(std::ranges::is_sorted(*created.configs, {}, &ConfigEntry::name));
  const auto retention = std::ranges::find(*created.configs, "retention.ms", &ConfigEntry::name);
  EXPECT_EQ(retention->value, "5");
  EXPECT_EQ(retention->source, ConfigSource::kTopic);
  EXPECT_EQ(created.configs->front().source, ConfigSource::kDefault);
  EXPECT_THAT(cluster.Image()->ConfigsOf(cluster::ResourceType::kTopic, "t"),
              ElementsAre(std::pair("retention.ms", "5")));
}

TEST_F(TopicServiceTest, CreatesWithAssignments) {
  NewTopic topic = Topic("t");
  topic.assignments = {{1, {1}}, {0, {1}}};
  const CreatedTopic created = CreateOne(topic);
  EXPECT_EQ(created.error, ErrorCode::kNone) << created.message;
  EXPECT_EQ(created.partitions, 2);
  EXPECT_EQ(created.replication_factor, 1);
}

TEST_F(TopicServiceTest, ManyTopicsAreOneBatchAndResultsKeepTheOrder) {
  const auto results = Create({Topic("c"), Topic("bad name"), Topic("a"), Topic("b")});
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(results[0].name, "c");
  EXPECT_EQ(results[1].error, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(results[2].name, "a");
  EXPECT_EQ(results[3].error, ErrorCode::kNone);
  EXPECT_EQ(cluster.batches().size(), 1u);
  EXPECT_EQ(cluster.Image()->topics.size(), 3u);
}

TEST_F(TopicServiceTest, RefusesWhatIsThere) {
  CreateOne(Topic("t"));
  const CreatedTopic again = CreateOne(Topic("t"));
  EXPECT_EQ(again.error, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(again.message, "Topic 't' already exists.");
}

TEST_F(TopicServiceTest, RefusesBadNamesAndCollisions) {
  CreateOne(Topic("a.b"));
  EXPECT_EQ(ErrorOf(Topic("")), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(ErrorOf(Topic("..")), ErrorCode::kInvalidTopicException);
  const CreatedTopic collision = CreateOne(Topic("a_b"));
  EXPECT_EQ(collision.error, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(collision.message, "Topic 'a_b' collides with existing topic: a.b");
  EXPECT_EQ(ErrorOf(Topic("__cluster_metadata")), ErrorCode::kInvalidRequest);
  const auto both = Create({Topic("x.y"), Topic("x_y")});
  EXPECT_EQ(both[0].error, ErrorCode::kNone);
  EXPECT_EQ(both[1].error, ErrorCode::kInvalidTopicException);
}

TEST_F(TopicServiceTest, RefusesBadCounts) {
  EXPECT_EQ(ErrorOf(Topic("t", 0, 1)), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(ErrorOf(Topic("t", -2, 1)), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(ErrorOf(Topic("t", 1, 0)), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(ErrorOf(Topic("t", 1, -2)), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(ErrorOf(Topic("t", 1, 2)), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(ErrorOf(Topic("t", 10'001, 1)), ErrorCode::kPolicyViolation);
  EXPECT_EQ(ErrorOf(Topic("t", 2'000'000'000, 1)), ErrorCode::kPolicyViolation);
}

TEST_F(TopicServiceTest, RefusesBadAssignments) {
  NewTopic topic = Topic("t", 1, -1);
  topic.assignments = {{0, {1}}};
  EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidRequest);
  topic = Topic("t", -1, 1);
  topic.assignments = {{0, {1}}};
  EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidRequest);
  topic = Topic("t");
  for (const std::vector<ReplicaAssignment>& assignments :
       std::vector<std::vector<ReplicaAssignment>>{{{1, {1}}},
                                                   {{0, {1}}, {2, {1}}},
                                                   {{0, {1}}, {0, {1}}},
                                                   {{-1, {1}}, {0, {1}}},
                                                   {{0, {}}},
                                                   {{0, {1, 1}}},
                                                   {{0, {7}}}}) {
    topic.assignments = assignments;
    EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidReplicaAssignment);
  }
}

TEST_F(TopicServiceTest, RefusesBadConfigs) {
  NewTopic topic = Topic("t", 1, 1);
  topic.configs = {{"no.such.key", "1"}};
  EXPECT_EQ(CreateOne(topic).message, "Unknown topic config name: no.such.key");
  EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidConfig);
  topic.configs = {{"retention.ms", "soon"}};
  EXPECT_THAT(CreateOne(topic).message, HasSubstr("Invalid value soon"));
  EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidConfig);
  topic.configs = {{"retention.ms", std::nullopt}, {"segment.bytes", std::nullopt}};
  EXPECT_EQ(CreateOne(topic).message,
            "Null value not supported for topic configs: retention.ms,segment.bytes");
  topic.configs = {{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "9"}};
  EXPECT_EQ(ErrorOf(topic), ErrorCode::kInvalidConfig);
}

TEST_F(TopicServiceTest, ARepeatedNameIsRefusedAndTheOthersAreMade) {
  const auto results = Create({Topic("a"), Topic("b"), Topic("a")});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].name, "a");
  EXPECT_EQ(results[0].error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(results[0].message, "Duplicate topic name.");
  EXPECT_EQ(results[1].error, ErrorCode::kNone);
  EXPECT_EQ(cluster.Image()->FindTopic("a"), nullptr);
}

TEST_F(TopicServiceTest, ValidateOnlyCreatesNothing) {
  const auto results = Create({Topic("a", 2, 1), Topic("bad name")}, /*validate_only=*/true);
  EXPECT_EQ(results[0].error, ErrorCode::kNone);
  EXPECT_EQ(results[0].partitions, 2);
  EXPECT_TRUE(results[0].id.IsZero());
  EXPECT_EQ(results[1].error, ErrorCode::kInvalidTopicException);
  EXPECT_TRUE(cluster.batches().empty());
}

TEST_F(TopicServiceTest, AChangeThatCannotBeWrittenFailsWhatHadSucceeded) {
  cluster.FailChanges(ErrorCode::kKafkaStorageError);
  const auto results = Create({Topic("a"), Topic("bad name")});
  EXPECT_EQ(results[0].error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(results[1].error, ErrorCode::kInvalidTopicException);
}

TEST_F(TopicServiceTest, DeletesByNameAndById) {
  const Uuid a = CreateOne(Topic("a")).id;
  const Uuid b = CreateOne(Topic("b")).id;
  const auto results = Delete({{.name = "a"}, {.id = b}});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].error, ErrorCode::kNone);
  EXPECT_EQ(results[0].id, a);
  EXPECT_EQ(results[1].error, ErrorCode::kNone);
  EXPECT_EQ(results[1].name, "b");
  EXPECT_TRUE(cluster.Image()->topics.empty());
  EXPECT_NE(CreateOne(Topic("a")).id, a) << "a topic created anew has a new id";
}

TEST_F(TopicServiceTest, DeletionErrors) {
  const Uuid a = CreateOne(Topic("a")).id;
  const Uuid unknown{{9}};
  const auto results = Delete({{.name = "none"},
                               {.id = unknown},
                               {},
                               {.name = "x", .id = unknown},
                               {.name = "twice"},
                               {.name = "twice"},
                               {.name = "a"},
                               {.id = a}});
  ASSERT_EQ(results.size(), 7u);
  EXPECT_EQ(results[0].error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(results[1].error, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(results[1].name, std::nullopt);
  EXPECT_EQ(results[2].error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(results[3].error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(results[4].message, "Duplicate topic name.");
  EXPECT_EQ(results[5].error, ErrorCode::kNone);
  EXPECT_EQ(results[6].message, "The provided topic name maps to an ID that was already supplied.");
}

TEST_F(TopicServiceTest, DeletionCanBeDisabled) {
  TopicService closed({.delete_topic_enable = false}, cluster, tables);
  CreateOne(Topic("a"));
  std::vector<DeletedTopic> results;
  closed.Delete({{.name = "a"}}, false, [&](auto r) { results = std::move(r); });
  EXPECT_EQ(results[0].error, ErrorCode::kTopicDeletionDisabled);
  EXPECT_NE(cluster.Image()->FindTopic("a"), nullptr);
}

TEST_F(TopicServiceTest, AddsPartitions) {
  CreateOne(Topic("t", 2, 1));
  const auto results = Grow({{"t", 4, std::nullopt}});
  EXPECT_EQ(results[0].error, ErrorCode::kNone) << results[0].message;
  EXPECT_EQ(cluster.Image()->FindTopic("t")->partitions.size(), 4u);
  EXPECT_EQ(Grow({{"t", 5, {{{1}}}}})[0].error, ErrorCode::kNone);
  EXPECT_EQ(cluster.Image()->FindTopic("t")->partitions.size(), 5u);
}

TEST_F(TopicServiceTest, AddingPartitionsErrors) {
  CreateOne(Topic("t", 2, 1));
  EXPECT_EQ(Grow({{"none", 4, {}}})[0].error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Grow({{"t", 2, {}}})[0].message, "Topic already has 2 partition(s).");
  EXPECT_EQ(Grow({{"t", 1, {}}})[0].error, ErrorCode::kInvalidPartitions);
  EXPECT_EQ(Grow({{"t", 4, {{{1}}}}})[0].error, ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Grow({{"t", 3, {{{5}}}}})[0].error, ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(Grow({{"t", 2'000'000'000, {}}})[0].error, ErrorCode::kPolicyViolation);
  EXPECT_EQ(Grow({{"t", 3, {}}, {"t", 4, {}}})[0].error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Grow({{"t", 3, {}}}, /*validate_only=*/true)[0].error, ErrorCode::kNone);
  EXPECT_EQ(cluster.Image()->FindTopic("t")->partitions.size(), 2u);
}

TEST_F(TopicServiceTest, CreateIfMissingCreatesOnceHoweverManyAsk) {
  cluster.HoldChanges();
  int done = 0;
  for (int i = 0; i < 3; ++i) {
    service.CreateIfMissing("auto", [&](Status status) {
      EXPECT_TRUE(status.has_value());
      ++done;
    });
  }
  EXPECT_EQ(done, 0);
  cluster.RunChanges();
  EXPECT_EQ(done, 3);
  EXPECT_EQ(cluster.batches().size(), 1u);
  EXPECT_EQ(cluster.Image()->FindTopic("auto")->partitions.size(), 3u);
  service.CreateIfMissing("auto", [&](Status) { ++done; });
  EXPECT_EQ(done, 4);
  EXPECT_EQ(cluster.batches().size(), 1u);
}

TEST_F(TopicServiceTest, CreateIfMissingTellsWhatWentWrongAndCanBeTriedAgain) {
  Status status;
  service.CreateIfMissing("bad name", [&](Status s) { status = std::move(s); });
  EXPECT_EQ(CodeOf(status), ErrorCode::kInvalidTopicException);
  cluster.FailChanges(ErrorCode::kKafkaStorageError);
  service.CreateIfMissing("t", [&](Status s) { status = std::move(s); });
  EXPECT_EQ(CodeOf(status), ErrorCode::kKafkaStorageError);
  cluster.FailChanges(ErrorCode::kNone);
  service.CreateIfMissing("t", [&](Status s) { status = std::move(s); });
  EXPECT_EQ(CodeOf(status), ErrorCode::kNone);
}

TEST_F(TopicServiceTest, InternalTopicsHaveTheirOwnDefaults) {
  service.CreateIfMissing(cluster::kConsumerOffsetsTopic, [](Status) {});
  service.CreateIfMissing(cluster::kTransactionStateTopic, [](Status) {});
  const auto image = cluster.Image();
  ASSERT_NE(image->FindTopic("__consumer_offsets"), nullptr);
  EXPECT_EQ(image->FindTopic("__consumer_offsets")->partitions.size(), 50u);
  EXPECT_THAT(
      image->ConfigsOf(cluster::ResourceType::kTopic, "__consumer_offsets"),
      ElementsAre(std::pair("cleanup.policy", "compact"), std::pair("compression.type", "producer"),
                  std::pair("segment.bytes", "104857600")));
  ASSERT_NE(image->FindTopic("__transaction_state"), nullptr);
  EXPECT_EQ(image->ConfigsOf(cluster::ResourceType::kTopic, "__transaction_state")
                .at("min.insync.replicas"),
            "1");
}

TEST_F(TopicServiceTest, DescribesWhatIsThere) {
  CreateOne(Topic("t", 2, 1));
  cluster.Log("t", 1)->offsets = {2, 5, 7, 7};
  const auto description = service.Describe("t");
  ASSERT_TRUE(description.has_value());
  ASSERT_EQ(description->partitions.size(), 2u);
  EXPECT_EQ(description->partitions[1].offsets->log_start, 2);
  EXPECT_EQ(description->partitions[1].state.leader, 1);
  EXPECT_FALSE(description->internal);
  EXPECT_EQ(CodeOf(service.Describe("none")), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(service.DescribeAll().size(), 1u);
}

TEST_F(TopicServiceTest, AnEtagLetsAChangeThroughOnlyWhileTheTopicIsAsItWas) {
  CreateOne(Topic("t", 2));
  const std::string etag = service.Describe("t")->etag;
  EXPECT_EQ(Grow({{.name = "t", .count = 3, .etag = etag}}).front().error, ErrorCode::kNone);
  EXPECT_EQ(Grow({{.name = "t", .count = 4, .etag = etag}}).front().error,
            ErrorCode::kInvalidUpdateVersion);
  EXPECT_EQ(Delete({{.name = "t", .etag = etag}}).front().error, ErrorCode::kInvalidUpdateVersion);
  EXPECT_EQ(Delete({{.name = "t", .etag = service.Describe("t")->etag}}).front().error,
            ErrorCode::kNone);
}

TEST_F(TopicServiceTest, ATogetherDeletionDeletesAllOrNothing) {
  CreateOne(Topic("a"));
  CreateOne(Topic("b"));
  Status status;
  const auto done = [&](Status s) { status = std::move(s); };
  service.DeleteTogether({{.name = "a"}, {.name = "nowhere"}}, false, false, done);
  EXPECT_EQ(status.error().code, ErrorCode::kUnknownTopicOrPartition);
  service.DeleteTogether({{.name = "a"}, {.name = "b", .etag = "old"}}, false, false, done);
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidUpdateVersion);
  service.DeleteTogether({{.name = "a"}, {.name = "b"}}, false, /*validate_only=*/true, done);
  EXPECT_TRUE(status);
  EXPECT_EQ(cluster.Image()->topics.size(), 2u);
  service.DeleteTogether({{.name = "a"}, {.name = "nowhere"}, {.name = "b"}},
                         /*allow_missing=*/true, false, done);
  EXPECT_TRUE(status);
  EXPECT_TRUE(cluster.Image()->topics.empty());
}

TEST_F(TopicServiceTest, ADeletionThatIsOnlyValidatedDeletesNothing) {
  CreateOne(Topic("t", 2));
  std::vector<DeletedTopic> results;
  service.Delete({{.name = "t"}, {.name = "nowhere"}}, /*validate_only=*/true,
                 [&](auto r) { results = std::move(r); });
  EXPECT_EQ(results.at(0).error, ErrorCode::kNone);
  EXPECT_EQ(results.at(1).error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_NE(cluster.Image()->FindTopic("t"), nullptr);
}

TEST_F(TopicServiceTest, DescribesWhatALogHasOrWhyItHasNothing) {
  CreateOne(Topic("t", 2));
  cluster.Log("t", 0)->offsets = {.log_start = 3, .last_stable = 9, .log_end = 9};
  cluster.Log("t", 0)->append_rate = {.records_per_second = 7, .bytes_per_second = 70};
  cluster.Log("t", 1)->availability = Fail(ErrorCode::kKafkaStorageError, "EIO");
  const TopicDescription topic = *service.Describe("t");
  EXPECT_EQ(topic.partitions.at(0).offsets->log_start, 3);
  EXPECT_EQ(topic.partitions.at(0).append_rate.records_per_second, 7);
  EXPECT_EQ(topic.partitions.at(0).offline, "");
  EXPECT_EQ(topic.partitions.at(1).offline, "EIO");
  EXPECT_FALSE(topic.partitions.at(1).offsets);
}

TEST_F(TopicServiceTest, AnUpdateIsDoneAsAWholeOrNotAtAll) {
  CreateOne(Topic("t", 2));
  const auto update = [&](TopicUpdate asked, bool validate_only = false) {
    std::optional<Status> result;
    asked.name = asked.name.empty() ? "t" : asked.name;
    service.Update(std::move(asked), validate_only, [&](Status s) { result = std::move(s); });
    return CodeOf(result.value());
  };
  const auto partitions = [&] { return cluster.Image()->FindTopic("t")->partitions.size(); };
  const auto overrides = [&] {
    return cluster.Image()->ConfigsOf(cluster::ResourceType::kTopic, "t");
  };
  const size_t batches = cluster.batches().size();
  EXPECT_EQ(update({.partitions = 3, .configs = {{"retention.ms", "1"}}}), ErrorCode::kNone);
  EXPECT_EQ(cluster.batches().size(), batches + 1) << "in one change";
  EXPECT_EQ(partitions(), 3u);
  EXPECT_EQ(overrides(), (cluster::ConfigMap{{"retention.ms", "1"}}));

  EXPECT_EQ(update({.partitions = 4, .configs = {{"retention.ms", "soon"}}}),
            ErrorCode::kInvalidConfig);
  EXPECT_EQ(partitions(), 3u);
  EXPECT_EQ(update({.partitions = 4}, /*validate_only=*/true), ErrorCode::kNone);
  EXPECT_EQ(update({.partitions = 2}), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(update({.partitions = 3}), ErrorCode::kNone) << "is so already";
  EXPECT_EQ(update({.partitions = 3, .must_grow = true}), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(update({.etag = "another", .partitions = 4}), ErrorCode::kInvalidUpdateVersion);
  EXPECT_EQ(update({.name = "nowhere", .partitions = 4}), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(partitions(), 3u);

  EXPECT_EQ(update({.partitions = 3, .configs = {{"segment.bytes", "7"}}}), ErrorCode::kNone);
  EXPECT_EQ(overrides(), (cluster::ConfigMap{{"retention.ms", "1"}, {"segment.bytes", "7"}}));
  EXPECT_EQ(update({.configs = {{"retention.ms", std::nullopt}}}), ErrorCode::kNone);
  EXPECT_EQ(overrides(), (cluster::ConfigMap{{"segment.bytes", "7"}}));
  EXPECT_EQ(update({.configs = {{"retention.ms", "2"}}, .replace_configs = true}),
            ErrorCode::kNone);
  EXPECT_EQ(overrides(), (cluster::ConfigMap{{"retention.ms", "2"}}));
}

}  // namespace
}  // namespace monkafka::services
