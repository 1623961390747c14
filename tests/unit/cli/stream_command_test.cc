#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <thread>

#include "monkafka/admin/v1/records.grpc.pb.h"
#include "monkafka/admin/v1/resources.grpc.pb.h"
#include "monkafka/admin/v1/segments.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using testing::HasSubstr;
using testing::Not;

class FakeRecords : public v1::RecordsService::Service {
 public:
  grpc::Status SearchRecords(grpc::ServerContext* context, const v1::SearchRecordsRequest* request,
                             grpc::ServerWriter<v1::SearchRecordsResponse>* writer) override {
    search = *request;
    if (endless) {
      v1::SearchRecordsResponse progress;
      progress.mutable_progress()->set_resume_token("T 1");
      writer->Write(progress);
      if (found_at) {
        v1::SearchRecordsResponse found;
        found.add_records()->mutable_record()->set_offset(*found_at);
        writer->Write(found);
      }
      while (!lost && !context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    v1::SearchRecordsResponse event;
    event.mutable_progress()->set_scanned_bytes(1);
    writer->Write(event);
    event.Clear();
    v1::PartitionRecord& found = *event.add_records();
    found.set_topic(request->topic());
    found.mutable_record()->set_offset(7);
    found.mutable_record()->set_timestamp_ms(0);
    found.mutable_record()->set_value("v\x1b[777");
    found.mutable_record()->set_value_size_bytes(6);
    writer->Write(event);
    event.Clear();
    event.mutable_summary()->set_matched_records(1);
    event.mutable_summary()->set_resume_token(resume_token);
    for (const auto& each : unreadable) {
      *event.mutable_summary()->add_unreadable_partitions() = each;
    }
    writer->Write(event);
    return grpc::Status::OK;
  }

  // One record of each partition, then the server ends.
  grpc::Status ReadRecords(grpc::ServerContext*, const v1::ReadRecordsRequest* request,
                           grpc::ServerWriter<v1::ReadRecordsResponse>* writer) override {
    v1::ReadRecordsResponse event;
    for (const int32_t partition : request->partitions()) {
      v1::PartitionRecord& record = *event.add_records();
      record.set_topic(request->topic());
      record.set_partition(partition);
      record.mutable_record()->set_offset(7);
    }
    writer->Write(event);
    return grpc::Status::CANCELLED;
  }

  grpc::Status ProduceRecords(grpc::ServerContext*, const v1::ProduceRecordsRequest* request,
                              v1::ProduceRecordsResponse* response) override {
    if (request->ByteSizeLong() > most_bytes) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED,
              "Received message larger than max (17000056 vs. 16777216)"};
    }
    if (++requests == lost_request) return grpc::Status::CANCELLED;  // as a server that ends
    produced.push_back(*request);
    // Each partition's records are a batch.
    std::map<int32_t, int> batches;
    for (int i = 0; i < request->records_size(); ++i) {
      const v1::NewRecord& record = request->records(i);
      const int32_t partition = record.has_partition() ? record.partition() : i % 2;
      response->add_records()->set_partition(partition);
      batches[partition] += record.value().size() > most_in_record ? most_in_batch + 1 : 1;
    }
    for (int i = 0; i < request->records_size(); ++i) {
      v1::ProducedRecord& record = *response->mutable_records(i);
      if (batches[record.partition()] > most_in_batch) {
        record.set_error("MESSAGE_TOO_LARGE: the batch has too many bytes");
        record.set_offset(-1);
      } else {
        record.set_offset(static_cast<int64_t>(log[record.partition()].size()));
        log[record.partition()].push_back(request->records(i).value());
      }
    }
    return grpc::Status::OK;
  }

  v1::SearchRecordsRequest search;
  std::string resume_token;
  bool endless = false;
  std::optional<int64_t> found_at;  // before it has no end
  bool lost = false;                // as a server that ends in the middle of what is endless
  std::vector<v1::UnreadablePartition> unreadable;
  std::vector<v1::ProduceRecordsRequest> produced;
  int requests = 0;
  int lost_request = -1;  // the number of the one that is not answered
  size_t most_bytes = 16'000'000;
  int most_in_batch = 10'000;
  size_t most_in_record = 10'000'000;
  std::map<int32_t, std::vector<std::string>> log;
};

class FakeSegments : public v1::SegmentsService::Service {
 public:
  grpc::Status VerifySegments(grpc::ServerContext* context,
                              const v1::VerifySegmentsRequest* request,
                              grpc::ServerWriter<v1::VerifySegmentsResponse>* writer) override {
    verify = *request;
    v1::VerifySegmentsResponse event;
    if (endless) {
      event.mutable_progress()->set_file("orders-1/00000000000000000042.log");
      writer->Write(event);
      while (!lost && !context->IsCancelled()) std::this_thread::yield();
      return grpc::Status::CANCELLED;
    }
    for (int i = 0; i < anomalies; ++i) {
      event.mutable_anomaly()->set_kind(v1::ANOMALY_KIND_BAD_CRC);
      event.mutable_anomaly()->set_severity(v1::ANOMALY_SEVERITY_ERROR);
      event.mutable_anomaly()->set_file("orders-0/00000000000000000000.log");
      writer->Write(event);
    }
    event.mutable_summary()->set_error_count(anomalies);
    event.mutable_summary()->set_batch_count(9);
    writer->Write(event);
    return grpc::Status::OK;
  }

  grpc::Status ReadBatches(grpc::ServerContext*, const v1::ReadBatchesRequest*,
                           grpc::ServerWriter<v1::ReadBatchesResponse>* writer) override {
    v1::ReadBatchesResponse event;
    event.mutable_batch()->set_last_offset(6);
    writer->Write(event);
    return grpc::Status::CANCELLED;  // as a server that ends
  }

  int anomalies = 0;
  bool endless = false;
  bool lost = false;
  v1::VerifySegmentsRequest verify;
};

class FakeResources : public v1::ResourcesService::Service {
 public:
  grpc::Status PlanResources(grpc::ServerContext*, const v1::PlanResourcesRequest* request,
                             v1::PlanResourcesResponse* response) override {
    documents = request->documents();
    *response->mutable_plan() = plan;
    return grpc::Status::OK;
  }

  static v1::ResourceDocuments Exported() {
    v1::ResourceDocuments documents;
    for (const char* name : {"a", "b"}) {
      v1::TopicDocument& topic = *documents.add_topics();
      topic.set_name(name);
      topic.set_partitions(2);
      (*topic.mutable_configs())["retention.ms"] = "86400000";
    }
    return documents;
  }

  grpc::Status ExportResources(grpc::ServerContext*, const v1::ExportResourcesRequest*,
                               v1::ExportResourcesResponse* response) override {
    *response->mutable_documents() = Exported();
    return grpc::Status::OK;
  }

  grpc::Status ApplyResourcesWithProgress(
      grpc::ServerContext* context, const v1::ApplyResourcesWithProgressRequest* request,
      grpc::ServerWriter<v1::ApplyResourcesWithProgressResponse>* writer) override {
    applied.push_back(*request);
    v1::ApplyResourcesWithProgressResponse event;
    event.mutable_progress()->set_done_partition_count(30);
    event.mutable_progress()->set_total_partition_count(120);
    writer->Write(event);
    while (endless && !context->IsCancelled()) std::this_thread::yield();
    if (endless) return grpc::Status::CANCELLED;
    *event.mutable_summary()->mutable_plan() = plan;
    writer->Write(event);
    return grpc::Status::OK;
  }

  v1::Plan plan;
  v1::ResourceDocuments documents;
  bool endless = false;
  std::vector<v1::ApplyResourcesWithProgressRequest> applied;
};

class StreamCommandTest : public testing::Test {
 protected:
  StreamCommandTest() {
    std::string file = (cli.home() / "topics.yaml").string();
    FILE* out = std::fopen(file.c_str(), "w");
    std::fputs("topics:\n- name: orders\n  partitions: 3\n", out);
    std::fclose(out);
    topics_file = file;
  }

  FakeRecords records;
  FakeSegments segments;
  FakeResources resources;
  CommandLine cli{{&records, &segments, &resources}};
  std::string topics_file;
};

TEST_F(StreamCommandTest, SearchSendsItsConditionsAndShowsMatches) {
  EXPECT_EQ(cli.Run({"record", "search", "orders", "--value", "v777", "--header-regex",
                     "trace=^a=b", "--scan-bytes", "1MiB", "--max", "3"}),
            kDone);
  ASSERT_EQ(records.search.predicates_size(), 2);
  EXPECT_EQ(records.search.predicates(0).field(), v1::Predicate::FIELD_VALUE);
  EXPECT_EQ(records.search.predicates(0).match(), v1::Predicate::MATCH_EXACT);
  EXPECT_EQ(records.search.predicates(0).operand(), "v777");
  EXPECT_EQ(records.search.predicates(1).header(), "trace");
  EXPECT_EQ(records.search.predicates(1).operand(), "^a=b");
  EXPECT_EQ(records.search.budget().max_bytes(), 1 << 20);
  EXPECT_EQ(records.search.max_matches(), 3);
  EXPECT_EQ(cli.out(),
            "PARTITION  OFFSET  TIMESTAMP                 KEY  VALUE\n"
            "        0       7  1970-01-01T00:00:00.000Z  -    v\\x1b[777\n");
}

TEST_F(StreamCommandTest, ASearchThatRanOutOfBudgetSaysHowToGoOn) {
  records.resume_token = "abc";
  cli.Run({"record", "search", "orders"});
  EXPECT_THAT(cli.error(), HasSubstr("--resume abc"));
  cli.Run({"record", "search", "orders", "--resume", "abc"});
  EXPECT_EQ(records.search.resume_token(), "abc");
}

TEST_F(StreamCommandTest, ASearchThatIsCutShortIsAFailureThatSaysHowToGoOn) {
  records.endless = true;
  EXPECT_EQ(cli.Run({"record", "search", "my orders", "--value", "a b", "--since",
                     "2026-11-25T19:02:11Z", "--timeout", "1s"}),
            kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: the search is not complete: --timeout 1s is over; 0 found until then\n"
            "  next: monkafkactl record search 'my orders' --value 'a b' --timeout 1s --since "
            "2026-11-25T19:02:11.000Z --resume 'T 1'\n");
  EXPECT_EQ(cli.out(), "");
}

TEST_F(StreamCommandTest, ASearchWhoseServerEndsSaysHowToGoOn) {
  records.endless = records.lost = true;
  EXPECT_EQ(cli.Run({"record", "search", "orders", "--value", "a"}), kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot search topic orders: the connection to 127.0.0.1:9095 was lost, 0 "
            "found until then\n"
            "  next: is the broker running? To go on:\n"
            "        monkafkactl record search orders --value a --resume 'T 1'\n");
}

TEST_F(StreamCommandTest, PartitionsThatASearchLeftOutAreNamed) {
  v1::UnreadablePartition& gone = records.unreadable.emplace_back();
  gone.set_partition(1);
  gone.set_reason("partition orders-1 cannot be read: its log is damaged");
  EXPECT_EQ(cli.Run({"record", "search", "orders"}), kFailed);
  EXPECT_THAT(cli.out(), HasSubstr("777"));
  EXPECT_THAT(cli.error(), HasSubstr("1 partition left out:\n"
                                     "  partition orders-1 cannot be read: its log is damaged\n"
                                     "  next: `monkafkactl segment verify orders` says"));
}

TEST_F(StreamCommandTest, ASearchThatIsCutShortGoesOnBehindTheLastMatchForTheRestOfMax) {
  records.endless = true;
  records.found_at = 7;
  EXPECT_EQ(cli.Run({"record", "search", "orders", "--max", "5", "--timeout", "1s"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("next: monkafkactl record search orders --timeout 1s --max 4 "
                                     "--resume 'T 1@0:8'\n"));
  EXPECT_EQ(cli.Run({"record", "search", "orders", "--max", "1", "--timeout", "1s"}), kDone)
      << "all that was wanted is there: " << cli.error();
  records.endless = false;
  cli.Run({"record", "search", "orders", "--resume", "T 1@0:8"});
  EXPECT_EQ(records.search.resume_token(), "T 1");
  EXPECT_EQ(records.search.resume_at().offset(), 8);
}

TEST_F(StreamCommandTest, WhatIsLeftOfMaxIsSaidOnceForTheCommandsOfAllPartitions) {
  EXPECT_EQ(cli.Run({"record", "read", "orders", "-p", "0-1", "--max", "5"}), kFailed);
  EXPECT_THAT(cli.error(),
              HasSubstr("monkafkactl record read orders --max 3 --partitions 0 --offset 8\n"));
  EXPECT_THAT(cli.error(),
              HasSubstr("monkafkactl record read orders --max 3 --partitions 1 --offset 8\n"));
  EXPECT_THAT(cli.error(),
              HasSubstr("# 3 records left of --max in all; each of these may show as many\n"));
  EXPECT_EQ(cli.Run({"record", "read", "orders", "-p", "0", "--max", "5"}), kFailed);
  EXPECT_THAT(cli.error(), testing::Not(HasSubstr("left of --max")));
}

TEST_F(StreamCommandTest, JsonLinesAreTheRecordsAndTheSummary) {
  cli.Run({"record", "search", "orders", "-o", "jsonl"});
  std::istringstream lines(cli.out());
  std::string record, summary, more;
  std::getline(lines, record);
  std::getline(lines, summary);
  EXPECT_THAT(record,
              HasSubstr("{\"topic\":\"orders\",\"partition\":0,\"record\":{\"offset\":\"7\""));
  EXPECT_THAT(summary, HasSubstr("\"summary\":{\"end\":"));
  EXPECT_FALSE(std::getline(lines, more));
}

TEST_F(StreamCommandTest, ProduceSendsAValueOrTheLinesOfStdin) {
  EXPECT_EQ(
      cli.Run({"record", "produce", "orders", "--key", "k", "--value", "v", "--header", "a=b"}),
      kDone);
  ASSERT_EQ(records.produced.size(), 1U);
  EXPECT_EQ(records.produced[0].records(0).key(), "k");
  EXPECT_EQ(records.produced[0].records(0).headers(0).key(), "a");
  cli.input = "k1:v1\nk2:v2:x\n";
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "--key-separator", ":"}), kDone);
  ASSERT_EQ(records.produced[1].records_size(), 2);
  EXPECT_EQ(records.produced[1].records(1).key(), "k2");
  EXPECT_EQ(records.produced[1].records(1).value(), "v2:x");
}

TEST_F(StreamCommandTest, ProduceSplitsMuchInputIntoRequests) {
  for (int i = 0; i < 12'000; ++i) cli.input += "line\n";
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "-q"}), kDone);
  int total = 0;
  for (const auto& request : records.produced) {
    EXPECT_LE(request.records_size(), 5'000);
    total += request.records_size();
  }
  EXPECT_EQ(total, 12'000);
}

TEST_F(StreamCommandTest, WhatWasProducedIsOneAnswerOfSeveralRequests) {
  for (int i = 0; i < 6'000; ++i) cli.input += std::to_string(i) + "\n";
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "-o", "json"}), kDone);
  EXPECT_EQ(records.produced.size(), 2U);
  v1::ProduceRecordsResponse answer;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(cli.out(), &answer).ok()) << cli.out();
  EXPECT_EQ(answer.records_size(), 6'000);
}

TEST_F(StreamCommandTest, ARecordThatIsTooLargeIsNamedBehindWhatWasProduced) {
  records.most_bytes = 1'000'000;
  cli.input = "a\n" + std::string(2'000'000, 'b') + "\nc\n";
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "-o", "json"}), kFailed);
  v1::ProduceRecordsResponse answer;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(cli.out(), &answer).ok()) << cli.out();
  EXPECT_EQ(answer.records_size(), 1);
  EXPECT_EQ(
      cli.error(),
      "1 record produced\n"
      "monkafkactl: cannot produce to orders: record 2 has 1.9 MiB, and the admin service takes "
      "16.0 MiB at once\n"
      "  next: a Kafka client may produce it, when max.message.bytes of the topic is as large\n");
}

TEST_F(StreamCommandTest, ABatchThatIsTooLargeForTheTopicIsSentInParts) {
  records.most_in_batch = 3;
  records.most_in_record = 100;
  for (int i = 0; i < 20; ++i) {
    cli.input += (i == 6 ? std::string(200, 'x') : std::to_string(i)) + "\n";
  }
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "-o", "json"}), kFailed) << "record 6";
  v1::ProduceRecordsResponse answer;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(cli.out(), &answer).ok()) << cli.out();
  ASSERT_EQ(answer.records_size(), 20);
  for (int i = 0; i < 20; ++i) {
    const v1::ProducedRecord& record = answer.records(i);
    EXPECT_EQ(record.partition(), i % 2) << "where it was to be at first";
    EXPECT_EQ(record.error().empty(), i != 6);
    EXPECT_EQ(record.offset(), i == 6 ? -1 : i / 2 - (i % 2 == 0 && i > 6 ? 1 : 0));
  }
  EXPECT_THAT(records.log[1],
              testing::ElementsAre("1", "3", "5", "7", "9", "11", "13", "15", "17", "19"));
  EXPECT_EQ(
      cli.error(),
      "19 records produced, 1 failed\n"
      "to take larger records: monkafkactl topic alter orders --set max.message.bytes=BYTES\n");
}

TEST_F(StreamCommandTest, AProduceThatIsLostGoesOnWithTheFirstLineWithoutAnAnswer) {
  records.most_in_batch = 3;
  records.most_in_record = 100;
  const std::string too_large(400, 'A');
  cli.input = "{\"partition\":2,\"value\":\"" + too_large + "\"}\n";
  // The batch of partition 0 is too large, and the connection breaks before its second half.
  for (const char* partition : {"0", "0", "1", "0", "0", "1"}) {
    cli.input += std::string("{\"partition\":") + partition + ",\"value\":\"dg==\"}\n";
  }
  records.lost_request = 3;
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "--jsonl"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("4 records produced, 1 failed\n"));
  EXPECT_THAT(cli.error(),
              HasSubstr("was lost, after 3 records that the broker has acknowledged and 1 that it "
                        "refused; of those that were under way some may be there as well\n"
                        "  next: is the broker running? To go on:\n"
                        "        give the lines from number 5 on to:\n"
                        "        monkafkactl record produce orders --jsonl\n"));
}

TEST_F(StreamCommandTest, ATombstoneHasNoValue) {
  cli.Run({"record", "produce", "orders", "--key", "k", "--tombstone"});
  EXPECT_FALSE(records.produced.at(0).records(0).has_value());
  EXPECT_EQ(cli.Run({"record", "produce", "orders", "--tombstone"}), kUsage);
}

TEST_F(StreamCommandTest, VerifyEndsWith2WhenItFoundSomething) {
  EXPECT_EQ(cli.Run({"segment", "verify", "orders", "--partition", "0", "--records"}), kDone);
  EXPECT_TRUE(segments.verify.check_records());
  EXPECT_EQ(segments.verify.partition(), 0);
  segments.anomalies = 2;
  EXPECT_EQ(cli.Run({"segment", "verify"}), kDrift);
  EXPECT_THAT(cli.out(), HasSubstr("bad crc"));
  EXPECT_THAT(cli.error(), HasSubstr("2 errors"));
}

TEST_F(StreamCommandTest, AVerifyThatIsCutShortSaysTheCommandThatGoesOn) {
  segments.endless = true;
  EXPECT_EQ(cli.Run({"segment", "verify", "--records", "--from", "a-0/1.log", "--timeout", "1s"}),
            kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: verified only up to orders-1/00000000000000000042.log: --timeout 1s is "
            "over\n  next: monkafkactl segment verify --records --timeout 1s --from "
            "orders-1/00000000000000000042.log\n");
  EXPECT_EQ(segments.verify.start_file(), "a-0/1.log");
}

TEST_F(StreamCommandTest, AVerifyWhoseServerEndsSaysTheCommandThatGoesOn) {
  segments.endless = segments.lost = true;
  EXPECT_EQ(cli.Run({"segment", "verify", "--records"}), kFailed);
  EXPECT_EQ(cli.error(),
            "monkafkactl: cannot verify: the connection to 127.0.0.1:9095 was lost, verified only "
            "up to orders-1/00000000000000000042.log\n"
            "  next: is the broker running? To go on:\n"
            "        monkafkactl segment verify --records --from "
            "orders-1/00000000000000000042.log\n");
}

TEST_F(StreamCommandTest, ADumpWhoseServerEndsSaysTheCommandThatGoesOn) {
  EXPECT_EQ(cli.Run({"segment", "dump", "orders", "--from", "3", "-o", "json"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("was lost, 1 batch shown\n"));
  EXPECT_THAT(cli.error(), HasSubstr("monkafkactl segment dump orders -o json --from 7\n"));
  EXPECT_THAT(cli.out(), testing::EndsWith("]\n")) << "what came is whole JSON";
}

TEST_F(StreamCommandTest, PlanEndsWith2WhenThereIsDrift) {
  EXPECT_EQ(cli.Run({"plan", "-f", topics_file}), kDone);
  EXPECT_EQ(resources.documents.topics(0).partitions(), 3);
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_CREATE);
  EXPECT_EQ(cli.Run({"plan", "-f", topics_file}), kDrift);
  EXPECT_EQ(cli.Run({"diff", "-f", topics_file}), kDrift);
}

TEST_F(StreamCommandTest, WhatIsImpossibleIsNoChange) {
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_CREATE);
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_IMPOSSIBLE);
  EXPECT_EQ(cli.Run({"plan", "-f", topics_file}), kDrift);
  EXPECT_THAT(cli.error(), HasSubstr("1 change, 1 impossible, 0 topics as documented"));
}

TEST_F(StreamCommandTest, WhatIsImpossibleIsNotAppliedNorAskedAbout) {
  auto* action = resources.plan.add_actions();
  action->set_kind(v1::PlanAction::KIND_DELETE);
  action->set_destructive(true);
  action = resources.plan.add_actions();
  action->set_kind(v1::PlanAction::KIND_IMPOSSIBLE);
  action->set_topic("orders");
  action->set_field("partitions");
  action->set_reason("they can only become more");
  for (const char* how : {"--dry-run", "--yes", "--quiet"}) {
    EXPECT_EQ(cli.Run({"apply", "-f", topics_file, how}), kFailed) << how;
    EXPECT_THAT(cli.error(), HasSubstr("cannot apply: partitions of topic orders: they can only "
                                       "become more\n  next: nothing was changed"));
  }
  EXPECT_TRUE(resources.applied.empty());
}

TEST_F(StreamCommandTest, WhatExportWritesIsReadInEveryFormat) {
  for (const char* format : {"yaml", "json", "jsonl"}) {
    const std::string file = (cli.home() / "exported").string();
    ASSERT_EQ(cli.Run({"export", "-o", format, "-f", file}), kDone) << cli.error();
    resources.documents.Clear();
    EXPECT_EQ(cli.Run({"plan", "-f", file}), kDone) << format << cli.error();
    EXPECT_EQ(resources.documents.SerializeAsString(),
              FakeResources::Exported().SerializeAsString())
        << format;
  }
}

TEST_F(StreamCommandTest, ApplyIsBoundToThePlanThatWasShown) {
  resources.plan.set_etag("e1");
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_CREATE);
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file}), kDone);
  EXPECT_EQ(resources.applied.at(0).etag(), "e1");
}

TEST_F(StreamCommandTest, ApplyShowsItsProgressOnATerminal) {
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_CREATE);
  cli.terminal.error_is_terminal = true;
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("apply  [=====>              ]  25%  30 of 120"));
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file, "-o", "json"}), kDone);
  EXPECT_THAT(cli.out(), testing::StartsWith("{\n \"plan\": {"));
}

TEST_F(StreamCommandTest, ApplyThatIsCutShortSaysWhatToLookAt) {
  resources.plan.add_actions()->set_kind(v1::PlanAction::KIND_CREATE);
  resources.endless = true;
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file, "--yes", "--timeout", "500ms"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("--timeout 500ms is over: what had begun goes on"));
  EXPECT_THAT(cli.error(), HasSubstr("next: `monkafkactl plan -f " + topics_file +
                                     " --timeout 500ms` shows what is left\n"));
}

TEST_F(StreamCommandTest, ApplyThatDeletesAsksFirst) {
  auto* action = resources.plan.add_actions();
  action->set_kind(v1::PlanAction::KIND_DELETE);
  action->set_topic("old");
  action->set_destructive(true);
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file, "--prune"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("which may delete records: delete topic old"));
  EXPECT_TRUE(resources.applied.empty());
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file, "--prune", "--yes"}), kDone);
  EXPECT_TRUE(resources.applied.at(0).prune());
}

TEST_F(StreamCommandTest, ApplyThatKeepsRecordsForAShorterTimeAsksFirst) {
  auto* action = resources.plan.add_actions();
  action->set_kind(v1::PlanAction::KIND_SET_CONFIG);
  action->set_topic("orders");
  action->set_field("configs.retention.ms");
  action->set_from_value("604800000");
  action->set_to_value("1000");
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file}), kDone);
  action->set_destructive(true);
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("configs.retention.ms of orders from 604800000 to 1000"));
  EXPECT_EQ(cli.Run({"apply", "-f", topics_file, "--yes"}), kDone);
  EXPECT_EQ(resources.applied.size(), 2U);
}

TEST_F(StreamCommandTest, AServiceThatIsMissingIsExplained) {
  EXPECT_EQ(cli.Run({"topic", "list"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("older than this monkafkactl"));
}

}  // namespace
}  // namespace monkafka::cli
