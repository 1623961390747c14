#include "services/config_explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/services/data_path.h"
#include "unit/services/small_tables.h"

namespace monkafka::services {
namespace {

using testing::HasSubstr;

class ConfigExplanationTest : public testing::Test {
 protected:
  ConfigExplanationTest() { CreateTopic(cluster, "t", TopicId(1)); }
  Result<ConfigExplanation> Explain(int8_t type, const std::string& name, std::string_view key,
                                    const std::optional<std::string>& proposed = std::nullopt) {
    return service.Explain({type, name}, key, proposed);
  }
  void Set(int8_t type, const std::string& name, const std::string& key, const std::string& value) {
    cluster.Apply({cluster::ConfigRecord{type, name, key, value}});
  }

  SmallTables tables;
  fakes::FakeCluster cluster;
  ConfigService service{cluster, tables};
};

TEST_F(ConfigExplanationTest, TellsWhereAValueComesFromAndWhatItWouldBeWithoutIt) {
  tables.static_values["log.retention.hours"] = "2";
  Result<ConfigExplanation> plain = Explain(kTopic, "t", "retention.ms");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->entry.value, "7200000");
  ASSERT_FALSE(plain->entry.synonyms.empty());
  EXPECT_EQ(plain->entry.synonyms.front().name, "log.retention.hours");
  EXPECT_EQ(plain->entry.source, ConfigSource::kStaticBroker);
  EXPECT_FALSE(plain->without_override) << "what was given at start cannot be deleted";
  EXPECT_EQ(plain->definition->synonym, "log.retention.ms");

  Set(kBroker, "1", "log.retention.ms", "99");
  Set(kTopic, "t", "retention.ms", "5");
  const auto explained = Explain(kTopic, "t", "retention.ms");
  EXPECT_EQ(explained->entry.value, "5");
  EXPECT_EQ(explained->without_override->value, "99");
  EXPECT_EQ(explained->without_override->source, ConfigSource::kDynamicBroker);
  const auto broker = Explain(kBroker, "1", "log.retention.ms");
  EXPECT_EQ(broker->entry.value, "99");
  EXPECT_EQ(broker->without_override->value, "7200000");
}

TEST_F(ConfigExplanationTest, AProposedValueIsCheckedAndShownInForce) {
  const auto good = Explain(kTopic, "t", "retention.ms", "7");
  ASSERT_TRUE(good->proposal) << good->proposal.error().message;
  EXPECT_EQ(good->with_proposal->value, "7");
  EXPECT_EQ(good->with_proposal->source, ConfigSource::kTopic);
  const auto bad = Explain(kTopic, "t", "retention.ms", "soon");
  EXPECT_EQ(CodeOf(bad->proposal), ErrorCode::kInvalidConfig);
  EXPECT_FALSE(bad->with_proposal);
  EXPECT_TRUE(cluster.Image()->configs.empty()) << "nothing was changed";
}

TEST_F(ConfigExplanationTest, ANearerValueHidesAProposedOne) {
  Set(kBroker, "1", "log.retention.ms", "99");
  const auto explained = Explain(kBroker, "", "log.retention.ms", "50");
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->with_proposal->value, "99");
}

TEST_F(ConfigExplanationTest, AnUnknownKeyIsAnsweredWithTheNearest) {
  const auto unknown = Explain(kTopic, "t", "retention.msec");
  EXPECT_EQ(CodeOf(unknown), ErrorCode::kInvalidConfig);
  EXPECT_THAT(unknown.error().message, HasSubstr("retention.ms?"));
  EXPECT_EQ(CodeOf(Explain(kTopic, "nowhere", "retention.ms")),
            ErrorCode::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace monkafka::services
