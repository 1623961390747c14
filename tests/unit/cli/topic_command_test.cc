#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"
#include "unit/cli/fake_configs.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Remembers what it was asked, answers what it was told.
class FakeTopics : public v1::TopicsService::Service {
 public:
  grpc::Status ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest* request,
                          v1::ListTopicsResponse* response) override {
    lists.push_back(*request);
    size_t page = request->page_token().empty() ? 0 : std::stoul(request->page_token());
    for (const std::string& name : pages.at(page)) {
      v1::Topic* topic = response->add_topics();
      topic->set_name(name);
      topic->set_partition_count(3);
      topic->set_size_bytes(2048);
    }
    if (page + 1 < pages.size()) response->set_next_page_token(std::to_string(page + 1));
    return grpc::Status::OK;
  }

  grpc::Status CreateTopic(grpc::ServerContext*, const v1::CreateTopicRequest* request,
                           v1::CreateTopicResponse* response) override {
    creates.push_back(*request);
    if (request->topic().name() == existing) {
      return Refusal(grpc::StatusCode::ALREADY_EXISTS, "Topic 'orders' already exists.",
                     "TOPIC_ALREADY_EXISTS");
    }
    *response->mutable_topic() = request->topic();
    return grpc::Status::OK;
  }

  grpc::Status DeleteTopic(grpc::ServerContext*, const v1::DeleteTopicRequest* request,
                           v1::DeleteTopicResponse* response) override {
    deletes.push_back(*request);
    *response->mutable_topic() = Filled(request->name());
    return grpc::Status::OK;
  }

  static v1::Topic Filled(const std::string& name) {
    v1::Topic topic;
    topic.set_name(name);
    topic.set_partition_count(2);
    topic.set_record_count(12'345);
    topic.set_size_bytes(3 << 20);
    return topic;
  }

  // All or none, as the real one. Partition p of 0 to 2 begins at 10 and ends at `ends[p]`.
  grpc::Status TrimRecords(grpc::ServerContext*, const v1::TrimRecordsRequest* request,
                           v1::TrimRecordsResponse* response) override {
    trims.push_back(*request);
    for (const v1::TrimTarget& target : request->targets()) {
      const int64_t end = ends.at(static_cast<size_t>(target.partition()));
      if (target.before_offset() > end) return OutOfRange(target.partition());
      v1::TrimResult& result = *response->add_results();
      result.set_partition(target.partition());
      result.set_old_log_start_offset(10);
      result.set_new_log_start_offset(target.before_offset() < 0 ? end : target.before_offset());
      result.set_removed_count(result.new_log_start_offset() - 10);
    }
    return grpc::Status::OK;
  }

  static grpc::Status OutOfRange(int32_t partition) {
    google::rpc::ResourceInfo resource;
    resource.set_resource_type("partition");
    resource.set_resource_name("orders-" + std::to_string(partition));
    google::protobuf::Any any;
    any.PackFrom(resource);
    return Refusal(grpc::StatusCode::OUT_OF_RANGE, "above the end of " + resource.resource_name(),
                   "OFFSET_OUT_OF_RANGE", {any});
  }

  // All or none, as the real one.
  grpc::Status BatchDeleteTopics(grpc::ServerContext*, const v1::BatchDeleteTopicsRequest* request,
                                 v1::BatchDeleteTopicsResponse* response) override {
    batches.push_back(*request);
    for (const std::string& name : request->names()) {
      const bool there = !missing.contains(name);
      if (!there && !request->allow_missing()) return MissingTopic(name);
      if (there) *response->add_topics() = Filled(name);
    }
    if (request->validate_only()) return grpc::Status::OK;
    for (const v1::Topic& topic : response->topics()) deleted.insert(topic.name());
    return grpc::Status::OK;
  }

  grpc::Status UpdateTopic(grpc::ServerContext*, const v1::UpdateTopicRequest* request,
                           v1::UpdateTopicResponse*) override {
    updates.push_back(*request);
    if (update_misses) return MissingTopic(request->topic().name());
    return grpc::Status::OK;
  }

  grpc::Status GetTopic(grpc::ServerContext*, const v1::GetTopicRequest* request,
                        v1::GetTopicResponse*) override {
    return MissingTopic(request->name());
  }

  std::vector<std::vector<std::string>> pages = {{"orders"}};
  std::string existing;
  bool update_misses = false;
  std::vector<v1::ListTopicsRequest> lists;
  std::vector<v1::CreateTopicRequest> creates;
  std::vector<v1::DeleteTopicRequest> deletes;
  std::vector<v1::BatchDeleteTopicsRequest> batches;
  std::set<std::string> missing, deleted;
  std::vector<v1::UpdateTopicRequest> updates;
  std::vector<v1::TrimRecordsRequest> trims;
  std::vector<int64_t> ends = {1010, 10, 60};
};

// Of the partitions of FakeTopics; 100 bytes a record.
class TopicOffsets : public v1::OffsetsService::Service {
 public:
  explicit TopicOffsets(FakeTopics& topics) : topics_(topics) {}

  grpc::Status ListOffsets(grpc::ServerContext*, const v1::ListOffsetsRequest* request,
                           v1::ListOffsetsResponse* response) override {
    if (request->topic() != "orders") return MissingTopic(request->topic());
    for (size_t p = 0; p < topics_.ends.size(); ++p) {
      v1::PartitionOffsets& offsets = *response->add_offsets();
      offsets.set_topic(request->topic());
      offsets.set_partition(static_cast<int32_t>(p));
      offsets.set_log_start_offset(10);
      offsets.set_log_end_offset(topics_.ends[p]);
      offsets.set_size_bytes(100 * (topics_.ends[p] - 10));
    }
    return grpc::Status::OK;
  }

  // Every record is older, but for one that comes meanwhile to partition 0.
  grpc::Status FindOffsets(grpc::ServerContext*, const v1::FindOffsetsRequest* request,
                           v1::FindOffsetsResponse* response) override {
    for (size_t p = 0; p < topics_.ends.size(); ++p) {
      v1::FoundOffset& found = *response->add_offsets();
      found.set_topic(request->topic());
      found.set_partition(static_cast<int32_t>(p));
      found.set_offset(-1);
    }
    ++topics_.ends[0];
    return grpc::Status::OK;
  }

 private:
  FakeTopics& topics_;
};

class TopicCommandTest : public testing::Test {
 protected:
  FakeTopics topics;
  TopicOffsets offsets{topics};
  FakeConfigs configs;
  CommandLine cli{{&topics, &offsets, &configs}};
};

TEST_F(TopicCommandTest, ListShowsATable) {
  EXPECT_EQ(cli.Run({"topic", "list"}), kDone);
  EXPECT_EQ(cli.out(),
            "TOPIC   PARTITIONS  RECORDS     SIZE  RECORDS/S  BYTES/S\n"
            "orders           3        0  2.0 KiB        0/s    0 B/s\n");
}

TEST_F(TopicCommandTest, ListFetchesEveryPageAndJoinsThem) {
  topics.pages = {{"a", "b"}, {"c"}, {"d"}};
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "a\nb\nc\nd\n");
  EXPECT_EQ(topics.lists.size(), 3U);
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "json"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("\"nextPageToken\": \"\""));
}

TEST_F(TopicCommandTest, ListOfNamesAsksForNamesAlone) {
  cli.Run({"topic", "list", "-o", "name"});
  EXPECT_EQ(topics.lists.back().view(), v1::TOPIC_VIEW_NAMES);
  cli.Run({"topic", "list"});
  EXPECT_EQ(topics.lists.back().view(), v1::TOPIC_VIEW_BASIC);
}

TEST_F(TopicCommandTest, APatternIsAFilterThatTheServerEvaluates) {
  cli.Run({"topic", "list", "or\"d*", "--filter", "partition_count > 3"});
  EXPECT_EQ(topics.lists.back().filter(), "name = \"or\\\"d*\" AND (partition_count > 3)");
}

TEST_F(TopicCommandTest, CreateSendsWhatWasSaid) {
  EXPECT_EQ(
      cli.Run({"topic", "create", "orders", "--partitions", "2", "--config", "retention.ms=7"}),
      kDone);
  ASSERT_EQ(topics.creates.size(), 1U);
  const auto& request = topics.creates[0];
  EXPECT_EQ(request.topic().name(), "orders");
  EXPECT_EQ(request.topic().partition_count(), 2);
  EXPECT_EQ(request.topic().configs().at("retention.ms"), "7");
  EXPECT_FALSE(request.validate_only());
  EXPECT_FALSE(request.request_id().empty());
  EXPECT_EQ(cli.out(), "") << "prose goes to stderr";
  EXPECT_EQ(cli.error(), "topic orders created with 2 partitions\n");
}

TEST_F(TopicCommandTest, DryRunIsComputedByTheServer) {
  cli.Run({"topic", "create", "orders", "--dry-run", "-o", "json"});
  EXPECT_TRUE(topics.creates.at(0).validate_only());
  EXPECT_THAT(cli.out(), HasSubstr("\"name\": \"orders\""));
}

TEST_F(TopicCommandTest, ARefusalSaysWhatWhyAndWhatNext) {
  topics.existing = "orders";
  EXPECT_EQ(cli.Run({"topic", "create", "orders"}), kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot create topic orders: Topic 'orders' already exists.\n"
            "  next: --if-not-exists accepts what is there\n");
  cli.Run({"topic", "create", "orders", "--verbose"});
  EXPECT_THAT(cli.error(), HasSubstr("gRPC status: ALREADY_EXISTS (6)"));
  EXPECT_THAT(cli.error(), HasSubstr("reason: TOPIC_ALREADY_EXISTS (monkafka)"));
}

TEST_F(TopicCommandTest, AMissingTopicSuggestsTheOneThatWasMeant) {
  topics.pages = {{"orders", "payments"}};
  EXPECT_EQ(cli.Run({"topic", "get", "ordres"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("next: did you mean orders?"));
  cli.Run({"topic", "get", "something-else"});
  EXPECT_THAT(cli.error(), HasSubstr("`monkafkactl topic list` shows those that exist"));
}

TEST_F(TopicCommandTest, IfNotExistsAcceptsWhatIsThere) {
  topics.existing = "orders";
  EXPECT_EQ(cli.Run({"topic", "create", "orders", "--if-not-exists"}), kDone);
}

TEST_F(TopicCommandTest, OneFailureOfSeveralFailsTheCommandButNotTheOthers) {
  topics.existing = "b";
  EXPECT_EQ(cli.Run({"topic", "create", "a", "b", "c"}), kFailed);
  EXPECT_EQ(topics.creates.size(), 3U);
}

TEST_F(TopicCommandTest, DeleteWithoutTerminalNeedsYes) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("add --yes, or --dry-run"));
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--yes"}), kDone);
  EXPECT_EQ(topics.deletes.size(), 1U);
}

TEST_F(TopicCommandTest, SeveralAreDeletedInOneCall) {
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "a", "c", "--yes"}), kDone);
  ASSERT_EQ(topics.batches.size(), 1U);
  EXPECT_THAT(topics.batches[0].names(), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(topics.batches[0].request_id().empty());
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_EQ(cli.error(),
            "topic a deleted: 2 partitions, 12,345 records, 3.0 MiB\n"
            "topic b deleted: 2 partitions, 12,345 records, 3.0 MiB\n"
            "topic c deleted: 2 partitions, 12,345 records, 3.0 MiB\n");
}

TEST_F(TopicCommandTest, TheOthersAreDeletedWhenSomeAreRefused) {
  topics.missing = {"b", "x"};
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "c", "x", "d", "--yes"}), kFailed);
  EXPECT_EQ(topics.deleted, (std::set<std::string>{"a", "c", "d"}));
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic b: there is no topic b\n"));
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic x: there is no topic x\n"));
  EXPECT_THAT(cli.error(), HasSubstr("topic d deleted: "));
}

TEST_F(TopicCommandTest, WithIfExistsTopicsThatAreMissingAreNoFailure) {
  topics.missing = {"b"};
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--yes", "--if-exists"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("topic b does not exist: nothing to do\n"));
  EXPECT_EQ(cli.Run({"topic", "delete", "b", "--if-exists"}), kDone) << "there is nothing to ask";
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--yes", "--if-exists", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "a\n");
}

TEST_F(TopicCommandTest, ManyAreDeletedInSeveralCallsAndNamedInShort) {
  std::vector<std::string> line = {"topic", "delete", "--dry-run"};
  for (int i = 0; i < 1200; ++i) line.push_back("t" + std::to_string(i));
  EXPECT_EQ(cli.Run(line), kDone);
  ASSERT_EQ(topics.batches.size(), 3U);
  EXPECT_EQ(topics.batches[0].names_size(), 500);
  EXPECT_EQ(topics.batches[2].names_size(), 200);
  EXPECT_TRUE(topics.batches[2].validate_only());
  EXPECT_TRUE(topics.deleted.empty());
  line[2] = "--quiet";
  EXPECT_EQ(cli.Run(line), kUsage);
  EXPECT_THAT(
      cli.error(),
      HasSubstr("delete t0, t1, t2, t3, t4 and 1195 more with all records (2,400 partitions, "
                "14,814,000 records, 3.5 GiB) without confirmation"));
  EXPECT_TRUE(topics.deleted.empty());
}

TEST_F(TopicCommandTest, WithIfExistsThereIsNothingToDoForATopicThatIsMissing) {
  topics.update_misses = true;
  configs.missing = "ordres";
  const std::vector<std::string> alter = {"topic", "alter", "ordres", "--set", "retention.ms=1"};
  EXPECT_EQ(cli.Run(alter), kFailed);
  std::vector<std::string> if_exists = alter;
  if_exists.push_back("--if-exists");
  EXPECT_EQ(cli.Run(if_exists), kDone);
  EXPECT_EQ(cli.error(), "topic ordres does not exist: nothing to do\n");
  EXPECT_EQ(cli.Run({"topic", "trim", "ordres", "--all", "--yes", "--if-exists"}), kDone);
  EXPECT_EQ(cli.Run({"topic", "trim", "ordres", "--all", "--yes"}), kFailed);
}

TEST_F(TopicCommandTest, DeleteAsksOnATerminal) {
  cli.terminal.input_is_terminal = true;
  cli.input = "no\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kFailed);
  EXPECT_TRUE(topics.deletes.empty());
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kDone);
  EXPECT_EQ(topics.deletes.size(), 1U);
}

TEST_F(TopicCommandTest, TheQuestionSaysWhatIsLost) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders"}), kUsage);
  EXPECT_THAT(cli.error(),
              HasSubstr("will not delete orders with all records (2 partitions, 12,345 "
                        "records, 3.0 MiB) without confirmation"));
  topics.missing = {"b"};
  cli.terminal.input_is_terminal = true;
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "c"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot delete topic b: there is no topic b\n"));
  EXPECT_THAT(
      cli.error(),
      HasSubstr("delete a and c with all records (4 partitions, 24,690 records, 6.0 MiB) at "));
  EXPECT_EQ(topics.deleted, (std::set<std::string>{"a", "c"}));
}

TEST_F(TopicCommandTest, DryRunOfADeletionAsksNothingAndSaysWhatWouldBeLost) {
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--dry-run"}), kDone);
  EXPECT_TRUE(topics.deletes.at(0).validate_only());
  EXPECT_EQ(cli.error(), "topic orders would be deleted: 2 partitions, 12,345 records, 3.0 MiB\n");
  EXPECT_EQ(cli.Run({"topic", "delete", "a", "b", "--dry-run"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("in all 4 partitions, 24,690 records, 6.0 MiB\n"));
}

TEST_F(TopicCommandTest, TrimAsksWithWhatIsLost) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "60"}), kUsage);
  EXPECT_THAT(cli.error(),
              HasSubstr("will not delete records of topic orders (100 of 1,050 records in 2 of 3 "
                        "partitions, about 9.8 KiB) without confirmation"));
  EXPECT_TRUE(topics.trims.at(0).validate_only());
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--all", "--dry-run"}), kDone);
  EXPECT_EQ(cli.error(),
            "1,050 of 1,050 records in 2 of 3 partitions, about 102.5 KiB, would be deleted\n"
            "a dry run: nothing was changed\n");
  for (const auto& trim : topics.trims) EXPECT_TRUE(trim.validate_only());
}

TEST_F(TopicCommandTest, PartitionsThatAreNamedTwiceAreTrimmedOnce) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--partitions", "0-2,1", "--all", "--yes"}), kDone);
  EXPECT_EQ(topics.trims.at(0).targets_size(), 3);
}

TEST_F(TopicCommandTest, TrimBeforeATimeLeavesWhatComesMeanwhile) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "-1h", "--yes"}), kDone);
  ASSERT_EQ(topics.trims.size(), 1U);
  std::vector<int64_t> before;
  for (const auto& target : topics.trims[0].targets()) before.push_back(target.before_offset());
  EXPECT_THAT(before, ElementsAre(1010, 10, 60));
}

TEST_F(TopicCommandTest, PartitionsThatCannotBeTrimmedKeepNoOthers) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--yes", "-o", "name"}),
            kFailed);
  EXPECT_EQ(cli.out(), "orders-0\norders-1\n") << "one without records has nothing to lose";
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot trim topic orders: above the end of orders-2\n"
            "  next: `monkafkactl offset list` shows the offsets that there are\n");
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--yes", "--partitions",
                     "0,1", "-o", "name"}),
            kFailed)
      << "a partition that is named is meant";
  EXPECT_EQ(cli.out(), "orders-0\n");
  topics.trims.clear();
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-offset", "500", "--partitions", "1,2"}),
            kFailed)
      << "there is nothing left to ask about";
  for (const auto& trim : topics.trims) EXPECT_TRUE(trim.validate_only());
}

TEST_F(TopicCommandTest, InternalTopicsNeedAWordOfTheirOwn) {
  cli.Run({"topic", "delete", "__consumer_offsets", "--yes"});
  EXPECT_FALSE(topics.deletes.at(0).allow_internal());
  cli.Run({"topic", "delete", "__consumer_offsets", "--yes", "--allow-internal"});
  EXPECT_TRUE(topics.deletes.at(1).allow_internal());
}

TEST_F(TopicCommandTest, AProtectedContextWantsItsNameEvenWithYes) {
  cli.Run({"context", "add", "production", "--endpoint", "kafka:9095", "--protected"});
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "audit"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--confirm", "other"}), kUsage);
  EXPECT_TRUE(topics.deletes.empty());
  EXPECT_TRUE(topics.creates.empty());
  EXPECT_EQ(cli.Run({"topic", "delete", "orders", "--confirm", "production"}), kDone);
  cli.terminal.input_is_terminal = true;
  cli.input = "production\n";
  EXPECT_EQ(cli.Run({"topic", "create", "audit"}), kDone);
  EXPECT_EQ(cli.Run({"topic", "list"}), kDone) << "reading is free";
}

TEST_F(TopicCommandTest, AlterNamesEachKeyInTheMask) {
  cli.Run({"topic", "alter", "orders", "--set", "retention.ms=7", "--unset", "cleanup.policy",
           "--yes"});
  const auto& request = topics.updates.at(0);
  ASSERT_EQ(request.update_mask().paths_size(), 2);
  EXPECT_EQ(request.update_mask().paths(0), "configs.retention.ms");
  EXPECT_EQ(request.update_mask().paths(1), "configs.cleanup.policy");
  EXPECT_EQ(request.topic().configs().size(), 1U);
}

TEST_F(TopicCommandTest, AlterAsksBeforeRetentionIsShortened) {
  const std::vector<std::string> alter = {"topic", "alter", "orders", "--set", "retention.ms=5"};
  EXPECT_EQ(cli.Run(alter), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("retention.ms from 1000 to 5"));
  EXPECT_TRUE(topics.updates.empty());
  std::vector<std::string> yes = alter;
  yes.push_back("--yes");
  EXPECT_EQ(cli.Run(yes), kDone);
  EXPECT_EQ(cli.Run({"topic", "alter", "orders", "--set", "retention.ms=2000"}), kDone);
  EXPECT_EQ(topics.updates.size(), 2U);
}

TEST_F(TopicCommandTest, AConfigIsNamedOnce) {
  EXPECT_EQ(cli.Run({"topic", "alter", "t", "--set", "a=1", "--unset", "a"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("config a is given more than once"));
  EXPECT_EQ(cli.Run({"topic", "alter", "t", "--set", "a=1", "--set", "a=2"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "t", "-c", "a=1", "-c", "a=2"}), kUsage);
  EXPECT_TRUE(topics.updates.empty());
  EXPECT_TRUE(topics.creates.empty());
}

TEST_F(TopicCommandTest, AnEmptyValueDoesNotWidenWhatIsTrimmed) {
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--before-time", "", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--all", "--partitions", "", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "get", ""}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "list", "--filter", ""}), kDone);
}

TEST_F(TopicCommandTest, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "9999999999"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("9999999999 is out of range: at most 2147483647"));
  EXPECT_EQ(cli.Run({"topic", "trim", "t", "--before-offset", "99999999999999999999", "--yes"}),
            kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("99999999999999999999 is out of range"));
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "010"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "create", "t", "--partitions", "10"}), kDone);
}

TEST_F(TopicCommandTest, SeveralAnswersAreOneJsonArray) {
  EXPECT_EQ(cli.Run({"topic", "create", "a", "b", "-o", "json"}), kDone);
  EXPECT_TRUE(cli.out().starts_with("[\n{")) << cli.out();
  EXPECT_THAT(cli.out(), HasSubstr("}\n,{"));
  EXPECT_TRUE(cli.out().ends_with("}\n]\n")) << cli.out();
  topics.existing = "b";
  EXPECT_EQ(cli.Run({"topic", "create", "b", "b", "-o", "json"}), kFailed);
  EXPECT_EQ(cli.out(), "[]\n");
}

TEST_F(TopicCommandTest, WrongUsageIsExitCode64WithAHint) {
  EXPECT_EQ(cli.Run({"topic", "lst"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("did you mean monkafkactl topic list\n"));
  EXPECT_EQ(cli.Run({"topic", "create"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "list", "-o", "xml"}), kUsage);
  EXPECT_EQ(cli.Run({"topic", "trim", "orders", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({}), kUsage);
  EXPECT_EQ(cli.out(), "");
}

TEST_F(TopicCommandTest, HelpIsDataAndShowsExamples) {
  EXPECT_EQ(cli.Run({"topic", "create", "--help"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("monkafkactl topic create payments --partitions 2"));
  EXPECT_EQ(cli.error(), "");
}

TEST_F(TopicCommandTest, CompletionOffersCommandsOptionsAndTopics) {
  topics.pages = {{"orders", "other", "payments"}};
  cli.Run({"__complete", "to"});
  EXPECT_EQ(cli.out(), "top\ntopic\n");
  cli.Run({"__complete", "topic", "de"});
  EXPECT_EQ(cli.out(), "delete\n");
  cli.Run({"__complete", "topic", "get", "o"});
  EXPECT_EQ(cli.out(), "orders\nother\n");
  cli.Run({"__complete", "config", "get", "--topic", "o"});
  EXPECT_EQ(cli.out(), "orders\nother\n");
  cli.Run({"__complete", "topic", "create", "x", "--parti"});
  EXPECT_EQ(cli.out(), "--partitions\n");
  cli.Run({"__complete", "--endpoint", "elsewhere:1", "segment", "list", "p"});
  EXPECT_EQ(cli.out(), "payments\n");
  EXPECT_EQ(cli.connected_to.endpoint, "elsewhere:1");
}

TEST_F(TopicCommandTest, TheTokenOfTheContextGoesAlong) {
  EXPECT_EQ(cli.Run({"topic", "list", "--token-file", (cli.home() / "none").string()}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace monkafka::cli
