#include "config/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::config {
namespace {

using ::testing::HasSubstr;

TEST(ListenersTest, ParsesSeveralNamedOnes) {
  const auto listeners = ParseListeners("listeners", "PLAINTEXT://:9092, inner://[::1]:0");
  ASSERT_TRUE(listeners) << listeners.error().message;
  ASSERT_EQ(listeners->size(), 2u);
  EXPECT_EQ((*listeners)[0].host, "");
  EXPECT_EQ((*listeners)[0].port, 9092);
  EXPECT_EQ((*listeners)[1].name, "INNER");
  EXPECT_EQ((*listeners)[1].host, "::1");
  EXPECT_EQ((*listeners)[1].port, 0);
}

TEST(ListenersTest, RefusesWhatIsNoListenerAndSaysWhy) {
  const auto message = [](std::string_view value) {
    const auto listeners = ParseListeners("listeners", value);
    return listeners ? std::string("accepted") : listeners.error().message;
  };
  EXPECT_THAT(message("localhost:9092"), HasSubstr("NAME://host:port"));
  EXPECT_THAT(message("PLAINTEXT://localhost"), HasSubstr("port"));
  EXPECT_THAT(message("PLAINTEXT://localhost:70000"), HasSubstr("0 to 65535"));
  EXPECT_THAT(message("A://h:1,A://h:2"), HasSubstr("twice"));
  EXPECT_THAT(message("A://h:1,B://h:1"), HasSubstr("port of its own"));
  EXPECT_THAT(message(""), HasSubstr("at least one"));
}

}  // namespace
}  // namespace monkafka::config
