#include "admin/filter.h"

#include <gtest/gtest.h>

#include "monkafka/admin/v1/connections.pb.h"
#include "monkafka/admin/v1/groups.pb.h"
#include "monkafka/admin/v1/segments.pb.h"
#include "monkafka/admin/v1/topics.pb.h"

namespace monkafka::admin {
namespace {

v1::Topic Orders() {
  v1::Topic topic;
  topic.set_name("orders-eu");
  topic.set_partition_count(12);
  topic.set_size_bytes((int64_t{1} << 53) + 1);
  topic.mutable_rates()->set_bytes_per_second(1.5);
  (*topic.mutable_configs())["cleanup.policy"] = "compact";
  return topic;
}

bool Matches(std::string_view filter, const google::protobuf::Message& message = Orders()) {
  const auto parsed = Filter::Parse(*message.GetDescriptor(), filter);
  EXPECT_TRUE(parsed) << filter << ": " << parsed.error().message;
  return parsed && parsed->Matches(message);
}

std::string Refusal(std::string_view filter) {
  const auto parsed = Filter::Parse(*v1::Topic::descriptor(), filter);
  return parsed ? "" : parsed.error().message;
}

TEST(Filter, ComparesTextsNumbersAndBooleans) {
  EXPECT_TRUE(Matches(""));
  EXPECT_TRUE(Matches("name = \"orders-eu\""));
  EXPECT_TRUE(Matches("name=orders-eu"));
  EXPECT_FALSE(Matches("name != 'orders-eu'"));
  EXPECT_TRUE(Matches("partition_count >= 12"));
  EXPECT_FALSE(Matches("partition_count > 12"));
  EXPECT_TRUE(Matches("partition_count < 12.5"));
  EXPECT_TRUE(Matches("partition_count > -1"));
  EXPECT_TRUE(Matches("internal = false"));
  EXPECT_TRUE(Matches("rates.bytes_per_second > 1.25"));
  EXPECT_FALSE(Matches("rates.records_per_second > 0"));
}

TEST(Filter, LargeNumbersAreExact) {
  EXPECT_TRUE(Matches("size_bytes = 9007199254740993"));
  EXPECT_FALSE(Matches("size_bytes = 9007199254740992"));
}

TEST(Filter, StarStandsForAnyText) {
  EXPECT_TRUE(Matches("name = \"orders-*\""));
  EXPECT_TRUE(Matches("name = \"*-eu\""));
  EXPECT_TRUE(Matches("name = \"o*s*u\""));
  EXPECT_FALSE(Matches("name = \"*-us\""));
  EXPECT_FALSE(Matches("name = \"rders*\""));
  EXPECT_TRUE(Matches("name != \"*-us\""));
}

TEST(Filter, OrBindsTighterThanAnd) {
  EXPECT_FALSE(Matches("name = x AND name = orders-eu OR partition_count = 12"));
  EXPECT_TRUE(Matches("(name = x AND name = orders-eu) OR partition_count = 12"));
  EXPECT_TRUE(Matches("NOT name = x"));
  EXPECT_TRUE(Matches("-name = x AND -(partition_count = 1)"));
}

TEST(Filter, ColonAsksForPartsElementsAndPresence) {
  EXPECT_TRUE(Matches("name:eu"));
  EXPECT_FALSE(Matches("name:us"));
  EXPECT_TRUE(Matches("configs:cleanup.policy"));
  EXPECT_FALSE(Matches("configs:retention.ms"));
  EXPECT_TRUE(Matches("rates:*"));
  EXPECT_FALSE(Matches("partitions:*"));
}

TEST(Filter, TheValueOfAMapsKeyIsComparedAsText) {
  EXPECT_TRUE(Matches("configs.cleanup.policy = compact"));
  EXPECT_FALSE(Matches("configs.cleanup.policy != compact"));
  EXPECT_TRUE(Matches("configs.cleanup.policy = 'comp*'"));
  EXPECT_TRUE(Matches("configs.cleanup.policy:pact"));
  EXPECT_TRUE(Matches("configs.cleanup.policy:*"));
  EXPECT_FALSE(Matches("configs.retention.ms:*"));
  EXPECT_FALSE(Matches("configs.retention.ms = 1"));
  EXPECT_TRUE(Matches("configs.retention.ms != 1"));
  EXPECT_NE(Refusal("configs.retention.ms > 1").find("=, != and : alone at position 0"),
            std::string::npos);
}

TEST(Filter, EnumsGoByTheirWholeAndShortNames) {
  v1::Group group;
  group.set_state(v1::GROUP_STATE_EMPTY);
  EXPECT_TRUE(Matches("state = GROUP_STATE_EMPTY", group));
  EXPECT_TRUE(Matches("state = EMPTY", group));
  EXPECT_FALSE(Matches("state = STABLE", group));
}

TEST(Filter, AnEnumsShortNameIsNotTheEndOfAnother) {
  v1::Anomaly anomaly;
  anomaly.set_kind(v1::ANOMALY_KIND_TIME_INDEX_MISMATCH);
  EXPECT_TRUE(Matches("kind = TIME_INDEX_MISMATCH", anomaly));
  EXPECT_FALSE(Matches("kind = INDEX_MISMATCH", anomaly));
  EXPECT_TRUE(Matches("kind = '*INDEX_MISMATCH'", anomaly));
}

TEST(Filter, ANameThatAnEnumHasNotIsRefused) {
  const auto refusal = [](std::string_view text) {
    const auto filter = Filter::Parse(*v1::Group::descriptor(), text);
    return filter ? std::string() : filter.error().message;
  };
  EXPECT_EQ(refusal("type = CLASSICAL"),
            "filter: \"CLASSICAL\" is none of CLASSIC, CONSUMER at position 7");
  EXPECT_EQ(refusal("type = CLASSIC OR type != GROUP_TYPE_CONSUMER OR state = *_REBALANCE"), "");
}

TEST(Filter, TimesAreComparedAsTimes) {
  v1::Connection connection;
  connection.mutable_connect_time()->set_seconds(1'767'225'600);  // 2026-01-01T00:00:00Z
  EXPECT_TRUE(Matches("connect_time >= '2026-01-01T00:00:00Z'", connection));
  EXPECT_FALSE(Matches("connect_time > '2026-01-01T01:00:00+01:00'", connection));
}

TEST(Filter, TimesThatCannotBeComparedAreRefused) {
  const auto refusal = [](std::string_view text) {
    const auto filter = Filter::Parse(*v1::Connection::descriptor(), text);
    return filter ? std::string() : filter.error().message;
  };
  EXPECT_EQ(refusal("connect_time < '2262-01-01T00:00:00Z'"), "");
  EXPECT_EQ(refusal("connect_time > '1678-01-01T00:00:00Z'"), "");
  for (const std::string year : {"2263", "9999", "1677", "0001"}) {
    EXPECT_EQ(refusal("connect_time < '" + year + "-01-01T00:00:00Z'"),
              "filter: connect_time is a time between 1678 and 2262 at position 15");
  }
}

TEST(Filter, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(Refusal("nmae = 1").find("no field \"nmae\" at position 0"), std::string::npos);
  EXPECT_NE(Refusal("name = a AND AND").find("no field \"AND\" at position 13"), std::string::npos);
  EXPECT_NE(Refusal("name").find("position 4"), std::string::npos);
  EXPECT_NE(Refusal("name = \"open").find("a value at position 7, found quotes"),
            std::string::npos);
  EXPECT_NE(Refusal("name = a name = b").find("position 9"), std::string::npos);
  EXPECT_NE(Refusal("partition_count = many").find("is a number, not \"many\" at position 18"),
            std::string::npos);
  EXPECT_NE(Refusal("partition_count = nan").find("is a number"), std::string::npos);
  EXPECT_NE(Refusal("internal = maybe").find("true or false at position 11"), std::string::npos);
  for (const char* text : {"internal", "NOT internal", "-internal", "internal AND name = a"}) {
    EXPECT_NE(Refusal(text).find("internal alone is no condition; say internal = true or internal "
                                 "= false at position "),
              std::string::npos)
        << text;
  }
  EXPECT_NE(Refusal("configs = x").find("only asked for with : at position 0"), std::string::npos);
  EXPECT_NE(Refusal("name.x = 1").find("no fields of its own"), std::string::npos);
  EXPECT_NE(Refusal(std::string(40, '(')).find("too deeply"), std::string::npos);
  EXPECT_NE(Refusal(std::string(5000, ' ') + "x").find("longer than"), std::string::npos);
}

}  // namespace
}  // namespace monkafka::admin
