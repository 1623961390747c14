#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/tables.h"
#include "config/value.h"

namespace monkafka::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Settings> Make(std::initializer_list<std::pair<const char*, const char*>> given,
                      std::vector<std::string>* warnings = nullptr) {
  SourcedValues values;
  for (const auto& [key, value] : given) values[key] = {value, "test"};
  std::vector<std::string> ignored;
  return Settings::Make(std::move(values), warnings != nullptr ? *warnings : ignored);
}

TEST(SettingsTest, DefaultsOfBothTablesAreValidThemselves) {
  for (const auto table : {BrokerTable(), TopicTable()}) {
    for (const auto& row : table) {
      if (!row.default_value) continue;
      const Status valid = ValidateValue(row, *row.default_value);
      EXPECT_TRUE(valid) << row.name << ": " << valid.error().message;
    }
  }
}

TEST(SettingsTest, EverySynonymIsABrokerKey) {
  for (const auto table : {BrokerTable(), TopicTable()}) {
    for (const auto& row : table) {
      if (row.synonym.empty()) continue;
      EXPECT_NE(Find(BrokerTable(), row.synonym), nullptr) << row.name;
    }
  }
}

TEST(SettingsTest, AnUnknownKeyNamesTheNearestKnownOne) {
  std::vector<std::string> warnings;
  ASSERT_TRUE(Make({{"num.partition", "3"}}, &warnings));
  EXPECT_THAT(warnings,
              ElementsAre("test: unknown setting 'num.partition'; did you mean 'num.partitions'?"));
}

TEST(SettingsTest, AKafkaKeyWithoutEffectSaysSo) {
  std::vector<std::string> warnings;
  ASSERT_TRUE(Make({{"process.roles", "broker,controller"}}, &warnings));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("no effect")));
}

TEST(SettingsTest, ABadValueNamesKeyValueAndOrigin) {
  const auto settings = Make({{"num.partitions", "zero"}});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().message,
            "test: Invalid value zero for configuration num.partitions: Not a number of type INT");
  EXPECT_THAT(Make({{"num.partitions", "0"}}).error().message, HasSubstr("at least 1"));
  EXPECT_THAT(Make({{"auto.create.topics.enable", "yes"}}).error().message,
              HasSubstr("either true or false"));
  EXPECT_THAT(Make({{"compression.type", "brotli"}}).error().message, HasSubstr("one of"));
}

TEST(SettingsTest, BrokerIdIsTheOlderNameOfNodeId) {
  EXPECT_EQ(Make({{"broker.id", "5"}})->Integer("node.id"), 5);
  EXPECT_EQ(Make({{"broker.id", "5"}, {"node.id", "6"}})->Integer("node.id"), 6);
  std::vector<std::string> warnings;
  EXPECT_EQ(Make({}, &warnings)->Integer("node.id"), 1);
  EXPECT_THAT(warnings, IsEmpty());
}

}  // namespace
}  // namespace monkafka::config
