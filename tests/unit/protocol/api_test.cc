#include "protocol/api.h"

#include <gtest/gtest.h>

namespace monkafka::protocol {
namespace {

TEST(ApiTest, FindsAnApiByItsKey) {
  const Api* fetch = FindApi(1);
  ASSERT_NE(fetch, nullptr);
  EXPECT_EQ(fetch->key, ApiKey::kFetch);
  EXPECT_STREQ(fetch->name, "Fetch");
  EXPECT_TRUE(fetch->Supports(4));
  EXPECT_TRUE(fetch->Supports(18));
  EXPECT_FALSE(fetch->Supports(3));
  EXPECT_FALSE(fetch->Supports(19));
  EXPECT_FALSE(fetch->IsFlexible(11));
  EXPECT_TRUE(fetch->IsFlexible(12));
}

TEST(ApiTest, FindsNothingForKeysWithoutStructs) {
  for (int16_t key : {-32768, -1, 4, 7, 93, 32767}) EXPECT_EQ(FindApi(key), nullptr) << key;
}

TEST(ApiTest, EveryListedApiIsFoundUnderItsKafkaName) {
  EXPECT_GE(Apis().size(), 29u);
  for (const Api& api : Apis()) {
    ASSERT_NE(FindApi(static_cast<int16_t>(api.key)), nullptr) << api.name;
    EXPECT_EQ(ApiName(api.key), api.name);
    EXPECT_LE(api.min_version, api.max_version) << api.name;
  }
}

TEST(ApiTest, NamesKeysWithoutStructsToo) {
  EXPECT_EQ(ApiName(ApiKey::kVote), "Vote");
  EXPECT_EQ(ApiName(static_cast<ApiKey>(1000)), "unknown");
}

}  // namespace
}  // namespace monkafka::protocol
