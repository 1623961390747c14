#include "protocol/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/api_versions.h"
#include "protocol/fetch.h"
#include "protocol/groups.h"
#include "protocol/header.h"
#include "protocol/produce.h"

namespace monkafka::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

HeartbeatRequest SomeHeartbeat() {
  HeartbeatRequest request;
  request.group_id = "g";
  request.generation_id = 3;
  request.member_id = "m";
  return request;
}

TEST(CodecTest, ARequestAsAClientSendsItAndABrokerReadsIt) {
  std::vector<uint8_t> frame = EncodeRequest(7, "me", SomeHeartbeat(), 4);
  const auto header = ReadRequestHeader(Bytes(frame));
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_EQ(header->api_key, ApiKey::kHeartbeat);
  EXPECT_EQ(header->api_version, 4);
  const auto request = Decode<HeartbeatRequest>(MutableBytes(frame).subspan(header->size), 4);
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->group_id, "g");
  EXPECT_EQ(request->generation_id, 3);
  EXPECT_EQ(request->member_id, "m");
  EXPECT_EQ(request->group_instance_id, std::nullopt);
}

TEST(CodecTest, AResponseHasItsHeaderInFront) {
  HeartbeatResponse response;
  response.error_code = ErrorCode::kRebalanceInProgress;
  EXPECT_THAT(EncodeResponse(7, response, 0).ReadAll().value(), ElementsAre(0, 0, 0, 7, 0, 27));
  EXPECT_THAT(EncodeResponse(7, response, 4).ReadAll().value(),
              ElementsAre(0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 27, 0));
}

TEST(CodecTest, AnApiVersionsResponseHasTheOldHeaderInEveryVersion) {
  EXPECT_THAT(EncodeResponse(7, ApiVersionsResponse(), 3).ReadAll().value(),
              ElementsAre(0, 0, 0, 7, 0, 0, 1, 0, 0, 0, 0, 0));
}

TEST(CodecTest, FieldsOfLaterVersionsKeepTheirDefaults) {
  HeartbeatRequest request = SomeHeartbeat();
  request.group_instance_id = "i";
  std::vector<uint8_t> body = EncodeBody(request, 2);
  const auto decoded = Decode<HeartbeatRequest>(body, 2);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->group_instance_id, std::nullopt);
}

TEST(CodecTest, ErrorsNameMessageVersionAndPosition) {
  std::vector<uint8_t> body = EncodeBody(SomeHeartbeat(), 2);
  body.pop_back();
  const auto cut = Decode<HeartbeatRequest>(body, 2);
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code, ErrorCode::kInvalidRequest);
  EXPECT_THAT(cut.error().message, HasSubstr("Heartbeat v2, byte 9"));
}

TEST(CodecTest, BytesAfterTheMessageAreIgnored) {
  std::vector<uint8_t> body = EncodeBody(SomeHeartbeat(), 2);
  body.push_back(0);
  const auto longer = Decode<HeartbeatRequest>(body, 2);
  ASSERT_TRUE(longer.has_value()) << longer.error().message;
  EXPECT_EQ(EncodeBody(*longer, 2), EncodeBody(SomeHeartbeat(), 2));
}

TEST(CodecTest, AVersionThatIsNotKnownIsAnError) {
  std::vector<uint8_t> body = EncodeBody(SomeHeartbeat(), 2);
  for (int16_t version : {-1, 5, 32767}) {
    const auto decoded = Decode<HeartbeatRequest>(body, version);
    ASSERT_FALSE(decoded.has_value()) << version;
    EXPECT_EQ(decoded.error().code, ErrorCode::kUnsupportedVersion);
  }
}

TEST(CodecTest, ProducedRecordsCanBePatchedInTheFrame) {
  std::vector<uint8_t> records = {1, 2, 3, 4};
  ProduceRequest request;
  request.acks = -1;
  request.topic_data.resize(1);
  request.topic_data[0].name = "t";
  request.topic_data[0].partition_data.resize(2);
  request.topic_data[0].partition_data[0].records = MutableBytes(records);
  std::vector<uint8_t> body = EncodeBody(request, 9);
  auto decoded = Decode<ProduceRequest>(body, 9);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  ASSERT_THAT(decoded->topic_data, SizeIs(1));
  auto& partitions = decoded->topic_data[0].partition_data;
  ASSERT_THAT(partitions, SizeIs(2));
  EXPECT_FALSE(partitions[1].records.has_value());
  ASSERT_TRUE(partitions[0].records.has_value());
  (*partitions[0].records)[0] = 99;
  const auto again = Decode<ProduceRequest>(body, 9);
  EXPECT_EQ((*again->topic_data[0].partition_data[0].records)[0], 99);
}

TEST(CodecTest, FetchedRecordsAreNotCopied) {
  Payload records;
  records.Add(std::vector<uint8_t>(5000, 1));
  const uint8_t* const data = std::get<MemoryPiece>(records.pieces()[0]).bytes.data();
  FetchResponse response;
  response.responses.resize(1);
  response.responses[0].topic = "t";
  response.responses[0].partitions.resize(2);
  response.responses[0].partitions[0].records = records;
  const Payload out = EncodeResponse(7, response, 12);
  ASSERT_THAT(out.pieces(), SizeIs(3));
  EXPECT_EQ(std::get<MemoryPiece>(out.pieces()[1]).bytes.data(), data);

  std::vector<uint8_t> bytes = out.ReadAll().value();
  const auto header = ReadResponseHeader(Bytes(bytes), 1);
  ASSERT_TRUE(header.has_value());
  const auto decoded = Decode<FetchResponse>(MutableBytes(bytes).subspan(header->size), 12);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  const auto& partitions = decoded->responses[0].partitions;
  EXPECT_EQ(partitions[0].records->size(), 5000);
  EXPECT_FALSE(partitions[1].records.has_value());
}

TEST(CodecDeathTest, EncodingAVersionThatIsNotKnownIsAFaultOfOurs) {
  EXPECT_DEATH(EncodeBody(SomeHeartbeat(), 5), "Supports");
}

}  // namespace
}  // namespace monkafka::protocol
