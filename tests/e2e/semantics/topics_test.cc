// Section "Metadata, topics" of Kafka's behaviour.
#include <algorithm>
#include <string>
#include <vector>

#include "e2e/semantics/semantics_fixture.h"
#include "protocol/configs.h"

namespace monkafka::e2e {
namespace {

using protocol::ConfigOperation;
using protocol::ConfigResourceType;
using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

class TopicsTest : public SemanticsTest {
 protected:
  MetadataResponse MetadataOf(const std::string& name, int16_t version = 12,
                              bool auto_create = false) {
    MetadataRequest request;
    request.topics.emplace(1).front().name = name;
    request.allow_auto_topic_creation = auto_create;
    return client_.Call<MetadataResponse>(request, version);
  }

  CreateTopicsRequest Wanted(const std::string& name, int partitions = 1, int16_t replicas = 1) {
    CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    return request;
  }

  ErrorCode CreateCode(const CreateTopicsRequest& request, int16_t version = 7) {
    return client_.Call<CreateTopicsResponse>(request, version).topics.at(0).error_code;
  }

  ErrorCode CreateWithConfig(const std::string& name, const char* key, const char* value) {
    CreateTopicsRequest request = Wanted(name);
    request.topics[0].configs.push_back({key, value});
    return CreateCode(request);
  }

  ErrorCode Alter(const std::string& topic,
                  std::vector<IncrementalAlterConfigsRequest::Config> configs,
                  bool validate_only = false) {
    IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = ConfigResourceType::kTopic;
    resource.resource_name = topic;
    resource.configs = std::move(configs);
    request.validate_only = validate_only;
    return client_.Call<IncrementalAlterConfigsResponse>(request, 1).responses.at(0).error_code;
  }

  DescribeConfigsResponse::Result Describe(ConfigResourceType type, const std::string& name,
                                           std::vector<std::string_view> keys = {}) {
    DescribeConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    if (keys.empty()) {
      resource.configuration_keys.reset();
    } else {
      resource.configuration_keys = std::move(keys);
    }
    request.include_synonyms = true;
    request.include_documentation = true;
    return client_.Call<DescribeConfigsResponse>(request, 4).results.at(0);
  }
};

TEST_F(TopicsTest, NullTopicsIsAllAndEmptyIsNone) {
  CreateTopic(client_, topic_);
  MetadataRequest all;
  all.topics.reset();
  MetadataRequest none;
  none.topics.emplace();
  EXPECT_FALSE(client_.Call<MetadataResponse>(all, 12).topics.empty());
  EXPECT_TRUE(client_.Call<MetadataResponse>(none, 12).topics.empty());
  EXPECT_TRUE(client_.Call<MetadataResponse>(none, 1).topics.empty());
  EXPECT_FALSE(client_.Call<MetadataResponse>(none, 0).topics.empty());
}

TEST_F(TopicsTest, AnUnknownTopicIsCreatedWhenAskedForAndFoundByTheNextPoll) {
  EXPECT_EQ(MetadataOf(topic_, 12, true).topics.at(0).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_TRUE(Eventually(
      [&] { return MetadataOf(topic_, 12, true).topics.at(0).error_code == ErrorCode::kNone; }));
}

TEST_F(TopicsTest, AnUnknownTopicIsNotCreatedWhenNotAskedFor) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(MetadataOf(topic_).topics.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(TopicsTest, IllegalNamesAreRefused) {
  for (const std::string& name : {std::string(""), std::string("."), std::string(".."),
                                  std::string(250, 'a'), std::string("a b"), std::string("ü")}) {
    EXPECT_EQ(CreateCode(Wanted(name)), ErrorCode::kInvalidTopicException) << name;
    EXPECT_EQ(MetadataOf(name, 12, true).topics.at(0).error_code, ErrorCode::kInvalidTopicException)
        << name;
  }
}

TEST_F(TopicsTest, MetadataNamesClusterControllerAndEpochs) {
  CreateTopic(client_, topic_);
  const auto answer = MetadataOf(topic_);
  ASSERT_TRUE(answer.cluster_id.has_value());
  EXPECT_FALSE(answer.cluster_id->empty());
  ASSERT_EQ(answer.brokers.size(), 1u);
  EXPECT_EQ(answer.controller_id, answer.brokers[0].node_id);
  EXPECT_EQ(answer.topics[0].topic_authorized_operations, INT32_MIN);
  EXPECT_GE(answer.topics[0].partitions.at(0).leader_epoch, 0);
  EXPECT_EQ(answer.topics[0].partitions[0].isr_nodes, answer.topics[0].partitions[0].replica_nodes);
  EXPECT_FALSE(answer.topics[0].is_internal);
}

TEST_F(TopicsTest, ARecreatedTopicHasANewId) {
  const Uuid first = CreateTopic(client_, topic_);
  EXPECT_FALSE(first.IsZero());
  DeleteTopicsRequest request;
  request.timeout_ms = 10'000;
  request.topics.emplace_back().name = topic_;
  EXPECT_EQ(client_.Call<DeleteTopicsResponse>(request, 6).responses.at(0).error_code,
            ErrorCode::kNone);
  const Uuid second = CreateTopic(client_, topic_);
  EXPECT_NE(first, second);
  EXPECT_EQ(MetadataOf(topic_).topics.at(0).topic_id, second);
}

TEST_F(TopicsTest, MetadataByIdFindsOrSaysUnknownTopicId) {
  const Uuid id = CreateTopic(client_, topic_);
  MetadataRequest request;
  request.topics.emplace(1).front().topic_id = id;
  EXPECT_EQ(client_.Call<MetadataResponse>(request, 12).topics.at(0).name, topic_);
  request.topics->front().topic_id = Uuid::Random();
  const auto unknown = client_.Call<MetadataResponse>(request, 12).topics.at(0);
  EXPECT_EQ(unknown.error_code, ErrorCode::kUnknownTopicId);
  EXPECT_FALSE(unknown.name.has_value());
}

TEST_F(TopicsTest, CreateRefusesWhatKafkaRefuses) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(CreateCode(Wanted(topic_)), ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(CreateCode(Wanted(topic_ + "x", 0)), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(CreateCode(Wanted(topic_ + "x", -2)), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(CreateCode(Wanted(topic_ + "x", 1, 0)), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(CreateCode(Wanted(topic_ + "x", 1, 2)), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(CreateWithConfig(topic_ + "x", "no.such.key", "1"), ErrorCode::kInvalidConfig);
  EXPECT_EQ(CreateWithConfig(topic_ + "x", "retention.ms", "soon"), ErrorCode::kInvalidConfig);
}

TEST_F(TopicsTest, NamesThatDifferOnlyInDotAndUnderscoreCollide) {
  CreateTopic(client_, topic_ + ".a");
  EXPECT_EQ(CreateCode(Wanted(topic_ + "_a")), ErrorCode::kInvalidTopicException);
}

TEST_F(TopicsTest, AssignmentsAndCountsExcludeEachOther) {
  CreateTopicsRequest request = Wanted(topic_);
  const int32_t broker = MetadataOf(topic_).brokers.at(0).node_id;
  request.topics[0].assignments.push_back({0, {broker}});
  EXPECT_EQ(CreateCode(request), ErrorCode::kInvalidRequest);
  request.topics[0].num_partitions = -1;
  request.topics[0].replication_factor = -1;
  request.topics[0].assignments[0].partition_index = 1;
  EXPECT_EQ(CreateCode(request), ErrorCode::kInvalidReplicaAssignment);
  request.topics[0].assignments[0].partition_index = 0;
  EXPECT_EQ(CreateCode(request), ErrorCode::kNone);
}

TEST_F(TopicsTest, ANameTwiceInOneRequestIsRefused) {
  CreateTopicsRequest request = Wanted(topic_);
  request.topics.push_back(request.topics[0]);
  const auto answer = client_.Call<CreateTopicsResponse>(request, 7);
  ASSERT_FALSE(answer.topics.empty());
  for (const auto& topic : answer.topics) EXPECT_EQ(topic.error_code, ErrorCode::kInvalidRequest);
}

TEST_F(TopicsTest, ValidateOnlyCreatesNothing) {
  CreateTopicsRequest request = Wanted(topic_, 3);
  request.validate_only = true;
  EXPECT_EQ(CreateCode(request), ErrorCode::kNone);
  EXPECT_EQ(MetadataOf(topic_).topics.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(TopicsTest, CreateAnswersCountsAndConfigsAndInTheOrderOfTheRequest) {
  CreateTopicsRequest request = Wanted(topic_ + "b", -1, -1);
  request.topics.push_back(Wanted(topic_ + "a", 3).topics[0]);
  const std::string second = topic_ + "a";
  const std::string first = topic_ + "b";
  request.topics[0].name = first;
  request.topics[1].name = second;
  const auto answer = client_.Call<CreateTopicsResponse>(request, 7);
  ASSERT_EQ(answer.topics.size(), 2u);
  EXPECT_EQ(answer.topics[0].name, first);
  EXPECT_EQ(answer.topics[0].num_partitions, 1);
  EXPECT_EQ(answer.topics[0].replication_factor, 1);
  EXPECT_EQ(answer.topics[1].name, second);
  EXPECT_EQ(answer.topics[1].num_partitions, 3);
  ASSERT_TRUE(answer.topics[1].configs.has_value());
  EXPECT_GT(answer.topics[1].configs->size(), 10u);
  EXPECT_FALSE(answer.topics[1].topic_id.IsZero());
}

TEST_F(TopicsTest, DeleteNamesWhatItDoesNotKnow) {
  DeleteTopicsRequest by_name;
  by_name.timeout_ms = 10'000;
  by_name.topics.emplace_back().name = topic_;
  EXPECT_EQ(client_.Call<DeleteTopicsResponse>(by_name, 6).responses.at(0).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  DeleteTopicsRequest by_id;
  by_id.timeout_ms = 10'000;
  by_id.topics.emplace_back().topic_id = Uuid::Random();
  EXPECT_EQ(client_.Call<DeleteTopicsResponse>(by_id, 6).responses.at(0).error_code,
            ErrorCode::kUnknownTopicId);
}

TEST_F(TopicsTest, PartitionsOnlyGrow) {
  CreateTopic(client_, topic_, 2);
  const auto grow = [&](int count) {
    CreatePartitionsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = topic_;
    topic.count = count;
    topic.assignments.reset();
    request.timeout_ms = 10'000;
    return client_.Call<CreatePartitionsResponse>(request, 3).results.at(0).error_code;
  };
  EXPECT_EQ(grow(2), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(grow(1), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(grow(4), ErrorCode::kNone);
  EXPECT_EQ(MetadataOf(topic_).topics.at(0).partitions.size(), 4u);
}

TEST_F(TopicsTest, DescribeTellsValueSourceSynonymsTypeAndDocumentation) {
  CreateTopic(client_, topic_, 1, {{"retention.ms", "1234"}});
  const auto result =
      Describe(ConfigResourceType::kTopic, topic_, {"retention.ms", "segment.bytes"});
  ASSERT_EQ(result.error_code, ErrorCode::kNone);
  ASSERT_EQ(result.configs.size(), 2u);
  const auto& retention =
      result.configs[0].name == "retention.ms" ? result.configs[0] : result.configs[1];
  const auto& segment =
      result.configs[0].name == "retention.ms" ? result.configs[1] : result.configs[0];
  EXPECT_EQ(retention.value, "1234");
  EXPECT_EQ(retention.config_source, protocol::ConfigSource::kDynamicTopicConfig);
  EXPECT_EQ(retention.config_type, protocol::ConfigType::kLong);
  EXPECT_FALSE(retention.read_only);
  ASSERT_FALSE(retention.synonyms.empty());
  EXPECT_EQ(retention.synonyms[0].name, "retention.ms");
  EXPECT_TRUE(retention.documentation.has_value());
  EXPECT_EQ(segment.value, "1073741824");
  EXPECT_EQ(segment.config_source, protocol::ConfigSource::kDefaultConfig);
  EXPECT_EQ(segment.synonyms.at(0).name, "log.segment.bytes");
}

TEST_F(TopicsTest, DescribeOfAnUnknownTopicOrAnotherBrokerIsRefused) {
  EXPECT_EQ(Describe(ConfigResourceType::kTopic, topic_).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Describe(ConfigResourceType::kBroker, "4711").error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Describe(ConfigResourceType::kBroker, "").error_code, ErrorCode::kNone);
}

TEST_F(TopicsTest, IncrementalAlterFollowsKafkasRules) {
  CreateTopic(client_, topic_);
  using Config = IncrementalAlterConfigsRequest::Config;
  const auto set = [](const char* key, const char* value) {
    return Config{key, ConfigOperation::kSet, value};
  };
  const std::chrono::seconds within(AgainstApacheKafka() ? 30 : 0);  // it follows its controller
  const auto becomes = [&](const char* key, const char* value) {
    const auto is = [&] {
      return Describe(ConfigResourceType::kTopic, topic_, {key}).configs.at(0).value == value;
    };
    return Eventually(is, within);
  };
  EXPECT_EQ(Alter(topic_, {set("retention.ms", "5000")}), ErrorCode::kNone);
  EXPECT_TRUE(becomes("retention.ms", "5000"));
  EXPECT_EQ(Alter(topic_, {set("retention.ms", "1"), set("retention.ms", "2")}),
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(Alter(topic_, {{"retention.ms", ConfigOperation::kAppend, "1"}}),
            ErrorCode::kInvalidConfig);
  EXPECT_EQ(Alter(topic_, {{"retention.ms", ConfigOperation::kSet, std::nullopt}}),
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(Alter(topic_ + "-none", {set("retention.ms", "1")}),
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Alter(topic_, {set("retention.ms", "7")}, /*validate_only=*/true), ErrorCode::kNone);
  EXPECT_TRUE(becomes("retention.ms", "5000"));
  EXPECT_EQ(Alter(topic_, {{"cleanup.policy", ConfigOperation::kAppend, "compact"}}),
            ErrorCode::kNone);
  EXPECT_TRUE(becomes("cleanup.policy", "delete,compact"));
  EXPECT_EQ(Alter(topic_, {{"retention.ms", ConfigOperation::kDelete, std::nullopt}}),
            ErrorCode::kNone);
  EXPECT_TRUE(becomes("retention.ms", "604800000"));
}

}  // namespace
}  // namespace monkafka::e2e
