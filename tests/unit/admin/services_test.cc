#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>

#include "admin/base64.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/configs.grpc.pb.h"
#include "monkafka/admin/v1/connections.grpc.pb.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/resources.grpc.pb.h"
#include "monkafka/admin/v1/segments.grpc.pb.h"
#include "unit/admin/served.h"

namespace monkafka::admin {
namespace {

using testing::ElementsAre;

struct ServicesTest : testing::Test {
  Served served;
  grpc::ClientContext context;
};

TEST_F(ServicesTest, HealthIsTheWorstOfItsChecks) {
  served.cluster.checks = {{"disk", HealthStatus::kOk, "", ""},
                           {"partitions", HealthStatus::kFailed, "offline", "orders-1"},
                           {"groups", HealthStatus::kWarning, "", ""}};
  v1::CheckHealthResponse response;
  const auto stub = v1::ClusterService::NewStub(served.channel);
  ASSERT_TRUE(stub->CheckHealth(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), v1::HEALTH_STATUS_FAILED);
  EXPECT_EQ(response.checks(1).subject(), "orders-1");
}

TEST_F(ServicesTest, NumbersAreOrderedAsNumbers) {
  served.cluster.apis = {{10, "FindCoordinator", 0, 6}, {2, "ListOffsets", 1, 9}};
  v1::ListApisResponse response;
  const auto stub = v1::ClusterService::NewStub(served.channel);
  ASSERT_TRUE(stub->ListApis(&context, {}, &response).ok());
  EXPECT_EQ(response.apis(0).key(), 2);
  EXPECT_EQ(response.apis(1).max_version(), 6);
}

TEST_F(ServicesTest, SecretsDoNotLeaveWhateverThePortSays) {
  ConfigEntry secret;
  secret.name = "password";
  secret.value = "hunter2";
  secret.sensitive = true;
  secret.synonyms = {{"password", "hunter2", ConfigSource::kStaticBroker}};
  served.configs.configs = {{secret}, "e"};
  v1::ListConfigsResponse response;
  const auto stub = v1::ConfigsService::NewStub(served.channel);
  ASSERT_TRUE(stub->ListConfigs(&context, {}, &response).ok());
  EXPECT_FALSE(response.configs(0).has_value());
  EXPECT_EQ(response.DebugString().find("hunter2"), std::string::npos);
}

TEST_F(ServicesTest, ConfigChangesAreCheckedBeforeTheyReachThePort) {
  const auto stub = v1::ConfigsService::NewStub(served.channel);
  v1::AlterConfigsRequest request;
  v1::AlterConfigsResponse response;
  request.mutable_resource()->set_topic("orders");
  auto* change = request.add_changes();
  change->set_name("retention.ms");
  change->set_operation(v1::ConfigChange::OPERATION_DELETE);
  ASSERT_TRUE(stub->AlterConfigs(&context, request, &response).ok());
  EXPECT_EQ(served.configs.last_alteration.resource.topic, "orders");
  EXPECT_EQ(served.configs.last_alteration.changes[0].operation, ConfigChange::Operation::kDelete);
  EXPECT_THAT(served.audit.lines(), ElementsAre(testing::HasSubstr("topic orders -retention.ms")));

  *request.add_changes() = request.changes(0);
  grpc::ClientContext again;
  EXPECT_EQ(stub->AlterConfigs(&again, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServicesTest, TheAuditTellsWhatAConfigWasSetToUnlessItIsASecret) {
  const auto stub = v1::ConfigsService::NewStub(served.channel);
  v1::AlterConfigsRequest request;
  request.mutable_resource()->set_topic("orders");
  auto* change = request.add_changes();
  change->set_name("retention.ms");
  change->set_value("60000");
  const auto line = [&] {
    grpc::ClientContext asking;
    v1::AlterConfigsResponse response;
    EXPECT_TRUE(stub->AlterConfigs(&asking, request, &response).ok());
    return served.audit.lines().back();
  };
  EXPECT_THAT(line(), testing::HasSubstr("\"topic orders retention.ms=60000\""));
  change->set_operation(v1::ConfigChange::OPERATION_APPEND);
  EXPECT_THAT(line(), testing::HasSubstr("\"topic orders retention.ms+=60000\""));
  change->set_value(std::string(10'000, 'x'));
  EXPECT_THAT(line(), testing::HasSubstr("+=" + std::string(256, 'x') + "...\""));
  change->set_name("secret.word");
  EXPECT_THAT(line(), testing::HasSubstr("\"topic orders secret.word\""));
}

TEST_F(ServicesTest, ConnectionThatIsGoneIsNotFoundUnlessAllowed) {
  const auto stub = v1::ConnectionsService::NewStub(served.channel);
  v1::CloseConnectionRequest request;
  v1::CloseConnectionResponse response;
  request.set_connection_id(7);
  const grpc::Status status = stub->CloseConnection(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "CONNECTION_NOT_FOUND");
  EXPECT_FALSE(DetailOf<google::rpc::ErrorInfo>(status)->metadata().contains("kafka_error"));
  request.set_allow_missing(true);
  grpc::ClientContext again;
  EXPECT_TRUE(stub->CloseConnection(&again, request, &response).ok());
}

TEST_F(ServicesTest, LagIsSummedAndWhatIsNotKnownIsAbsent) {
  PartitionLag known, waiting, unknown;
  known.lag_records = 3;
  known.lag_time = std::chrono::milliseconds(1500);
  known.committed_leader_epoch = 0;
  waiting.lag_records = 4;
  waiting.lag_time = std::chrono::milliseconds(500);
  unknown.error = "the topic was deleted";
  served.groups.lag = {"g", GroupState::kStable, {known, waiting, unknown}};
  const auto stub = v1::GroupsService::NewStub(served.channel);
  v1::GetGroupLagRequest request;
  v1::GetGroupLagResponse response;
  request.set_group_id("g");
  ASSERT_TRUE(stub->GetGroupLag(&context, request, &response).ok());
  EXPECT_EQ(response.lag().total_lag_records(), 7);
  EXPECT_EQ(response.lag().unknown_partition_count(), 1);
  EXPECT_DOUBLE_EQ(response.lag().max_lag_seconds(), 1.5);
  EXPECT_FALSE(response.lag().partitions(2).has_lag_records());
  EXPECT_FALSE(response.lag().partitions(0).has_commit_time());
  EXPECT_TRUE(response.lag().partitions(0).has_committed_leader_epoch());
  EXPECT_FALSE(response.lag().partitions(1).has_committed_leader_epoch());
}

TEST_F(ServicesTest, LagOfAMissingGroupIsWatchedAsMissing) {
  const auto stub = v1::GroupsService::NewStub(served.channel);
  v1::WatchGroupLagRequest request;
  request.add_group_ids("nobody");
  request.set_max_updates(1);
  v1::WatchGroupLagResponse response;
  auto stream = stub->WatchGroupLag(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_THAT(response.update().missing_group_ids(), ElementsAre("nobody"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_summary());
}

TEST_F(ServicesTest, ResetNeedsATargetAndTellsEveryMove) {
  const auto stub = v1::GroupsService::NewStub(served.channel);
  v1::ResetGroupOffsetsRequest request;
  v1::ResetGroupOffsetsResponse response;
  request.set_group_id("g");
  EXPECT_EQ(stub->ResetGroupOffsets(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  OffsetMove move;
  move.topic = "orders";
  move.from_offset = 0;
  served.groups.moves = {move};
  request.mutable_target()->mutable_duration()->set_seconds(60);
  request.set_validate_only(true);
  grpc::ClientContext again;
  ASSERT_TRUE(stub->ResetGroupOffsets(&again, request, &response).ok());
  EXPECT_EQ(std::get<ByDuration>(served.groups.last_reset.target).age, std::chrono::minutes(1));
  EXPECT_TRUE(served.groups.last_reset.validate_only);
  EXPECT_TRUE(response.moves(0).has_from_offset());
  EXPECT_FALSE(response.moves(0).has_to_offset());
}

TEST_F(ServicesTest, CommitWithoutAnOffsetRemoves) {
  const auto stub = v1::GroupsService::NewStub(served.channel);
  v1::CommitGroupOffsetsRequest request;
  v1::CommitGroupOffsetsResponse response;
  request.set_group_id("g");
  request.add_commits()->set_topic("orders");
  ASSERT_TRUE(stub->CommitGroupOffsets(&context, request, &response).ok());
  EXPECT_FALSE(served.groups.last_commits[0].offset);
  *request.add_commits() = request.commits(0);
  grpc::ClientContext again;
  EXPECT_EQ(stub->CommitGroupOffsets(&again, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServicesTest, DocumentsSayExactlyOrMerge) {
  const auto stub = v1::ResourcesService::NewStub(served.channel);
  v1::PlanResourcesRequest request;
  v1::PlanResourcesResponse response;
  request.mutable_documents()->add_topics()->set_name("orders");
  served.resources.plan.actions = {
      {PlanAction::Kind::kSetConfig, "orders", "configs.a", std::nullopt, "1", ""}};
  ASSERT_TRUE(stub->PlanResources(&context, request, &response).ok());
  EXPECT_FALSE(served.resources.last_order.documents[0].merge_configs);
  EXPECT_FALSE(served.resources.last_order.documents[0].partitions);
  EXPECT_EQ(response.plan().actions(0).kind(), v1::PlanAction::KIND_SET_CONFIG);
  EXPECT_FALSE(response.plan().actions(0).has_from_value());
  request.mutable_documents()->add_topics()->set_name("orders");
  grpc::ClientContext again;
  EXPECT_EQ(stub->PlanResources(&again, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServicesTest, SegmentsArePagedByBaseOffset) {
  for (const int64_t base : {0, 100, 2000}) {
    SegmentInfo segment;
    segment.base_offset = base;
    served.segments.segments.push_back(segment);
  }
  const auto stub = v1::SegmentsService::NewStub(served.channel);
  v1::ListSegmentsRequest request;
  v1::ListSegmentsResponse response;
  request.set_topic("orders");
  request.set_page_size(2);
  ASSERT_TRUE(stub->ListSegments(&context, request, &response).ok());
  EXPECT_EQ(response.segments_size(), 2);
  request.set_page_token(response.next_page_token());
  grpc::ClientContext again;
  ASSERT_TRUE(stub->ListSegments(&again, request, &response).ok());
  ASSERT_EQ(response.segments_size(), 1);
  EXPECT_EQ(response.segments(0).base_offset(), 2000);
}

// Tokens come from outside: whatever is in them, the server goes on.
TEST_F(ServicesTest, PageTokenThatWasTamperedWithDoesNoHarm) {
  served.segments.segments.resize(3);
  for (int64_t i = 0; i < 3; ++i) served.segments.segments[static_cast<size_t>(i)].base_offset = i;
  const auto stub = v1::SegmentsService::NewStub(served.channel);
  v1::ListSegmentsRequest request;
  v1::ListSegmentsResponse response;
  request.set_topic("orders");
  request.set_page_size(1);
  ASSERT_TRUE(stub->ListSegments(&context, request, &response).ok());
  google::protobuf::ListValue token;
  ASSERT_TRUE(token.ParseFromString(Base64UrlDecode(response.next_page_token()).value()));
  for (const char* text : {"", "no number", "99999999999999999999999"}) {
    for (int i = 1; i < token.values_size(); ++i) token.mutable_values(i)->set_string_value(text);
    request.set_page_token(Base64UrlEncode(token.SerializeAsString()));
    grpc::ClientContext again;
    EXPECT_TRUE(stub->ListSegments(&again, request, &response).ok()) << text;
  }
}

TEST_F(ServicesTest, BatchesEndWithASummary) {
  BatchInfo damaged;
  damaged.crc_valid = false;
  served.segments.batches = {damaged};
  const auto stub = v1::SegmentsService::NewStub(served.channel);
  v1::ReadBatchesRequest request;
  request.set_topic("orders");
  request.set_from_offset(0);
  v1::ReadBatchesResponse response;
  auto stream = stub->ReadBatches(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_FALSE(response.batch().crc_valid());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().batch_count(), 1);
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(served.segments.last_range.from_offset, 0);
  EXPECT_FALSE(served.segments.last_range.to_offset);
}

TEST_F(ServicesTest, ApplyingWithProgressIsAuditedAndAnsweredAgainWithoutDoingItAgain) {
  served.resources.plan.in_sync_count = 7;
  const auto stub = v1::ResourcesService::NewStub(served.channel);
  v1::ApplyResourcesWithProgressRequest request;
  request.mutable_documents()->add_topics()->set_name("orders");
  request.mutable_documents()->mutable_topics(0)->set_partitions(3);
  (*request.mutable_documents()->mutable_topics(0)->mutable_configs())["retention.ms"] = "9";
  request.mutable_documents()->add_topics()->set_name("payments");
  request.set_request_id("r1");
  v1::ApplyResourcesWithProgressResponse response;
  auto stream = stub->ApplyResourcesWithProgress(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.progress().done_partition_count(), 1);
  EXPECT_EQ(response.progress().total_partition_count(), 2);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().plan().in_sync_count(), 7);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(served.audit.lines().back(),
              testing::HasSubstr("ResourcesService/ApplyResourcesWithProgress subject=\"2 topics: "
                                 "orders { partitions=3 retention.ms=9 } payments\""));

  grpc::ClientContext again;
  stream = stub->ApplyResourcesWithProgress(&again, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().plan().in_sync_count(), 7);
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(served.resources.applied, 1);
}

TEST_F(ServicesTest, VerifyTellsSomeProgressEveryAnomalyAndASummary) {
  Anomaly anomaly;
  anomaly.kind = AnomalyKind::kTornTail;
  anomaly.position = 12;
  served.segments.anomalies = {anomaly};
  served.segments.progress_calls = 10'000;
  const auto stub = v1::SegmentsService::NewStub(served.channel);
  v1::VerifySegmentsResponse response;
  auto stream = stub->VerifySegments(&context, {});
  int progress = 0;
  while (stream->Read(&response) && response.has_progress()) ++progress;
  EXPECT_LT(progress, 1000);
  EXPECT_EQ(response.anomaly().kind(), v1::ANOMALY_KIND_TORN_TAIL);
  EXPECT_EQ(response.anomaly().position_bytes(), 12);
  EXPECT_FALSE(response.anomaly().has_offset());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().error_count(), 1);
}

}  // namespace
}  // namespace monkafka::admin
