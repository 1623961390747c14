#include "services/topic_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace monkafka::services {
namespace {

std::string MessageOf(std::string_view name) {
  const Status status = ValidateTopicName(name);
  if (status) return "valid";
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidTopicException);
  return status.error().message;
}

TEST(TopicNamesTest, AllowsWhatKafkaAllows) {
  const std::vector<std::string> names{"a", "A.b_c-9", "...", "-", std::string(249, 'x')};
  for (const std::string& name : names) {
    EXPECT_EQ(MessageOf(name), "valid") << name;
  }
}

TEST(TopicNamesTest, RefusesTheRestInKafkasWords) {
  EXPECT_EQ(MessageOf(""), "Topic name is invalid: the empty string is not allowed");
  EXPECT_EQ(MessageOf("."), "Topic name is invalid: '.' is not allowed");
  EXPECT_EQ(MessageOf(".."), "Topic name is invalid: '..' is not allowed");
  EXPECT_EQ(MessageOf("a b"),
            "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
            "alphanumerics, '.', '_' and '-'");
  EXPECT_NE(MessageOf("t\xc3\xa9"), "valid");
  EXPECT_NE(MessageOf(std::string("a\0b", 3)), "valid");
  EXPECT_NE(MessageOf("../x"), "valid");
  const std::string long_name(250, 'x');
  EXPECT_EQ(MessageOf(long_name), "Topic name is invalid: the length of '" + long_name +
                                      "' is longer than the max allowed length 249");
}

TEST(TopicNamesTest, DotAndUnderscoreCollide) {
  EXPECT_EQ(NameInMetrics("a.b_c"), NameInMetrics("a_b.c"));
  EXPECT_NE(NameInMetrics("a.b"), NameInMetrics("a-b"));
  EXPECT_NE(NameInMetrics("a.b"), NameInMetrics("a.bc"));
}

}  // namespace
}  // namespace monkafka::services
