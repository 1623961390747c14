#include "common/types.h"

#include <gtest/gtest.h>

namespace monkafka {
namespace {

TEST(UuidTest, TextFormIsKafkas) {
  // The id of Kafka's metadata topic, as its tools print it.
  Uuid id;
  id.bytes[15] = 1;
  EXPECT_EQ(id.ToString(), "AAAAAAAAAAAAAAAAAAAAAQ");
  EXPECT_EQ(Uuid::Parse("AAAAAAAAAAAAAAAAAAAAAQ").value(), id);
}

TEST(UuidTest, RandomIdsRoundTripAndDiffer) {
  const Uuid a = Uuid::Random();
  const Uuid b = Uuid::Random();
  EXPECT_NE(a, b);
  EXPECT_EQ(Uuid::Parse(a.ToString()).value(), a);
  EXPECT_NE(a.ToString().front(), '-');
}

TEST(UuidTest, RefusesWhatIsNoId) {
  EXPECT_FALSE(Uuid::Parse(""));
  EXPECT_FALSE(Uuid::Parse("AAAAAAAAAAAAAAAAAAAAA="));
}

}  // namespace
}  // namespace monkafka
