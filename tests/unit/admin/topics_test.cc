#include "monkafka/admin/v1/topics.grpc.pb.h"

#include <gmock/gmock.h>
#include <grpcpp/impl/client_unary_call.h>

#include "unit/admin/served.h"

namespace monkafka::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct TopicsTest : testing::Test {
  Served served;
  std::unique_ptr<v1::TopicsService::Stub> stub = v1::TopicsService::NewStub(served.channel);

  template <class Request, class Response>
  grpc::Status Call(grpc::Status (v1::TopicsService::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    response = {};
    return ((*stub).*method)(&context, request, &response);
  }
  std::vector<std::string> Names(const v1::ListTopicsResponse& response) {
    std::vector<std::string> names;
    for (const auto& topic : response.topics()) names.push_back(topic.name());
    return names;
  }

  v1::ListTopicsRequest list;
  v1::ListTopicsResponse listed;
  v1::CreateTopicRequest create;
  v1::CreateTopicResponse created;
};

TEST_F(TopicsTest, PagesFollowEachOtherWhileTopicsComeAndGo) {
  for (const char* name : {"a", "b", "c", "d"}) served.topics.Add(name);
  list.set_page_size(2);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("a", "b"));
  served.topics.topics.erase("a");
  served.topics.Add("aa");
  list.set_page_token(listed.next_page_token());
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("c", "d"));
  EXPECT_EQ(listed.next_page_token(), "");
}

TEST_F(TopicsTest, PagesAreInTheOrderThatIsAskedFor) {
  served.topics.Add("small", 1, 1);
  served.topics.Add("large", 1, 300);
  served.topics.Add("middle", 1, 20);
  list.set_page_size(2);
  list.set_order_by("size_bytes desc");
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("large", "middle"));
  list.set_page_token(listed.next_page_token());
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("small"));
}

TEST_F(TopicsTest, FilterLooksPastThePageForMatches) {
  for (int i = 0; i < 30; ++i) served.topics.Add("t" + std::to_string(100 + i), i);
  list.set_page_size(2);
  list.set_filter("partition_count >= 27 AND name = \"t1*\"");
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("t127", "t128"));
  list.set_page_token(listed.next_page_token());
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  EXPECT_THAT(Names(listed), ElementsAre("t129"));
}

TEST_F(TopicsTest, TokenOfAnotherRequestIsRefused) {
  for (const char* name : {"a", "b"}) served.topics.Add(name);
  list.set_page_size(1);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::ListTopics, list, listed).ok());
  list.set_page_token(listed.next_page_token());
  list.set_filter("partition_count = 1");
  const grpc::Status status = Call(&v1::TopicsService::Stub::ListTopics, list, listed);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID");
}

TEST_F(TopicsTest, WrongFieldIsNamed) {
  list.set_filter("nmae = 1");
  const grpc::Status status = Call(&v1::TopicsService::Stub::ListTopics, list, listed);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->field_violations(0).field(), "filter");
  EXPECT_THAT(bad->field_violations(0).description(), HasSubstr("nmae"));
}

TEST_F(TopicsTest, MissingTopicComesWithKafkasErrorAndTheResource) {
  v1::GetTopicRequest get;
  v1::GetTopicResponse got;
  get.set_name("orders");
  const grpc::Status status = Call(&v1::TopicsService::Stub::GetTopic, get, got);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reason(), "UNKNOWN_TOPIC_OR_PARTITION");
  EXPECT_EQ(info->domain(), "monkafka");
  EXPECT_EQ(info->metadata().at("kafka_error_code"), "3");
  const auto resource = DetailOf<google::rpc::ResourceInfo>(status);
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource->resource_type(), "topic");
  EXPECT_EQ(resource->resource_name(), "orders");
}

TEST_F(TopicsTest, RepeatedRequestIdCreatesOnceAndAnswersTheSame) {
  create.mutable_topic()->set_name("orders");
  create.mutable_topic()->set_partition_count(2);
  create.set_request_id("r1");
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
  EXPECT_EQ(created.topic().partition_count(), 2);
  EXPECT_EQ(served.topics.creations, 1);
  EXPECT_THAT(served.audit.lines().back(), HasSubstr("replayed=true"));

  create.mutable_topic()->set_partition_count(3);
  const grpc::Status status = Call(&v1::TopicsService::Stub::CreateTopic, create, created);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "REQUEST_ID_REUSED");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->field_violations(0).field(), "request_id");
}

TEST_F(TopicsTest, FailedRequestCanBeTriedAgainWithItsId) {
  served.topics.Add("orders");
  create.mutable_topic()->set_name("orders");
  create.set_request_id("r1");
  EXPECT_EQ(Call(&v1::TopicsService::Stub::CreateTopic, create, created).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  served.topics.topics.clear();
  EXPECT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
}

TEST_F(TopicsTest, RequestIdIsForgottenAfterTenMinutes) {
  create.mutable_topic()->set_name("orders");
  create.set_request_id("r1");
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
  served.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Call(&v1::TopicsService::Stub::CreateTopic, create, created).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(TopicsTest, ValidateOnlyReachesThePortAndTheAuditLine) {
  create.mutable_topic()->set_name("orders");
  create.set_validate_only(true);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
  EXPECT_TRUE(served.topics.last_creation.validate_only);
  EXPECT_TRUE(served.topics.topics.empty());
  EXPECT_THAT(served.audit.lines(), ElementsAre(HasSubstr("validate_only=true outcome=OK")));
}

TEST_F(TopicsTest, MaskSaysWhatAnUpdateChanges) {
  served.topics.Add("orders");
  v1::UpdateTopicRequest update;
  v1::UpdateTopicResponse updated;
  update.mutable_topic()->set_name("orders");
  (*update.mutable_topic()->mutable_configs())["retention.ms"] = "1";
  (*update.mutable_topic()->mutable_configs())["not.in.the.mask"] = "1";
  update.mutable_update_mask()->add_paths("configs.`retention.ms`");
  update.mutable_update_mask()->add_paths("configs.cleanup.policy");
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::UpdateTopic, update, updated).ok());
  EXPECT_FALSE(served.topics.last_update.replace_configs);
  EXPECT_THAT(served.topics.last_update.set_configs,
              ElementsAre(testing::Pair("cleanup.policy", std::nullopt),
                          testing::Pair("retention.ms", std::optional<std::string>("1"))));

  update.mutable_update_mask()->add_paths("topic_id");
  const grpc::Status status = Call(&v1::TopicsService::Stub::UpdateTopic, update, updated);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(TopicsTest, StaleEtagIsAborted) {
  served.topics.Add("orders");
  v1::UpdateTopicRequest update;
  v1::UpdateTopicResponse updated;
  update.mutable_topic()->set_name("orders");
  update.mutable_topic()->set_etag("e0");
  update.mutable_topic()->set_partition_count(3);
  const grpc::Status status = Call(&v1::TopicsService::Stub::UpdateTopic, update, updated);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
}

TEST_F(TopicsTest, AddingPartitionsAsksForMoreWhereAnUpdateAsksForSoMany) {
  served.topics.Add("orders", 3);
  v1::AddPartitionsRequest add;
  v1::AddPartitionsResponse added;
  add.set_name("orders");
  add.set_partition_count(3);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::AddPartitions, add, added).ok());
  EXPECT_EQ(served.topics.last_update.partition_count, 3);
  EXPECT_TRUE(served.topics.last_update.must_grow);
  v1::UpdateTopicRequest update;
  v1::UpdateTopicResponse updated;
  update.mutable_topic()->set_name("orders");
  update.mutable_topic()->set_partition_count(3);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::UpdateTopic, update, updated).ok());
  EXPECT_EQ(served.topics.last_update.partition_count, 3);
  EXPECT_FALSE(served.topics.last_update.must_grow);
}

TEST_F(TopicsTest, DeletingWhatIsMissingIsAnErrorUnlessAllowed) {
  v1::DeleteTopicRequest request;
  v1::DeleteTopicResponse response;
  request.set_name("orders");
  EXPECT_EQ(Call(&v1::TopicsService::Stub::DeleteTopic, request, response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  request.set_allow_missing(true);
  EXPECT_TRUE(Call(&v1::TopicsService::Stub::DeleteTopic, request, response).ok());
  EXPECT_FALSE(response.has_topic());
  EXPECT_THAT(served.audit.lines(), ElementsAre(HasSubstr("outcome=UNKNOWN_TOPIC_OR_PARTITION"),
                                                HasSubstr("outcome=OK")));
}

TEST_F(TopicsTest, TheAuditTellsWhatIsUpdated) {
  served.topics.Add("orders", 3);
  v1::UpdateTopicRequest update;
  v1::UpdateTopicResponse updated;
  update.mutable_topic()->set_name("orders");
  update.mutable_topic()->set_partition_count(4);
  (*update.mutable_topic()->mutable_configs())["retention.ms"] = "9";
  (*update.mutable_topic()->mutable_configs())["cleanup.policy"] = "compact";
  const auto method = &v1::TopicsService::Stub::UpdateTopic;
  ASSERT_TRUE(Call(method, update, updated).ok());
  const auto line = [&] { return served.audit.lines().back(); };
  EXPECT_THAT(line(),
              HasSubstr("\"topic orders cleanup.policy=compact retention.ms=9 partitions=4\""));
  update.mutable_update_mask()->add_paths("configs.`retention.ms`");
  update.mutable_update_mask()->add_paths("configs.segment.ms");
  ASSERT_TRUE(Call(method, update, updated).ok());
  EXPECT_THAT(line(), HasSubstr("\"topic orders retention.ms=9 -segment.ms\""));
  update.mutable_update_mask()->clear_paths();
  update.mutable_update_mask()->add_paths("configs");
  (*update.mutable_topic()->mutable_configs())["secret.word"] = "hunter2";
  ASSERT_TRUE(Call(method, update, updated).ok());
  EXPECT_THAT(line(), HasSubstr("\"topic orders configs: cleanup.policy=compact retention.ms=9 "
                                "secret.word\""));
}

TEST_F(TopicsTest, TheAuditTellsWhatIsCreated) {
  create.mutable_topic()->set_name("orders");
  create.mutable_topic()->set_partition_count(2);
  (*create.mutable_topic()->mutable_configs())["retention.ms"] = "9";
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::CreateTopic, create, created).ok());
  EXPECT_THAT(served.audit.lines().back(),
              HasSubstr("\"topic orders partitions=2 retention.ms=9\""));
}

TEST_F(TopicsTest, APartitionIsTrimmedOnce) {
  v1::TrimRecordsRequest request;
  v1::TrimRecordsResponse response;
  request.set_topic("orders");
  for (int i = 0; i < 2; ++i) request.add_targets()->set_partition(3);
  EXPECT_EQ(Call(&v1::TopicsService::Stub::TrimRecords, request, response).error_message(),
            "targets.partition: 3 is there twice");
}

TEST_F(TopicsTest, AChangeThatCannotBeReadIsInTheAudit) {
  const grpc::Slice slice("\xff\xff");
  const grpc::ByteBuffer nonsense(&slice, 1);
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method("/monkafka.admin.v1.TopicsService/DeleteTopic",
                                         grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall(served.channel.get(), method,
                                                                &context, nonsense, &response);
  EXPECT_EQ(ReasonOf(status), "MESSAGE_UNREADABLE");
  EXPECT_THAT(served.audit.lines(),
              ElementsAre(HasSubstr("method=TopicsService/DeleteTopic subject=\"\" "
                                    "outcome=MESSAGE_UNREADABLE")));
}

TEST(Errors, StatusFitsIntoTheTrailersThatClientsTake) {
  Failure failure(FailureKind::kInvalidArgument, "R", std::string(50'000, 'm'));
  failure.resource = ResourceName{"topic", std::string(50'000, 'n')};
  failure.fields.assign(1000, {std::string(1000, 'f'), std::string(1000, 'd')});
  const grpc::Status status = ToStatus(failure);
  EXPECT_LT(status.error_message().size() + status.error_details().size() * 4 / 3, 8000U);
  EXPECT_EQ(ReasonOf(status), "R");
}

TEST(Errors, MessagesAreCutBetweenCharacters) {
  std::string message = "x";
  while (message.size() < 2000) message += "\u00e9";
  const std::string cut = ToStatus(Failure(FailureKind::kInternal, "R", message)).error_message();
  EXPECT_EQ(cut.substr(cut.size() - 5), "\u00e9...");
}

TEST_F(TopicsTest, ServiceWithoutAPortIsUnimplemented) {
  v1::GetTopicRequest request;
  v1::GetTopicResponse response;
  Ports none;
  auto service = *Service::Create({}, none, {served.clock, served.timers, &served.audit});
  auto server = Server::Start(*service);
  grpc::ClientContext context;
  const auto other = v1::TopicsService::NewStub(server->InProcessChannel());
  EXPECT_EQ(other->GetTopic(&context, request, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(TopicsTest, ManyAreDeletedInOneCallThatNamesEachOnce) {
  for (const char* name : {"a", "b", "c"}) served.topics.Add(name);
  v1::BatchDeleteTopicsRequest request;
  v1::BatchDeleteTopicsResponse response;
  const auto method = &v1::TopicsService::Stub::BatchDeleteTopics;
  EXPECT_EQ(Call(method, request, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (const char* name : {"a", "c", "c"}) request.add_names(name);
  EXPECT_THAT(Call(method, request, response).error_message(), HasSubstr("c is there twice"));
  request.mutable_names()->RemoveLast();
  request.set_allow_internal(true);
  ASSERT_TRUE(Call(method, request, response).ok());
  EXPECT_EQ(response.topics_size(), 2);
  EXPECT_EQ(served.topics.last_deletion.view, TopicView::kBasic) << "it says how much was lost";
  EXPECT_TRUE(served.topics.last_deletion.allow_internal);
  EXPECT_EQ(served.topics.topics.size(), 1u);
  EXPECT_THAT(served.audit.lines().back(), HasSubstr("subject=\"2 topics: a c\""));
}

TEST_F(TopicsTest, EveryDeletedTopicIsInTheAudit) {
  v1::BatchDeleteTopicsRequest request;
  v1::BatchDeleteTopicsResponse response;
  for (int i = 0; i < 500; ++i) request.add_names("topic-" + std::to_string(i));
  request.set_allow_missing(true);
  ASSERT_TRUE(Call(&v1::TopicsService::Stub::BatchDeleteTopics, request, response).ok());
  EXPECT_THAT(served.audit.lines().back(), HasSubstr("500 topics: topic-0 topic-1 "));
  EXPECT_THAT(served.audit.lines().back(), HasSubstr(" topic-499\""));
}

}  // namespace
}  // namespace monkafka::admin
