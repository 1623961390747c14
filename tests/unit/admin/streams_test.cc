#include <gmock/gmock.h>

#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/records.grpc.pb.h"
#include "unit/admin/served.h"

namespace monkafka::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

PartitionOffsets OffsetsOf(int32_t partition, int64_t end) {
  PartitionOffsets offsets;
  offsets.topic = "orders";
  offsets.partition = partition;
  offsets.log_end_offset = end;
  return offsets;
}

template <class Response>
void AddValues(const Response& response, std::vector<std::string>& values) {
  for (const auto& at : response.records()) values.push_back(at.record().value());
}

struct StreamsTest : testing::Test {
  Served served;
  std::unique_ptr<v1::OffsetsService::Stub> offsets = v1::OffsetsService::NewStub(served.channel);
  std::unique_ptr<v1::RecordsService::Stub> records = v1::RecordsService::NewStub(served.channel);
  grpc::ClientContext context;
};

TEST_F(StreamsTest, WatchSendsEverythingThenWhatChanged) {
  served.offsets.Set({OffsetsOf(0, 5), OffsetsOf(1, 9)});
  v1::WatchOffsetsRequest request;
  v1::WatchOffsetsResponse response;
  auto stream = offsets->WatchOffsets(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.update().offsets_size(), 2);

  served.timers.FireNext();
  served.offsets.WaitForSnapshots(2);  // nothing changed, nothing is sent
  served.offsets.Set({OffsetsOf(0, 6)});
  served.timers.FireNext();
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.update().offsets_size(), 1);
  EXPECT_EQ(response.update().offsets(0).log_end_offset(), 6);
  ASSERT_EQ(response.update().removed_size(), 1);
  EXPECT_EQ(response.update().removed(0).partition(), 1);
  context.TryCancel();
}

TEST_F(StreamsTest, WatchOfSomeUpdatesEndsWithASummary) {
  v1::WatchOffsetsRequest request;
  request.set_max_updates(1);
  v1::WatchOffsetsResponse response;
  auto stream = offsets->WatchOffsets(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_update());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().update_count(), 1);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamsTest, WatchRefusesAnIntervalThatWouldBurn) {
  v1::WatchOffsetsRequest request;
  request.mutable_interval()->set_nanos(1'000'000);
  v1::WatchOffsetsResponse response;
  auto stream = offsets->WatchOffsets(&context, request);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamsTest, TailSendsWhatIsAppendedAndLetsGoWhenItIsCancelled) {
  served.records.Append("before");
  v1::TailRecordsRequest request;
  request.set_topic("orders");
  v1::TailRecordsResponse response;
  auto stream = records->TailRecords(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_caught_up());
  served.records.Append("one");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.records(0).record().value(), "one");
  EXPECT_EQ(response.records(0).record().offset(), 1);
  served.records.WaitForWait(2);
  served.records.Append("two");
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.records(0).record().value(), "two");
  served.records.WaitForWait(3);
  context.TryCancel();
  served.records.WaitForFreedSubscription();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamsTest, TailOfSomeRecordsEndsWithASummary) {
  for (const char* value : {"a", "b", "c"}) served.records.Append(value);
  v1::TailRecordsRequest request;
  request.set_topic("orders");
  request.mutable_start()->set_earliest(true);
  request.set_max_records(2);
  v1::TailRecordsResponse response;
  auto stream = records->TailRecords(&context, request);
  std::vector<std::string> values;
  while (stream->Read(&response) && !response.has_summary()) AddValues(response, values);
  EXPECT_THAT(values, ElementsAre("a", "b"));
  EXPECT_EQ(response.summary().end(), v1::SCAN_END_LIMIT);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamsTest, ReaderThatTakesNothingForTooLongIsSentAway) {
  served.records.set_endless(10'000);
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  v1::ReadRecordsResponse response;
  auto stream = records->ReadRecords(&context, request);
  while (served.records.stopped_scans() == 0) served.timers.FireIfAny();
  while (stream->Read(&response)) continue;
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("nothing of it was read for 60 s"));
}

// Holds the only call that there may be, and reads nothing of it.
class StalledCallerTest : public testing::Test {
 protected:
  static ServerOptions OneCall() {
    ServerOptions options;
    options.max_calls = 1;
    return options;
  }
  grpc::Status TryAnother() {
    grpc::ClientContext another;
    v1::GetClusterResponse response;
    return cluster->GetCluster(&another, {}, &response);
  }
  // Time goes on until there is room for others.
  template <class Stream>
  void ExpectSentAway(Stream& stream) {
    EXPECT_EQ(ReasonOf(TryAnother()), "CALLS_EXHAUSTED");
    while (!TryAnother().ok()) served.timers.FireIfAny();
    EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }

  Served served{OneCall()};
  std::unique_ptr<v1::ClusterService::Stub> cluster = v1::ClusterService::NewStub(served.channel);
  grpc::ClientContext context;
};

TEST_F(StalledCallerTest, TailMakesRoom) {
  served.records.set_endless(10'000);
  v1::TailRecordsRequest request;
  request.set_topic("orders");
  request.mutable_start()->set_earliest(true);
  auto stream = v1::RecordsService::NewStub(served.channel)->TailRecords(&context, request);
  served.records.WaitForStoppedScan();  // nothing more is read for it
  ExpectSentAway(*stream);
}

TEST_F(StalledCallerTest, WatchMakesRoom) {
  served.offsets.Set({OffsetsOf(0, 5)});
  auto stream = v1::OffsetsService::NewStub(served.channel)
                    ->WatchOffsets(&context, v1::WatchOffsetsRequest());
  served.offsets.WaitForSnapshots(1);
  ExpectSentAway(*stream);
}

TEST_F(StreamsTest, ReaderThatDoesNotReadCostsABoundedBuffer) {
  constexpr size_t kRecordBytes = 10'000;
  served.records.set_endless(kRecordBytes);
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  v1::ReadRecordsResponse response;
  auto stream = records->ReadRecords(&context, request);
  std::vector<std::string> read;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    AddValues(response, read);
  }
  context.TryCancel();
  served.records.WaitForStoppedScan();
  // What was read, what waits in the call, and what gRPC itself holds of the transport's window.
  EXPECT_LT(served.records.given() * kRecordBytes, read.size() * kRecordBytes + (4 << 20));
}

TEST_F(StreamsTest, DeadlineStopsTheScan) {
  served.records.set_endless(1);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(20));
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  auto stream = records->ReadRecords(&context, request);
  served.records.WaitForStoppedScan();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(StreamsTest, SearchResumesWhereItsBudgetEnded) {
  for (const char* value : {"a", "b", "c", "d"}) served.records.Append(value);
  v1::SearchRecordsRequest request;
  request.set_topic("orders");
  request.mutable_budget()->set_max_records(3);
  v1::SearchRecordsResponse response;
  auto first = records->SearchRecords(&context, request);
  while (first->Read(&response)) {
  }
  EXPECT_EQ(response.summary().end(), v1::SCAN_END_BUDGET);
  ASSERT_NE(response.summary().resume_token(), "");

  grpc::ClientContext again;
  request.set_resume_token(response.summary().resume_token());
  auto second = records->SearchRecords(&again, request);
  std::vector<std::string> values;
  while (second->Read(&response)) AddValues(response, values);
  EXPECT_THAT(values, ElementsAre("d"));
  EXPECT_EQ(response.summary().resume_token(), "");

  grpc::ClientContext other;
  request.set_topic("other");
  auto third = records->SearchRecords(&other, request);
  EXPECT_FALSE(third->Read(&response));
  EXPECT_EQ(ReasonOf(third->Finish()), "RESUME_TOKEN_INVALID");
}

TEST_F(StreamsTest, SearchGoesOnBehindARecordThatCameAfterItsToken) {
  for (const char* value : {"a", "b", "c", "d"}) served.records.Append(value);
  v1::SearchRecordsRequest request;
  request.set_topic("orders");
  request.mutable_budget()->set_max_records(1);
  v1::SearchRecordsResponse response;
  auto first = records->SearchRecords(&context, request);
  while (first->Read(&response)) {
  }
  request.clear_budget();
  request.mutable_resume_at()->set_offset(3);
  const auto refused_field = [&] {
    grpc::ClientContext again;
    auto stream = records->SearchRecords(&again, request);
    EXPECT_FALSE(stream->Read(&response));
    const auto refusal = DetailOf<google::rpc::BadRequest>(stream->Finish());
    return refusal ? refusal->field_violations(0).field() : "";
  };
  EXPECT_EQ(refused_field(), "resume_at") << "without a token";

  request.set_resume_token(response.summary().resume_token());
  grpc::ClientContext again;
  auto second = records->SearchRecords(&again, request);
  std::vector<std::string> values;
  while (second->Read(&response)) AddValues(response, values);
  EXPECT_THAT(values, ElementsAre("d"));

  request.mutable_resume_at()->set_partition(7);
  EXPECT_EQ(refused_field(), "resume_at.partition");
}

TEST_F(StreamsTest, RecordsComeManyToAMessage) {
  for (int i = 0; i < 2500; ++i) served.records.Append("v");
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  v1::ReadRecordsResponse response;
  auto stream = records->ReadRecords(&context, request);
  std::vector<int> sizes;
  while (stream->Read(&response)) sizes.push_back(response.records_size());
  EXPECT_THAT(sizes, ElementsAre(1000, 1000, 500, 0));
  EXPECT_EQ(response.summary().matched_records(), 2500);
}

TEST_F(StreamsTest, MessagesOfRecordsAreOfABoundedSize) {
  for (const size_t size : {30'000, 30'000, 30'000, 100'000, 1}) {
    served.records.Append(std::string(size, 'x'));
  }
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  v1::ReadRecordsResponse response;
  auto stream = records->ReadRecords(&context, request);
  std::vector<int> sizes;
  std::vector<std::string> values;
  while (stream->Read(&response)) {
    sizes.push_back(response.records_size());
    AddValues(response, values);
  }
  EXPECT_THAT(sizes, ElementsAre(2, 1, 1, 1, 0));
  EXPECT_EQ(values[3].size(), 100'000u);
  EXPECT_EQ(values[4], "x");
}

TEST_F(StreamsTest, RecordsDoNotWaitForWhatTakesLong) {
  for (const char* value : {"a", "b", "c"}) served.records.Append(value);
  served.records.set_pause_after(1);
  v1::SearchRecordsRequest request;
  request.set_topic("orders");
  v1::SearchRecordsResponse response;
  auto stream = records->SearchRecords(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  std::vector<std::string> values;
  AddValues(response, values);
  EXPECT_THAT(values, ElementsAre("a", "b"));
  served.records.Resume();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.records(0).record().value(), "c");
}

TEST_F(StreamsTest, ValuesOfEnumsThatAreNotKnownAreRefused) {
  v1::SearchRecordsRequest search;
  search.set_topic("orders");
  search.add_predicates()->set_field(v1::Predicate::FIELD_KEY);
  search.mutable_predicates(0)->set_match(static_cast<v1::Predicate::Match>(77));
  v1::SearchRecordsResponse found;
  auto stream = records->SearchRecords(&context, search);
  EXPECT_FALSE(stream->Read(&found));
  const auto match = DetailOf<google::rpc::BadRequest>(stream->Finish());
  ASSERT_TRUE(match);
  EXPECT_EQ(match->field_violations(0).field(), "predicates.match");

  v1::ProduceRecordsRequest produce;
  produce.set_topic("orders");
  produce.add_records()->set_value("v");
  produce.set_acks(static_cast<v1::Acks>(77));
  v1::ProduceRecordsResponse produced;
  grpc::ClientContext another;
  const auto acks =
      DetailOf<google::rpc::BadRequest>(records->ProduceRecords(&another, produce, &produced));
  ASSERT_TRUE(acks);
  EXPECT_EQ(acks->field_violations(0).field(), "acks");
}

TEST_F(StreamsTest, FieldsAreCutButTheirSizesTold) {
  served.records.Append("0123456789");
  v1::ReadRecordsRequest request;
  request.set_topic("orders");
  request.set_max_field_bytes(4);
  v1::ReadRecordsResponse response;
  auto stream = records->ReadRecords(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.records(0).record().value(), "0123");
  EXPECT_EQ(response.records(0).record().value_size_bytes(), 10);
  EXPECT_EQ(response.records(0).record().key_size_bytes(), -1);
  EXPECT_FALSE(response.records(0).record().has_key());
  context.TryCancel();
}

struct StuckReaders {
  explicit StuckReaders(const ServerOptions& options) : served(options) {
    served.records.set_endless(100'000);
    request.set_topic("orders");
  }
  ~StuckReaders() {
    for (auto& context : contexts) context->TryCancel();
    for (auto& stream : streams) stream->Finish();
  }
  // One more that reads once, and then no more.
  bool Add() {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    streams.push_back(records->ReadRecords(contexts.back().get(), request));
    v1::ReadRecordsResponse response;
    return streams.back()->Read(&response);
  }
  grpc::Status AddRefused() {
    EXPECT_FALSE(Add());
    return FinishRefused();
  }
  grpc::Status FinishRefused() {
    const grpc::Status status = streams.back()->Finish();
    streams.pop_back();
    return status;
  }

  Served served;
  std::unique_ptr<v1::RecordsService::Stub> records = v1::RecordsService::NewStub(served.channel);
  v1::ReadRecordsRequest request;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::ReadRecordsResponse>>> streams;
};

TEST_F(StreamsTest, ReadersThatDoNotReadKeepNoOtherFromReading) {
  ServerOptions options;
  options.max_scans = 1;
  StuckReaders readers(options);
  for (int i = 0; i < 4; ++i) {
    // Until the one before waits for its reader it is under way.
    while (!readers.Add()) EXPECT_EQ(ReasonOf(readers.FinishRefused()), "SCANS_EXHAUSTED");
  }
}

TEST_F(StreamsTest, MoreScansThanThreadsAreRefused) {
  ServerOptions options;
  options.max_scans = 1;
  options.max_waiting = 0;
  StuckReaders readers(options);
  ASSERT_TRUE(readers.Add());
  const grpc::Status refused = readers.AddRefused();
  EXPECT_EQ(ReasonOf(refused), "SCANS_EXHAUSTED");
  EXPECT_THAT(refused.error_message(), testing::StartsWith("1 long reads are under way"));
}

TEST_F(StreamsTest, OneConnectionCannotHaveAllScans) {
  ServerOptions options;
  options.max_scans_per_connection = 1;
  StuckReaders readers(options);
  ASSERT_TRUE(readers.Add());
  const grpc::Status refused = readers.AddRefused();
  EXPECT_EQ(ReasonOf(refused), "SCANS_EXHAUSTED");
  EXPECT_THAT(refused.error_message(),
              testing::StartsWith("1 long reads of this connection are under way"));
}

TEST_F(StreamsTest, StoppingServerEndsStreamsWithUnavailable) {
  v1::TailRecordsRequest request;
  request.set_topic("orders");
  v1::TailRecordsResponse response;
  auto stream = records->TailRecords(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  served.server.reset();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(StreamsTest, ProducedRecordsSayWhereTheyAre) {
  v1::ProduceRecordsRequest request;
  request.set_topic("orders");
  request.add_records()->set_value("v");
  request.mutable_records(0)->set_partition(0);
  v1::ProduceRecordsResponse response;
  ASSERT_TRUE(records->ProduceRecords(&context, request, &response).ok());
  EXPECT_EQ(response.records(0).offset(), 0);
  EXPECT_TRUE(served.records.last_order.acks_all);
  EXPECT_FALSE(served.records.last_order.records[0].key);
  EXPECT_THAT(served.audit.lines(), ElementsAre(testing::HasSubstr("topic orders records=1")));
}

TEST_F(StreamsTest, TheAuditTellsHowMuchWasAppended) {
  const auto produce = [&](const std::vector<std::string>& values) {
    v1::ProduceRecordsRequest request;
    request.set_topic("orders");
    for (const std::string& value : values) request.add_records()->set_value(value);
    v1::ProduceRecordsResponse response;
    grpc::ClientContext own;
    EXPECT_TRUE(records->ProduceRecords(&own, request, &response).ok());
    const std::string line = served.audit.lines().back();
    return line.substr(line.rfind(' ') + 1);
  };
  EXPECT_EQ(produce({"v"}), "outcome=OK");
  EXPECT_EQ(produce({"v", "refused"}), "outcome=PARTLY_APPENDED");
  EXPECT_EQ(produce({"refused"}), "outcome=NONE_APPENDED");
}

TEST_F(StreamsTest, TheAuditTellsOfARepetitionWhatWasAppendedTheFirstTime) {
  v1::ProduceRecordsRequest request;
  request.set_topic("orders");
  request.set_request_id("r1");
  for (const char* value : {"v", "refused"}) request.add_records()->set_value(value);
  for (int i = 0; i < 2; ++i) {
    v1::ProduceRecordsResponse response;
    grpc::ClientContext own;
    ASSERT_TRUE(records->ProduceRecords(&own, request, &response).ok());
  }
  EXPECT_THAT(served.audit.lines(),
              ElementsAre(testing::EndsWith("request_id=\"r1\" outcome=PARTLY_APPENDED"),
                          testing::EndsWith("replayed=true outcome=PARTLY_APPENDED")));
}

}  // namespace
}  // namespace monkafka::admin
