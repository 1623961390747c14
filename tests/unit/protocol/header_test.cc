#include "protocol/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/api_versions.h"
#include "protocol/fetch.h"

namespace monkafka::protocol {
namespace {

using ::testing::HasSubstr;

TEST(HeaderTest, AClassicRequestHeader) {
  const std::vector<uint8_t> frame = {0, 1, 0, 11, 0, 0, 0, 7, 0, 2, 'm', 'e', 0xee};
  const auto header = ReadRequestHeader(Bytes(frame));
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_EQ(header->api_key, ApiKey::kFetch);
  EXPECT_EQ(header->api_version, 11);
  EXPECT_EQ(header->correlation_id, 7);
  EXPECT_EQ(header->client_id, "me");
  EXPECT_EQ(header->size, 12u);
}

TEST(HeaderTest, AFlexibleRequestHeaderHasAClassicClientIdAndTaggedFields) {
  const std::vector<uint8_t> frame = {0, 1, 0, 12, 0, 0, 0, 7, 0xff, 0xff, 1, 9, 2, 5, 0xdd, 0xee};
  const auto header = ReadRequestHeader(Bytes(frame));
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_EQ(header->client_id, std::nullopt);
  EXPECT_EQ(header->size, 15u);
}

TEST(HeaderTest, VersionsThatAreNotSupportedHaveAHeaderToo) {
  const std::vector<uint8_t> frame = {0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff, 0};
  const auto header = ReadRequestHeader(Bytes(frame));
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_EQ(header->api_version, 99);
  EXPECT_EQ(header->size, 11u);
}

TEST(HeaderTest, AnUnknownKeyIsAnError) {
  const std::vector<uint8_t> frame = {0x12, 0x34, 0, 0, 0, 0, 0, 7, 0xff, 0xff};
  const auto header = ReadRequestHeader(Bytes(frame));
  ASSERT_FALSE(header.has_value());
  EXPECT_EQ(header.error().code, ErrorCode::kInvalidRequest);
  EXPECT_THAT(header.error().message, HasSubstr("4660"));
}

TEST(HeaderTest, AHeaderCutShortAnywhereIsAnError) {
  const std::vector<uint8_t> frame = {0, 1, 0, 12, 0, 0, 0, 7, 0, 2, 'm', 'e', 1, 9, 1, 0xdd};
  ASSERT_TRUE(ReadRequestHeader(Bytes(frame)).has_value());
  for (size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(ReadRequestHeader(Bytes(frame).first(size)).has_value()) << size;
  }
  for (size_t size = 0; size < 4; ++size) {
    EXPECT_FALSE(ReadResponseHeader(Bytes(frame).first(size), 0).has_value()) << size;
  }
}

TEST(HeaderTest, ApiVersionsResponsesAlwaysHaveHeaderVersion0) {
  EXPECT_EQ(RequestHeaderVersion(ApiVersionsRequest::api, 2), 1);
  EXPECT_EQ(RequestHeaderVersion(ApiVersionsRequest::api, 3), 2);
  EXPECT_EQ(ResponseHeaderVersion(ApiVersionsResponse::api, 4), 0);
  EXPECT_EQ(ResponseHeaderVersion(FetchResponse::api, 11), 0);
  EXPECT_EQ(ResponseHeaderVersion(FetchResponse::api, 12), 1);
}

}  // namespace
}  // namespace monkafka::protocol
