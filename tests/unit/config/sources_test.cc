#include "config/sources.h"

#include <gtest/gtest.h>

namespace monkafka::config {
namespace {

TEST(PropertiesTest, ReadsWhatJavaReads) {
  const auto values = ParseProperties(
      "# comment\n! another\n\nnode.id=7\nlog.dirs : /a\\\n  ,/b\r\nbroker.rack  r\\u0031\n"
      "empty=\nnode.id=8\nkey\\ with=x\\ty",
      "server.properties");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("node.id").value, "8");
  EXPECT_EQ(values->at("node.id").origin, "server.properties line 9");
  EXPECT_EQ(values->at("log.dirs").value, "/a,/b");
  EXPECT_EQ(values->at("broker.rack").value, "r1");
  EXPECT_EQ(values->at("empty").value, "");
  EXPECT_EQ(values->at("key with").value, "x\ty");
}

TEST(PropertiesTest, AValueWithoutKeyNamesItsLine) {
  const auto values = ParseProperties("a=1\n=2\n", "f");
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().message, "f line 2: a value without a key");
}

TEST(EnvironmentTest, FollowsKafkasRuleForNames) {
  const char* const environment[] = {"KAFKA_LOG_RETENTION_MS=5", "PATH=/bin",
                                     "KAFKA_MONKAFKA_A__B___C=x=y", "KAFKA_HEAP_OPTS=-Xmx1g",
                                     nullptr};
  const SourcedValues values = FromEnvironment(environment);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values.at("log.retention.ms").value, "5");
  EXPECT_EQ(values.at("monkafka.a_b-c").value, "x=y");
}

}  // namespace
}  // namespace monkafka::config
