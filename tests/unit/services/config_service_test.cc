#include "services/config_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/fake_cluster.h"
#include "unit/services/small_tables.h"

namespace monkafka::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConfigServiceTest : public testing::Test {
 protected:
  ConfigServiceTest() {
    cluster::PartitionRecord partition;
    partition.partition_id = 0;
    partition.topic_id = Uuid{{1}};
    partition.replicas = partition.isr = {1};
    partition.leader = 1;
    cluster.Apply({cluster::TopicRecord{"t", Uuid{{1}}}, partition});
  }
  DescribedConfigs Describe(int8_t type, std::string name, std::vector<std::string> keys = {}) {
    return service.Describe({{{type, std::move(name)}, std::move(keys)}}).front();
  }
  ConfigEntry Entry(int8_t type, std::string name, const std::string& key) {
    const DescribedConfigs described = Describe(type, std::move(name), {key});
    EXPECT_EQ(described.error, ErrorCode::kNone) << described.message;
    EXPECT_EQ(described.entries.size(), 1u);
    return described.entries.empty() ? ConfigEntry{} : described.entries.front();
  }
  AlteredConfigs Alter(int8_t type, std::string name, std::vector<ConfigChange> changes,
                       bool validate_only = false) {
    std::vector<AlteredConfigs> results;
    service.Alter({{{type, std::move(name)}, std::move(changes)}}, validate_only,
                  [&](auto r) { results = std::move(r); });
    return results.front();
  }
  AlteredConfigs Set(int8_t type, std::string name, std::string key, std::string value) {
    return Alter(type, std::move(name), {{std::move(key), ConfigOperation::kSet, value}});
  }
  const cluster::ConfigMap& Overrides(int8_t type, const std::string& name) {
    image = cluster.Image();
    return image->ConfigsOf(static_cast<cluster::ResourceType>(type), name);
  }

  SmallTables tables;
  fakes::FakeCluster cluster;
  ConfigService service{cluster, tables};
  std::shared_ptr<const cluster::MetadataImage> image;
};

TEST_F(ConfigServiceTest, DescribesEverySettingOfATopic) {
  const DescribedConfigs all = Describe(kTopic, "t");
  EXPECT_EQ(all.entries.size(), tables.TopicDefinitions().size());
  const ConfigEntry entry = Entry(kTopic, "t", "segment.bytes");
  EXPECT_EQ(entry.value, "1073741824");
  EXPECT_EQ(entry.source, ConfigSource::kDefault);
  EXPECT_EQ(entry.type, ConfigType::kLong);
  EXPECT_EQ(entry.documentation, "documented");
  EXPECT_FALSE(entry.read_only);
}

TEST_F(ConfigServiceTest, TheNearestSourceIsInForceAndTheOthersAreSynonyms) {
  tables.static_values["log.segment.bytes"] = "4";
  EXPECT_EQ(Entry(kTopic, "t", "segment.bytes").source, ConfigSource::kStaticBroker);
  Set(kBroker, "", "log.segment.bytes", "3");
  EXPECT_EQ(Entry(kTopic, "t", "segment.bytes").source, ConfigSource::kDynamicDefaultBroker);
  Set(kBroker, "1", "log.segment.bytes", "2");
  EXPECT_EQ(Entry(kTopic, "t", "segment.bytes").source, ConfigSource::kDynamicBroker);
  Set(kTopic, "t", "segment.bytes", "1");
  const ConfigEntry entry = Entry(kTopic, "t", "segment.bytes");
  EXPECT_EQ(entry.value, "1");
  EXPECT_EQ(entry.source, ConfigSource::kTopic);
  std::vector<std::pair<std::string, std::string>> synonyms;
  for (const auto& synonym : entry.synonyms) synonyms.emplace_back(synonym.name, *synonym.value);
  EXPECT_THAT(synonyms,
              ElementsAre(std::pair("segment.bytes", "1"), std::pair("log.segment.bytes", "2"),
                          std::pair("log.segment.bytes", "3"), std::pair("log.segment.bytes", "4"),
                          std::pair("log.segment.bytes", "1073741824")));
}

TEST_F(ConfigServiceTest, CoarserUnitsOfABrokerSettingAreConverted) {
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").value, "604800000");
  tables.static_values["log.retention.hours"] = "1";
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").value, "3600000");
  // As Kafka: what was given by another unit's key is in force, and not told of as a synonym.
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").source, ConfigSource::kDefault);
  EXPECT_TRUE(Entry(kTopic, "t", "retention.ms").synonyms.empty());
  tables.static_values["log.retention.minutes"] = "30";
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").value, "1800000");
  tables.static_values.erase("log.retention.minutes");
  tables.static_values["log.retention.ms"] = "7200000";
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").value, "7200000");
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").source, ConfigSource::kStaticBroker);
  tables.static_values.erase("log.retention.ms");
  tables.static_values["log.retention.hours"] = "-5";
  EXPECT_EQ(Entry(kTopic, "t", "retention.ms").value, "-1");
}

TEST_F(ConfigServiceTest, ABrokerSettingOfAnotherUnitIsNullAsInKafkaAndConvertedForTheAdmin) {
  tables.static_values["log.retention.hours"] = "24";
  EXPECT_EQ(Entry(kBroker, "1", "log.retention.hours").value, "24");
  for (const char* key : {"log.retention.minutes", "log.retention.ms"}) {
    EXPECT_FALSE(Entry(kBroker, "1", key).value) << key;
    EXPECT_TRUE(Entry(kBroker, "1", key).synonyms.empty()) << key;
  }
  const auto value = [&](int8_t type, const char* name, const char* key) {
    const auto all = service.Describe({{{type, name}, {{key}}, ListedSynonyms::kAll}});
    const ConfigEntry& entry = all.front().entries.front();
    EXPECT_EQ(entry.source, ConfigSource::kStaticBroker) << key;
    EXPECT_EQ(entry.synonyms.front().name, "log.retention.hours") << key;
    return entry.value;
  };
  EXPECT_EQ(value(kBroker, "1", "log.retention.minutes"), "1440");
  EXPECT_EQ(value(kBroker, "1", "log.retention.ms"), "86400000");
  EXPECT_EQ(value(kTopic, "t", "retention.ms"), "86400000");
}

TEST_F(ConfigServiceTest, DescribesThisBroker) {
  EXPECT_TRUE(Entry(kBroker, "1", "broker.id").read_only);
  EXPECT_FALSE(Entry(kBroker, "1", "max.connections").read_only);
  Set(kBroker, "1", "ssl.key.password", "secret");
  const ConfigEntry password = Entry(kBroker, "1", "ssl.key.password");
  EXPECT_TRUE(password.sensitive);
  EXPECT_EQ(password.value, std::nullopt);
  EXPECT_EQ(password.synonyms.front().value, std::nullopt);
  EXPECT_EQ(password.source, ConfigSource::kDynamicBroker);
}

TEST_F(ConfigServiceTest, TheEmptyBrokerNameShowsTheClusterWideDefaults) {
  EXPECT_THAT(Describe(kBroker, "").entries, IsEmpty());
  Set(kBroker, "", "log.segment.bytes", "3");
  const DescribedConfigs described = Describe(kBroker, "");
  ASSERT_EQ(described.entries.size(), 1u);
  EXPECT_EQ(described.entries[0].value, "3");
  EXPECT_EQ(described.entries[0].source, ConfigSource::kDynamicDefaultBroker);
  EXPECT_EQ(described.entries[0].synonyms.size(), 1u);
}

TEST_F(ConfigServiceTest, DescriptionErrors) {
  EXPECT_EQ(Describe(kTopic, "none").error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Describe(kTopic, "bad name").error, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(Describe(kBroker, "2").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Describe(kBroker, "one").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Describe(77, "x").error, ErrorCode::kInvalidRequest);
}

TEST_F(ConfigServiceTest, SetsAndDeletesOverrides) {
  EXPECT_EQ(Set(kTopic, "t", "retention.ms", "5").error, ErrorCode::kNone);
  EXPECT_THAT(Overrides(kTopic, "t"), ElementsAre(std::pair("retention.ms", "5")));
  Alter(kTopic, "t", {{"retention.ms", ConfigOperation::kDelete, std::nullopt}});
  EXPECT_THAT(Overrides(kTopic, "t"), IsEmpty());
}

TEST_F(ConfigServiceTest, WhatIsAlreadySoIsNotWritten) {
  Set(kTopic, "t", "retention.ms", "5");
  const size_t batches = cluster.batches().size();
  EXPECT_EQ(Set(kTopic, "t", "retention.ms", "5").error, ErrorCode::kNone);
  Alter(kTopic, "t", {{"segment.bytes", ConfigOperation::kDelete, std::nullopt}});
  EXPECT_EQ(cluster.batches().size(), batches);
}

TEST_F(ConfigServiceTest, AppendsToAndTakesFromLists) {
  Alter(kTopic, "t", {{"cleanup.policy", ConfigOperation::kAppend, "compact,delete"}});
  EXPECT_EQ(Overrides(kTopic, "t").at("cleanup.policy"), "delete,compact");
  Alter(kTopic, "t", {{"cleanup.policy", ConfigOperation::kSubtract, "delete"}});
  EXPECT_EQ(Overrides(kTopic, "t").at("cleanup.policy"), "compact");
  const auto refused = Alter(kTopic, "t", {{"retention.ms", ConfigOperation::kAppend, "1"}});
  EXPECT_EQ(refused.error, ErrorCode::kInvalidConfig);
  EXPECT_EQ(refused.message, "Can't APPEND to key retention.ms because its type is not LIST.");
}

TEST_F(ConfigServiceTest, AlterationErrors) {
  using Op = ConfigOperation;
  EXPECT_EQ(Set(kTopic, "none", "retention.ms", "5").error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(Set(kTopic, "", "retention.ms", "5").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Set(kTopic, "t", "no.such", "5").error, ErrorCode::kInvalidConfig);
  EXPECT_EQ(Set(kTopic, "t", "retention.ms", "x").error, ErrorCode::kInvalidConfig);
  EXPECT_EQ(Set(16, "x", "a", "b").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Set(kBroker, "2", "max.connections", "5").error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(Set(kBroker, "1", "max.connections", "x").error, ErrorCode::kInvalidRequest);
  EXPECT_THAT(Set(kBroker, "1", "broker.id", "5").message,
              HasSubstr("Cannot update these configs dynamically"));
  EXPECT_THAT(Set(kBroker, "", "max.connections", "5").message,
              HasSubstr("broker id must be specified"));
  EXPECT_EQ(
      Alter(kTopic, "t", {{"retention.ms", Op::kSet, "1"}, {"retention.ms", Op::kSet, "2"}}).error,
      ErrorCode::kInvalidRequest);
  EXPECT_EQ(Alter(kTopic, "t", {{"retention.ms", Op::kSet, std::nullopt}}).error,
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(Alter(kTopic, "t", {{"retention.ms", static_cast<Op>(9), "1"}}).error,
            ErrorCode::kInvalidRequest);
  EXPECT_THAT(Overrides(kTopic, "t"), IsEmpty());
  EXPECT_THAT(Overrides(kBroker, "1"), IsEmpty());
}

TEST_F(ConfigServiceTest, KeysOfPlugInsAreKeptAndNeverShown) {
  EXPECT_EQ(Set(kBroker, "1", "my.plugin.key", "5").error, ErrorCode::kNone);
  const ConfigEntry entry = Entry(kBroker, "1", "my.plugin.key");
  EXPECT_TRUE(entry.sensitive);
  EXPECT_EQ(entry.value, std::nullopt);
}

TEST_F(ConfigServiceTest, ResultsKeepTheOrderAndOneBatchHoldsThemAll) {
  std::vector<AlteredConfigs> results;
  const size_t batches = cluster.batches().size();
  service.Alter({{{kBroker, "1"}, {{"max.connections", ConfigOperation::kSet, "7"}}},
                 {{kTopic, "none"}, {{"retention.ms", ConfigOperation::kSet, "1"}}},
                 {{kTopic, "t"}, {{"retention.ms", ConfigOperation::kSet, "1"}}}},
                false, [&](auto r) { results = std::move(r); });
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].error, ErrorCode::kNone);
  EXPECT_EQ(results[1].error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(results[2].error, ErrorCode::kNone);
  EXPECT_EQ(cluster.batches().size(), batches + 1);
}

TEST_F(ConfigServiceTest, EachResourceAtMostOnce) {
  std::vector<AlteredConfigs> results;
  service.Alter({{{kTopic, "t"}, {}}, {{kTopic, "t"}, {}}}, false,
                [&](auto r) { results = std::move(r); });
  EXPECT_EQ(results[0].error, ErrorCode::kInvalidRequest);
  EXPECT_EQ(results[1].error, ErrorCode::kInvalidRequest);
}

TEST_F(ConfigServiceTest, ValidateOnlyChangesNothing) {
  EXPECT_EQ(
      Alter(kTopic, "t", {{"retention.ms", ConfigOperation::kSet, "5"}}, /*validate_only=*/true)
          .error,
      ErrorCode::kNone);
  EXPECT_THAT(Overrides(kTopic, "t"), IsEmpty());
}

TEST_F(ConfigServiceTest, ReplacingRemovesWhatIsNotGiven) {
  Set(kTopic, "t", "retention.ms", "5");
  Set(kTopic, "t", "segment.bytes", "6");
  std::vector<AlteredConfigs> results;
  service.Replace({{{kTopic, "t"}, {{"segment.bytes", ConfigOperation::kSet, "7"}}}}, false,
                  [&](auto r) { results = std::move(r); });
  EXPECT_EQ(results[0].error, ErrorCode::kNone);
  EXPECT_THAT(Overrides(kTopic, "t"), ElementsAre(std::pair("segment.bytes", "7")));
  service.Replace({{{kTopic, "t"}, {{"segment.bytes", ConfigOperation::kDelete, std::nullopt}}}},
                  false, [&](auto r) { results = std::move(r); });
  EXPECT_EQ(results[0].error, ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace monkafka::services
