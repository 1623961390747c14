#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using testing::HasSubstr;

class BusyCluster : public v1::ClusterService::Service {
 public:
  grpc::Status GetCluster(grpc::ServerContext*, const v1::GetClusterRequest*,
                          v1::GetClusterResponse* response) override {
    if (looks_left-- == 0) return Refusal(grpc::StatusCode::INTERNAL, "out of order", "BROKEN");
    response->mutable_cluster()->set_cluster_id("c1");
    response->mutable_cluster()->set_size_bytes(4096);
    response->mutable_cluster()->set_group_count(1234);
    return grpc::Status::OK;
  }

  int looks_left = 1000;
};

class BusyTopics : public v1::TopicsService::Service {
 public:
  grpc::Status ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest*,
                          v1::ListTopicsResponse* response) override {
    for (const char* name : {"busy", "idle"}) response->add_topics()->set_name(name);
    return grpc::Status::OK;
  }
};

class BusyPartitions : public v1::OffsetsService::Service {
 public:
  grpc::Status ListOffsets(grpc::ServerContext*, const v1::ListOffsetsRequest* request,
                           v1::ListOffsetsResponse* response) override {
    EXPECT_EQ(request->order_by(), "rates.bytes_per_second desc, topic, partition");
    for (int32_t p = 0; p < 30; ++p) {
      response->add_offsets()->set_topic("busy");
      response->mutable_offsets(p)->set_partition(p);
    }
    return grpc::Status::OK;
  }
};

class LateGroups : public v1::GroupsService::Service {
 public:
  grpc::Status ListGroups(grpc::ServerContext*, const v1::ListGroupsRequest* request,
                          v1::ListGroupsResponse* response) override {
    EXPECT_EQ(request->order_by(), "member_count desc, group_id");
    if (many) response->set_next_page_token("more");
    for (const char* id : {"a", "b"}) response->add_groups()->set_group_id(id);
    return grpc::Status::OK;
  }
  grpc::Status GetGroupLag(grpc::ServerContext*, const v1::GetGroupLagRequest* request,
                           v1::GetGroupLagResponse* response) override {
    response->mutable_lag()->set_group_id(request->group_id());
    response->mutable_lag()->set_total_lag_records(request->group_id() == "b" ? 7 : 3);
    return grpc::Status::OK;
  }

  bool many = false;
};

class TopCommandTest : public testing::Test {
 protected:
  static google::protobuf::Value Parsed(const std::string& json) {
    google::protobuf::Value value;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &value).ok()) << json;
    return value;
  }

  BusyCluster cluster;
  BusyTopics topics;
  BusyPartitions partitions;
  LateGroups groups;
  CommandLine cli{{&cluster, &topics, &partitions, &groups}};
};

TEST_F(TopCommandTest, ALookForProgramsIsALineOfWhatTheServerAnswered) {
  EXPECT_EQ(cli.Run({"top", "--count", "2", "--interval", "1ms", "-o", "jsonl"}), kDone);
  std::istringstream lines(cli.out());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto sample = Parsed(line).struct_value().fields();
    EXPECT_FALSE(sample.at("time").string_value().empty());
    EXPECT_EQ(sample.at("cluster").struct_value().fields().at("sizeBytes").string_value(), "4096");
    EXPECT_EQ(sample.at("topics").list_value().values_size(), 2);
    EXPECT_EQ(sample.at("partitions").list_value().values_size(), 30);
    const auto& first = sample.at("groups").list_value().values(0).struct_value().fields();
    EXPECT_EQ(first.at("groupId").string_value(), "b") << "the furthest behind";
    EXPECT_EQ(first.at("totalLagRecords").string_value(), "7");
  }
  EXPECT_EQ(count, 2);
  EXPECT_EQ(cli.Run({"top", "--count", "1", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "busy\nidle\n");
}

TEST_F(TopCommandTest, TheArrayOfLooksIsWholeWhenTheServerFails) {
  cluster.looks_left = 2;
  EXPECT_EQ(cli.Run({"top", "--interval", "1ms", "-o", "json"}), kFailed);
  EXPECT_EQ(Parsed(cli.out()).list_value().values_size(), 2);
  EXPECT_THAT(cli.error(), HasSubstr("out of order"));
}

TEST_F(TopCommandTest, PeopleSeeTables) {
  EXPECT_EQ(cli.Run({"top", "--count", "1"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("TOPIC"));
  EXPECT_THAT(cli.out(), HasSubstr("busy-29"));
  EXPECT_THAT(cli.out(), HasSubstr("GROUP"));
  cli.terminal.height = 24;
  cli.terminal.width = 80;
  EXPECT_EQ(cli.Run({"top", "--count", "1"}), kDone);
  const std::string shown = cli.out();
  EXPECT_THAT(std::count(shown.begin(), shown.end(), '\n'),
              testing::AllOf(testing::Ge(20), testing::Le(24)))
      << shown;
  EXPECT_THAT(shown, HasSubstr("idle"));
  EXPECT_THAT(shown, HasSubstr("busy-9 "));
}

TEST_F(TopCommandTest, ItSaysOfHowManyGroupsTheLagIsKnown) {
  EXPECT_EQ(cli.Run({"top", "--count", "1"}), kDone);
  EXPECT_THAT(cli.out(), testing::Not(HasSubstr("the lag is that of")));
  groups.many = true;
  EXPECT_EQ(cli.Run({"top", "--count", "1"}), kDone);
  EXPECT_THAT(cli.out(),
              HasSubstr("the lag is that of 500 of 1,234 groups, those with most members\n"));
}

}  // namespace
}  // namespace monkafka::cli
