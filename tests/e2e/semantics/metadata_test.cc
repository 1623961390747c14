// Sections "Metadata, topics" and "ApiVersions" of Kafka's behaviour: the rarer cases.
#include <string>
#include <vector>

#include "e2e/semantics/data_client.h"
#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"
#include "protocol/api_versions.h"
#include "protocol/configs.h"

namespace monkafka::e2e {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;
using protocol::ConfigResourceType;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

class MetadataTest : public SemanticsTest {
 protected:
  MetadataRequest Asking(const std::string& name) {
    MetadataRequest request;
    request.topics.emplace(1).front().name = name;
    request.allow_auto_topic_creation = false;
    return request;
  }
  ErrorCode MetadataCode(const std::string& name) {
    return client_.Call<MetadataResponse>(Asking(name), 12).topics.at(0).error_code;
  }
  ErrorCode Delete(const std::string& name) {
    DeleteTopicsRequest request;
    request.timeout_ms = 10'000;
    request.topics.emplace_back().name = name;
    request.topic_names.push_back(name);
    return client_.Call<DeleteTopicsResponse>(request, 6).responses.at(0).error_code;
  }
};

TEST_F(MetadataTest, UpToVersionThreeAskingCreates) {
  for (int16_t version = 1; version <= 3; ++version) {
    const std::string topic = topic_ + std::to_string(version);
    MetadataRequest request = Asking(topic);
    EXPECT_EQ(client_.Call<MetadataResponse>(request, version).topics.at(0).error_code,
              ErrorCode::kUnknownTopicOrPartition);
    EXPECT_TRUE(Eventually([&] { return MetadataCode(topic) == ErrorCode::kNone; }));
  }
}

TEST_F(MetadataTest, NamesHaveAtMost249Characters) {
  std::string name = topic_;
  name.resize(249, 'x');
  CreateTopic(client_, name);
  EXPECT_EQ(MetadataCode(name), ErrorCode::kNone);
  ASSERT_EQ(Produce(client_, name, MakeBatch("x")).error_code, ErrorCode::kNone);
  EXPECT_EQ(RecordsOf(Fetch(client_, name, 0)).size(), 1u);
  EXPECT_EQ(Delete(name), ErrorCode::kNone);
}

TEST_F(MetadataTest, OperationsAreToldWhenAskedFor) {
  CreateTopic(client_, topic_);
  MetadataRequest request = Asking(topic_);
  request.include_topic_authorized_operations = true;
  // Bits 3 READ, 4 WRITE, 5 CREATE, 6 DELETE, 7 ALTER, 8 DESCRIBE, 10 and 11 of configs.
  EXPECT_EQ(client_.Call<MetadataResponse>(request, 12).topics.at(0).topic_authorized_operations,
            0b1101'1111'1000);
  for (int16_t version = 8; version <= 10; ++version) {
    request.include_cluster_authorized_operations = false;
    EXPECT_EQ(client_.Call<MetadataResponse>(request, version).cluster_authorized_operations,
              INT32_MIN);
    request.include_cluster_authorized_operations = true;
    const auto answer = client_.Call<MetadataResponse>(request, version);
    EXPECT_GT(answer.cluster_authorized_operations, 0) << version;
  }
}

TEST_F(MetadataTest, BeforeVersionTwelveTopicsAreNotAskedForById) {
  const Uuid id = CreateTopic(client_, topic_);
  for (int16_t version = 10; version <= 11; ++version) {
    MetadataRequest request = Asking(topic_);
    request.topics->front().topic_id = id;
    const auto answer = client_.Call<MetadataResponse>(request, version);
    ASSERT_EQ(answer.topics.size(), 1u);
    EXPECT_EQ(answer.topics[0].error_code, ErrorCode::kInvalidRequest) << version;
  }
}

TEST_F(MetadataTest, IdsAreToldFromVersionTen) {
  const Uuid id = CreateTopic(client_, topic_);
  for (int16_t version = 1; version <= 12; ++version) {
    const auto answer = client_.Call<MetadataResponse>(Asking(topic_), version);
    EXPECT_EQ(answer.topics.at(0).topic_id, version >= 10 ? id : Uuid()) << version;
    EXPECT_EQ(answer.topics[0].partitions.at(0).leader_epoch, version >= 7 ? 0 : -1) << version;
    EXPECT_EQ(answer.cluster_id.has_value(), version >= 2) << version;
  }
}

TEST_F(MetadataTest, TheClusterIdStays) {
  const auto first = client_.Call<MetadataResponse>(Asking(topic_), 12).cluster_id;
  WireClient other(SharedBrokerPort());
  EXPECT_EQ(other.Call<MetadataResponse>(Asking(topic_), 12).cluster_id, first);
  EXPECT_EQ(first->size(), 22u);
}

TEST_F(MetadataTest, ADeletedTopicIsUnknownAtOnce) {
  CreateTopic(client_, topic_);
  ASSERT_EQ(Produce(client_, topic_, MakeBatch("x")).error_code, ErrorCode::kNone);
  ASSERT_EQ(Delete(topic_), ErrorCode::kNone);
  // Apache Kafka's broker follows its controller.
  EXPECT_TRUE(
      Eventually([&] { return MetadataCode(topic_) == ErrorCode::kUnknownTopicOrPartition; }));
  EXPECT_EQ(Produce(client_, topic_, MakeBatch("x")).error_code,
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Fetch(client_, topic_, 0).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(ListOffset(client_, topic_, -1).error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Delete(topic_), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(MetadataTest, ADeletedTopicEndsALongPoll) {
  CreateTopic(client_, topic_);
  FetchArguments arguments;
  arguments.max_wait_ms = 60'000;
  WireClient reader(SharedBrokerPort());
  const int32_t id = reader.Send(FetchOf(topic_, 0, arguments), 12);
  EXPECT_FALSE(reader.Readable(std::chrono::milliseconds(50)));
  ASSERT_EQ(Delete(topic_), ErrorCode::kNone);
  const auto answer = reader.Receive<protocol::FetchResponse>(id, 12);
  EXPECT_NE(answer.responses.at(0).partitions.at(0).error_code, ErrorCode::kNone);
}

TEST_F(MetadataTest, CreateAnswersConfigsFromVersionFiveAndTheIdFromVersionSeven) {
  for (int16_t version = 2; version <= 7; ++version) {
    const std::string topic = topic_ + std::to_string(version);
    CreateTopicsRequest request;
    request.timeout_ms = 10'000;
    auto& wanted = request.topics.emplace_back();
    wanted.name = topic;
    wanted.num_partitions = 2;
    wanted.replication_factor = 1;
    wanted.configs.push_back({"retention.ms", "4321"});
    const auto answer = client_.Call<CreateTopicsResponse>(request, version);
    const auto& created = answer.topics.at(0);
    EXPECT_EQ(created.error_code, ErrorCode::kNone) << version;
    EXPECT_EQ(created.topic_id.IsZero(), version < 7) << version;
    if (version < 5) continue;
    EXPECT_EQ(created.num_partitions, 2);
    EXPECT_EQ(created.replication_factor, 1);
    ASSERT_TRUE(created.configs.has_value());
    int retention = 0;
    for (const auto& config : *created.configs) {
      if (config.name != "retention.ms") continue;
      ++retention;
      EXPECT_EQ(config.value, "4321");
      EXPECT_EQ(config.config_source, static_cast<int8_t>(1));  // of the topic
    }
    EXPECT_EQ(retention, 1);
  }
}

TEST_F(MetadataTest, ABrokersConfigsAreDescribedWithoutItsSecrets) {
  const int32_t node = client_.Call<MetadataResponse>(Asking(topic_), 12).brokers.at(0).node_id;
  const std::string name = std::to_string(node);
  DescribeConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = ConfigResourceType::kBroker;
  resource.resource_name = name;
  resource.configuration_keys.reset();
  const auto result = client_.Call<DescribeConfigsResponse>(request, 4).results.at(0);
  ASSERT_EQ(result.error_code, ErrorCode::kNone);
  int found = 0;
  for (const auto& config : result.configs) {
    EXPECT_TRUE(!config.is_sensitive || !config.value.has_value()) << config.name;
    if (config.name == "log.segment.bytes") {
      ++found;
      EXPECT_FALSE(config.read_only);
      EXPECT_EQ(config.config_type, protocol::ConfigType::kInt);
    } else if (config.name == "node.id") {
      ++found;
      EXPECT_TRUE(config.read_only);
      EXPECT_EQ(config.value, name);
    }
  }
  EXPECT_EQ(found, 2);
}

TEST_F(MetadataTest, SoftwareNamesAndVersionsAreCheckedFromVersionThree) {
  const auto ask = [&](std::string_view name, std::string_view version, int16_t api_version = 3) {
    ApiVersionsRequest request;
    request.client_software_name = name;
    request.client_software_version = version;
    return client_.Call<ApiVersionsResponse>(request, api_version).error_code;
  };
  EXPECT_EQ(ask("a", "1"), ErrorCode::kNone);
  EXPECT_EQ(ask("apache-kafka-java", "3.9.2"), ErrorCode::kNone);
  EXPECT_EQ(ask("a-.b", "1-.2"), ErrorCode::kNone);
  for (const char* wrong : {"", "-a", "a-", ".a", "a.", "a b", "a_b", "\xc3\xa4"}) {
    EXPECT_EQ(ask(wrong, "1"), ErrorCode::kInvalidRequest) << wrong;
    EXPECT_EQ(ask("a", wrong), ErrorCode::kInvalidRequest) << wrong;
    EXPECT_EQ(ask(wrong, wrong, 2), ErrorCode::kNone) << wrong;
  }
}

TEST_F(MetadataTest, AGroupWithoutANameIsDescribedAndDeletedLikeAnother) {
  AwaitCoordinator(client_, "");
  EXPECT_EQ(DescribeGroup(client_, "").error_code, ErrorCode::kNone);
  protocol::DeleteGroupsRequest request;
  request.groups_names.emplace_back("");
  const auto code =
      client_.Call<protocol::DeleteGroupsResponse>(request, 2).results.at(0).error_code;
  EXPECT_TRUE(code == ErrorCode::kNone || code == ErrorCode::kGroupIdNotFound) << ErrorName(code);
}

}  // namespace
}  // namespace monkafka::e2e
