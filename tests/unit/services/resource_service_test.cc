#include "services/resource_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/services/data_path.h"
#include "unit/services/small_tables.h"

namespace monkafka::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = PlannedAction::Kind;

class ResourceServiceTest : public testing::Test {
 protected:
  ResourceServiceTest() { CreateTopic(cluster, "old", TopicId(1), 2); }

  ResourcePlan Plan(const std::vector<TopicDocument>& documents, bool prune = false) {
    Result<ResourcePlan> plan = service.Plan(documents, prune);
    EXPECT_TRUE(plan) << plan.error().message;
    return plan.value_or(ResourcePlan{});
  }
  Result<ResourcePlan> Apply(std::vector<TopicDocument> documents, bool prune = false,
                             std::optional<std::string> etag = std::nullopt) {
    Result<ResourcePlan> result;
    service.Apply(std::move(documents), prune, std::move(etag),
                  [&](Result<ResourcePlan> r) { result = std::move(r); });
    return result;
  }
  // "kind topic field from>to", in short.
  static std::vector<std::string> Texts(const ResourcePlan& plan) {
    static constexpr std::string_view kKinds[] = {"create", "delete", "grow",
                                                  "set",    "unset",  "impossible"};
    std::vector<std::string> texts;
    for (const PlannedAction& action : plan.actions) {
      texts.push_back(std::string(kKinds[static_cast<size_t>(action.kind)]) + " " + action.topic +
                      " " + action.field + " " + action.from.value_or("") + ">" +
                      action.to.value_or(""));
    }
    return texts;
  }
  size_t TopicCount() const { return cluster.Image()->topics.size(); }

  SmallTables tables;
  fakes::FakeCluster cluster;
  ResourceService service{{.default_partitions = 3}, cluster, tables};
};

TEST_F(ResourceServiceTest, AClusterThatIsAsItShouldBeNeedsNothing) {
  const ResourcePlan plan = Plan({{.name = "old", .partitions = 2}});
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.in_sync, 1);
  EXPECT_TRUE(plan.possible);
}

TEST_F(ResourceServiceTest, WhatIsMissingIsCreatedWithItsConfigs) {
  const ResourcePlan plan =
      Plan({{.name = "new", .partitions = 4, .configs = {{"retention.ms", "5"}}}});
  EXPECT_THAT(Texts(plan), ElementsAre("create new  >4 partitions", "set new retention.ms >5"));
  EXPECT_THAT(Texts(Plan({{.name = "small", .partitions = 1}})),
              ElementsAre("create small  >1 partition"));
  EXPECT_EQ(TopicCount(), 1u) << "a plan changes nothing";
}

TEST_F(ResourceServiceTest, ApplyMakesItSoInOneChangeAndThenNothingIsLeft) {
  const std::vector<TopicDocument> documents = {
      {.name = "new", .configs = {{"retention.ms", "5"}}},
      {.name = "old", .partitions = 4, .configs = {{"segment.bytes", "7"}}}};
  const size_t batches = cluster.batches().size();
  const Result<ResourcePlan> applied = Apply(documents);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(cluster.batches().size(), batches + 1);
  EXPECT_EQ(cluster.Image()->FindTopic("new")->partitions.size(), 3u);
  EXPECT_EQ(cluster.Image()->FindTopic("old")->partitions.size(), 4u);
  const ResourcePlan again = Plan(documents);
  EXPECT_THAT(again.actions, IsEmpty());
  EXPECT_EQ(again.in_sync, 2);
}

TEST_F(ResourceServiceTest, OverridesThatTheDocumentDoesNotHaveGoUnlessItSaysOtherwise) {
  ASSERT_TRUE(Apply({{.name = "old", .configs = {{"retention.ms", "5"}, {"segment.bytes", "7"}}}}));
  TopicDocument document{.name = "old", .configs = {{"retention.ms", "6"}}};
  EXPECT_THAT(Texts(Plan({document})),
              ElementsAre("set old retention.ms 5>6", "unset old segment.bytes 7>"));
  document.exact_configs = false;
  EXPECT_THAT(Texts(Plan({document})), ElementsAre("set old retention.ms 5>6"));
}

TEST_F(ResourceServiceTest, PruneDeletesWhatNoDocumentNamesButInternalTopics) {
  CreateTopic(cluster, "__consumer_offsets", TopicId(2));
  CreateTopic(cluster, "extra", TopicId(3));
  EXPECT_THAT(Texts(Plan({{.name = "old"}}, /*prune=*/true)), ElementsAre("delete extra  >"));
  ASSERT_TRUE(Apply({{.name = "old"}}, /*prune=*/true));
  EXPECT_EQ(cluster.Image()->FindTopic("extra"), nullptr);
  EXPECT_NE(cluster.Image()->FindTopic("__consumer_offsets"), nullptr);
}

TEST_F(ResourceServiceTest, WhatCannotBeHadIsToldAndThenNothingIsDone) {
  const std::vector<TopicDocument> documents = {
      {.name = "fine"},
      {.name = "old", .partitions = 1, .replication_factor = 3},
      {.name = "bad", .configs = {{"no.such.key", "1"}}}};
  const Result<ResourcePlan> applied = Apply(documents);
  ASSERT_TRUE(applied);
  EXPECT_FALSE(applied->possible);
  EXPECT_THAT(Texts(*applied),
              ElementsAre("create fine  >3 partitions", "impossible old partitions >",
                          "impossible old replication_factor >", "impossible bad configs >"));
  EXPECT_EQ(applied->actions[1].error, ErrorCode::kInvalidPartitions);
  EXPECT_THAT(applied->actions[3].reason, HasSubstr("no.such.key"));
  EXPECT_EQ(cluster.Image()->FindTopic("fine"), nullptr);
}

TEST_F(ResourceServiceTest, EverythingThatIsWrongWithTheConfigsIsToldAtOnce) {
  const ResourcePlan plan =
      Plan({{.name = "bad",
             .configs = {{"no.such.key", "1"}, {"segment.bytes", "7"}, {"retention.ms", "soon"}}},
            {.name = "old", .configs = {{"another.key", "1"}}}});
  EXPECT_THAT(Texts(plan), ElementsAre("impossible bad configs >", "impossible bad configs >",
                                       "impossible old configs >"));
  EXPECT_THAT(plan.actions[0].reason, HasSubstr("no.such.key"));
  EXPECT_THAT(plan.actions[1].reason, HasSubstr("retention.ms"));
  EXPECT_THAT(plan.actions[2].reason, HasSubstr("another.key"));
}

TEST_F(ResourceServiceTest, APlanThatWasShownIsAppliedOnlyWhileItIsStillTheSame) {
  const std::vector<TopicDocument> documents = {{.name = "old", .partitions = 3}};
  const std::string etag = Plan(documents).etag;
  EXPECT_EQ(Plan(documents).etag, etag);
  cluster.Apply({cluster::ConfigRecord{2, "old", "retention.ms", "1"}});
  EXPECT_EQ(CodeOf(Apply(documents, false, etag)), ErrorCode::kInvalidUpdateVersion);
  EXPECT_EQ(cluster.Image()->FindTopic("old")->partitions.size(), 2u);
  EXPECT_TRUE(Apply(documents, false, Plan(documents).etag));
}

TEST_F(ResourceServiceTest, TwoDocumentsOfOneTopicAndTooMuchAtOnceAreRefused) {
  EXPECT_EQ(CodeOf(service.Plan({{.name = "a"}, {.name = "a"}}, false)),
            ErrorCode::kInvalidRequest);
  std::vector<TopicDocument> documents;
  for (int i = 0; i < 11; ++i) {
    documents.push_back({.name = "t" + std::to_string(i), .partitions = 9'999});
  }
  const ResourcePlan large = Plan(documents);
  EXPECT_FALSE(large.possible);
  EXPECT_EQ(large.actions.back().error, ErrorCode::kPolicyViolation);
}

TEST_F(ResourceServiceTest, TenThousandTopicsAreCreatedAndDeletedInOnePlanEach) {
  std::vector<TopicDocument> documents;
  for (int i = 0; i < 10'000; ++i) {
    documents.push_back({.name = "many.topics_" + std::to_string(i),
                         .partitions = 3,
                         .configs = {{"retention.ms", "5"}}});
  }
  ASSERT_TRUE(Apply(documents));
  EXPECT_EQ(TopicCount(), 10'001u);
  ASSERT_TRUE(Apply({{.name = "old"}}, /*prune=*/true));
  EXPECT_EQ(TopicCount(), 1u);
}

TEST_F(ResourceServiceTest, WhatCanLoseRecordsIsMarked) {
  cluster.Apply({cluster::ConfigRecord{2, "old", "retention.ms", "100"}});
  const auto destructive = [this](const std::string& value) {
    return Plan({{.name = "old", .configs = {{"retention.ms", value}}}}).actions.at(0).destructive;
  };
  EXPECT_TRUE(destructive("99"));
  EXPECT_FALSE(destructive("101"));
  EXPECT_FALSE(destructive("-1"));
  EXPECT_TRUE(Plan({}, /*prune=*/true).actions.at(0).destructive);
}

TEST_F(ResourceServiceTest, InternalTopicsKeepWhatTheyNeed) {
  const std::string name = "__consumer_offsets";
  EXPECT_FALSE(Plan({{.name = name, .partitions = 2}}).possible);
  EXPECT_FALSE(Plan({{.name = name, .configs = {{"cleanup.policy", "delete"}}}}).possible);
  ASSERT_TRUE(Apply({{.name = name}}));
  EXPECT_EQ(cluster.Image()->FindTopic(name)->partitions.size(), 50u);
  EXPECT_EQ(cluster.Image()->ConfigsOf(cluster::ResourceType::kTopic, name).at("cleanup.policy"),
            "compact");
  EXPECT_FALSE(Plan({{.name = name, .partitions = 51, .exact_configs = false}}).possible);
  EXPECT_FALSE(Plan({{.name = name}}).possible) << "the policy would be removed";
  EXPECT_TRUE(Plan(*service.Export({name})).possible);
}

TEST_F(ResourceServiceTest, WhatIsExportedIsInSync) {
  ASSERT_TRUE(Apply({{.name = "new", .partitions = 4, .configs = {{"retention.ms", "5"}}}}));
  CreateTopic(cluster, "__consumer_offsets", TopicId(2));
  const auto all = service.Export({});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u) << "internal topics are not ours to declare";
  EXPECT_EQ(all->front().name, "new");
  EXPECT_EQ(all->front().partitions, 4);
  EXPECT_EQ(all->front().replication_factor, 1);
  EXPECT_EQ(Plan(*all).in_sync, 2);
  EXPECT_EQ(service.Export({"old"})->size(), 1u);
  EXPECT_EQ(CodeOf(service.Export({"nowhere"})), ErrorCode::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace monkafka::services
