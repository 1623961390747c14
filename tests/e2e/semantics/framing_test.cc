// Sections "Framing, headers" and "ApiVersions" of Kafka's behaviour.
#include <algorithm>
#include <vector>

#include "e2e/semantics/semantics_fixture.h"
#include "protocol/api_versions.h"
#include "protocol/groups.h"
#include "protocol/produce.h"

namespace monkafka::e2e {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

class FramingTest : public SemanticsTest {
 protected:
  void ExpectStillServing() {
    WireClient other(SharedBrokerPort());
    MetadataRequest request;
    request.topics.emplace();
    EXPECT_FALSE(other.Call<MetadataResponse>(request, 9).brokers.empty());
  }
};

ApiVersionsRequest Software() {
  ApiVersionsRequest request;
  request.client_software_name = "test";
  request.client_software_version = "1.0";
  return request;
}

TEST_F(FramingTest, NegativeLengthClosesWithoutReply) {
  client_.SendRaw(std::vector<uint8_t>{0xff, 0xff, 0xff, 0xff});
  EXPECT_TRUE(client_.ClosedByBroker());
  ExpectStillServing();
}

TEST_F(FramingTest, LengthAboveTheLimitClosesWithoutReply) {
  client_.SendRaw(std::vector<uint8_t>{0x06, 0x40, 0x00, 0x01});  // 104857601
  EXPECT_TRUE(client_.ClosedByBroker());
  ExpectStillServing();
}

TEST_F(FramingTest, UnknownApiKeyCloses) {
  client_.SendFrame(std::vector<uint8_t>{0x03, 0xe7, 0, 0, 0, 0, 0, 1, 0xff, 0xff});
  EXPECT_TRUE(client_.ClosedByBroker());
  ExpectStillServing();
}

TEST_F(FramingTest, UnsupportedVersionCloses) {
  // Metadata v99
  client_.SendFrame(std::vector<uint8_t>{0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0});
  EXPECT_TRUE(client_.ClosedByBroker());
  ExpectStillServing();
}

TEST_F(FramingTest, UnparsableBodyClosesThatConnectionOnly) {
  MetadataRequest request;
  request.topics.emplace(1).front().name = "t";
  std::vector<uint8_t> frame = protocol::EncodeRequest(1, "c", request, 9);
  frame.resize(frame.size() - 3);
  client_.SendFrame(frame);
  EXPECT_TRUE(client_.ClosedByBroker());
  ExpectStillServing();
}

TEST_F(FramingTest, PipelinedRequestsAreAnsweredInOrder) {
  MetadataRequest request;
  request.topics.emplace();
  std::vector<int32_t> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back(i % 2 == 0 ? client_.Send(request, 9) : client_.Send(Software(), 3));
  }
  for (int i = 0; i < 200; ++i) {
    const int32_t id = sent[static_cast<size_t>(i)];
    if (i % 2 == 0) {
      EXPECT_FALSE(client_.Receive<MetadataResponse>(id, 9).brokers.empty());
    } else {
      EXPECT_EQ(client_.Receive<ApiVersionsResponse>(id, 3).error_code, ErrorCode::kNone);
    }
  }
}

TEST_F(FramingTest, UnknownTaggedFieldsAreSkipped) {
  MetadataRequest request;
  request.topics.emplace();
  std::vector<uint8_t> frame = protocol::EncodeRequest(7, "c", request, 9);
  ASSERT_EQ(frame.back(), 0);  // no tagged fields
  frame.back() = 1;
  for (const uint8_t byte : {100, 3, 1, 2, 3}) frame.push_back(byte);
  client_.SendFrame(frame);
  EXPECT_FALSE(client_.Receive<MetadataResponse>(7, 9).brokers.empty());
}

// librdkafka's Metadata request for all topics: an INT32 0 where the null array takes one byte.
TEST_F(FramingTest, BytesAfterTheRequestAreIgnored) {
  MetadataRequest request;
  std::vector<uint8_t> frame = protocol::EncodeRequest(7, "c", request, 12);
  frame.insert(frame.end(), 3, 0);
  client_.SendFrame(frame);
  EXPECT_FALSE(client_.Receive<MetadataResponse>(7, 12).brokers.empty());
}

TEST_F(FramingTest, AHalfClosedClientStillGetsItsAnswer) {
  MetadataRequest request;
  request.topics.emplace();
  const int32_t id = client_.Send(request, 9);
  client_.ShutdownWrites();
  EXPECT_FALSE(client_.Receive<MetadataResponse>(id, 9).brokers.empty());
  EXPECT_TRUE(client_.ClosedByBroker());
}

TEST_F(FramingTest, AFrameSentByteByByteIsAnswered) {
  MetadataRequest request;
  request.topics.emplace();
  const std::vector<uint8_t> frame = protocol::EncodeRequest(9, "c", request, 9);
  std::vector<uint8_t> bytes{0, 0, 0, static_cast<uint8_t>(frame.size())};
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  for (const uint8_t byte : bytes) client_.SendRaw(Bytes(&byte, 1));
  EXPECT_FALSE(client_.Receive<MetadataResponse>(9, 9).brokers.empty());
}

TEST_F(FramingTest, ApiVersionsAboveTheMaximumGetsVersion0WithOnlyItself) {
  client_.SendFrame(std::vector<uint8_t>{0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff, 0});
  const auto answer = client_.Receive<ApiVersionsResponse>(5, 0);
  EXPECT_EQ(answer.error_code, ErrorCode::kUnsupportedVersion);
  ASSERT_EQ(answer.api_keys.size(), 1u);
  EXPECT_EQ(answer.api_keys[0].api_key, 18);
  EXPECT_EQ(answer.api_keys[0].min_version, 0);
  EXPECT_GE(answer.api_keys[0].max_version, 3);
  // The connection lives on: the client asks again with a lower version.
  EXPECT_EQ(client_.Call<ApiVersionsResponse>(Software(), 3).error_code, ErrorCode::kNone);
}

TEST_F(FramingTest, ApiVersionsAnswersEveryVersionOfItself) {
  for (int16_t version = 0; version <= 4; ++version) {
    const auto answer = client_.Call<ApiVersionsResponse>(Software(), version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
    EXPECT_GT(answer.api_keys.size(), 20u) << version;
  }
}

TEST_F(FramingTest, ApiVersionsRefusesASoftwareNameThatIsNone) {
  ApiVersionsRequest request = Software();
  request.client_software_name = "-not a name-";
  EXPECT_EQ(client_.Call<ApiVersionsResponse>(request, 3).error_code, ErrorCode::kInvalidRequest);
}

TEST_F(FramingTest, ProduceIsAdvertisedFromVersionZero) {
  const auto answer = client_.Call<ApiVersionsResponse>(Software(), 3);
  const auto produce =
      std::ranges::find(answer.api_keys, 0, &ApiVersionsResponse::ApiVersion::api_key);
  ASSERT_NE(produce, answer.api_keys.end());
  EXPECT_EQ(produce->min_version, 0);
  EXPECT_GE(produce->max_version, 11);
}

TEST_F(FramingTest, EveryAdvertisedVersionOfMetadataIsAnswered) {
  for (int16_t version = 0; version <= 12; ++version) {
    MetadataRequest request;
    request.topics.emplace();
    EXPECT_FALSE(client_.Call<MetadataResponse>(request, version).brokers.empty()) << version;
  }
}

}  // namespace
}  // namespace monkafka::e2e
