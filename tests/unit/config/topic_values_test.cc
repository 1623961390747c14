#include "config/topic_values.h"

#include <gtest/gtest.h>

namespace monkafka::config {
namespace {

using cluster::ResourceType;

Settings MakeSettings(std::initializer_list<std::pair<const char*, const char*>> given) {
  SourcedValues values;
  for (const auto& [key, value] : given) values[key] = {value, "test"};
  std::vector<std::string> warnings;
  return Settings::Make(std::move(values), warnings).value();
}

TEST(TopicValuesTest, TheNearestSourceWins) {
  const Settings settings = MakeSettings({{"log.segment.bytes", "1000"}});
  cluster::MetadataImage image;
  const auto value = [&] { return TopicValue(settings, image, 1, "t", "segment.bytes"); };
  EXPECT_EQ(value(), "1000");
  image.configs[{ResourceType::kBroker, ""}]["log.segment.bytes"] = "2000";
  EXPECT_EQ(value(), "2000");
  image.configs[{ResourceType::kBroker, "1"}]["log.segment.bytes"] = "3000";
  EXPECT_EQ(value(), "3000");
  image.configs[{ResourceType::kTopic, "t"}]["segment.bytes"] = "4000";
  EXPECT_EQ(value(), "4000");
  EXPECT_EQ(MakeLogConfig(settings, image, 1, "t").segment_bytes, 4000);
}

TEST(TopicValuesTest, RetentionComesInThreeUnits) {
  const cluster::MetadataImage image;
  const auto retention = [&](const Settings& settings) {
    return MakeLogConfig(settings, image, 1, "t").retention_ms;
  };
  EXPECT_EQ(retention(MakeSettings({})), 604'800'000);
  EXPECT_EQ(retention(MakeSettings({{"log.retention.hours", "2"}})), 7'200'000);
  EXPECT_EQ(retention(MakeSettings({{"log.retention.hours", "2"}, {"log.retention.minutes", "3"}})),
            180'000);
  EXPECT_EQ(retention(MakeSettings({{"log.retention.minutes", "3"}, {"log.retention.ms", "4"}})),
            4);
  EXPECT_EQ(retention(MakeSettings({{"log.retention.hours", "-1"}})), -1);
}

TEST(TopicValuesTest, TheTimestampDifferenceBoundsWhatHasNoBoundOfItsOwn) {
  const Settings settings = MakeSettings({});
  cluster::MetadataImage image;
  auto& topic = image.configs[{ResourceType::kTopic, "t"}];
  topic["message.timestamp.difference.max.ms"] = "1000";
  EXPECT_EQ(MakeLogConfig(settings, image, 1, "t").timestamp_before_max_ms, 1000);
  EXPECT_EQ(MakeLogConfig(settings, image, 1, "t").timestamp_after_max_ms, 1000);
  topic["message.timestamp.after.max.ms"] = "5000";
  EXPECT_EQ(MakeLogConfig(settings, image, 1, "t").timestamp_before_max_ms, 1000);
  EXPECT_EQ(MakeLogConfig(settings, image, 1, "t").timestamp_after_max_ms, 5000);
}

TEST(TopicValuesTest, DefaultsAreTheLogsOwn) {
  const storage::LogConfig config = MakeLogConfig(MakeSettings({}), {}, 1, "t");
  const storage::LogConfig defaults;
  EXPECT_EQ(config.segment_bytes, defaults.segment_bytes);
  EXPECT_EQ(config.segment_ms, defaults.segment_ms);
  EXPECT_EQ(config.flush_ms, defaults.flush_ms);
  EXPECT_EQ(config.max_message_bytes, defaults.max_message_bytes);
  EXPECT_EQ(config.compression, defaults.compression);
  EXPECT_TRUE(config.cleanup_delete);
  EXPECT_FALSE(config.cleanup_compact);
}

}  // namespace
}  // namespace monkafka::config
