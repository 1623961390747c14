#include "admin/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::admin {
namespace {

using testing::HasSubstr;

TEST(ListenAddressTest, PortsAndSocketsAreReadAndWrittenAlike) {
  for (const char* text : {"127.0.0.1:9095", "[::1]:0", ":9095", "unix:/run/a.sock", "host:1"}) {
    const auto addresses = ParseListenAddresses(text);
    ASSERT_TRUE(addresses) << text;
    ASSERT_EQ(addresses->size(), 1u);
    EXPECT_EQ(addresses->front().ToString(), text);
  }
}

TEST(ListenAddressTest, SeveralAreSeparatedByCommasAndOffIsNone) {
  const auto both = ParseListenAddresses(" 127.0.0.1:9095 , unix:/a ");
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2u);
  EXPECT_EQ(both->at(0).port, 9095);
  EXPECT_TRUE(both->at(1).unix_socket);
  EXPECT_EQ(both->at(1).host, "/a");
  EXPECT_TRUE(ParseListenAddresses("off")->empty());
}

TEST(ListenAddressTest, WhatIsWrongIsSaid) {
  for (const char* text : {"", "9095", "host:", "host:x", "host:65536", "host:-1",
                           "unix:", "::1:9095", "127.0.0.1:9095,", "host:1 2"}) {
    const auto addresses = ParseListenAddresses(text);
    EXPECT_EQ(CodeOf(addresses), ErrorCode::kInvalidConfig) << text;
  }
  EXPECT_THAT(ParseListenAddresses("9095").error().message, HasSubstr("'9095': there is no port"));
}

TEST(ListenAddressTest, OnlyThisMachineIsLocal) {
  const auto local = [](const char* text) { return ParseListenAddresses(text)->front().IsLocal(); };
  EXPECT_TRUE(local("127.0.0.1:1"));
  EXPECT_TRUE(local("127.9.9.9:1"));
  EXPECT_TRUE(local("[::1]:1"));
  EXPECT_TRUE(local("localhost:1"));
  EXPECT_TRUE(local("unix:/a"));
  EXPECT_FALSE(local(":1"));
  EXPECT_FALSE(local("0.0.0.0:1"));
  EXPECT_FALSE(local("[::]:1"));
  EXPECT_FALSE(local("10.0.0.1:1"));
  EXPECT_FALSE(local("broker.example:1"));
}

}  // namespace
}  // namespace monkafka::admin
