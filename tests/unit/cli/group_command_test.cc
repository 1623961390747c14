#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using testing::HasSubstr;
using testing::Not;

class FakeCluster : public v1::ClusterService::Service {
 public:
  grpc::Status GetCluster(grpc::ServerContext*, const v1::GetClusterRequest*,
                          v1::GetClusterResponse* response) override {
    response->mutable_cluster()->set_cluster_id(cluster_id);
    return grpc::Status::OK;
  }
  std::string cluster_id = "cluster/1";
};

// One group with committed offsets of one topic.
class FakeGroups : public v1::GroupsService::Service {
 public:
  grpc::Status ResetGroupOffsets(grpc::ServerContext*, const v1::ResetGroupOffsetsRequest* request,
                                 v1::ResetGroupOffsetsResponse* response) override {
    resets.push_back(*request);
    if (refuse && !request->validate_only()) {
      return Refusal(grpc::StatusCode::FAILED_PRECONDITION, "The group has members.",
                     "NON_EMPTY_GROUP");
    }
    for (auto& [partition, offset] : committed) {
      v1::OffsetMove* move = response->add_moves();
      move->set_topic("orders");
      move->set_partition(partition);
      if (offset >= 0) move->set_from_offset(offset);
      move->set_to_offset(0);
      move->set_replayed_records(std::max<int64_t>(offset, 0));
      move->set_from_leader_epoch(3);
      if (!request->validate_only()) offset = 0;
    }
    return grpc::Status::OK;
  }

  grpc::Status CommitGroupOffsets(grpc::ServerContext*,
                                  const v1::CommitGroupOffsetsRequest* request,
                                  v1::CommitGroupOffsetsResponse* response) override {
    commits.push_back(*request);
    for (const v1::OffsetCommit& commit : request->commits()) {
      v1::OffsetMove* move = response->add_moves();
      move->set_topic(commit.topic());
      move->set_partition(commit.partition());
      if (committed[commit.partition()] >= 0) move->set_from_offset(committed[commit.partition()]);
      if (commit.has_offset()) move->set_to_offset(commit.offset());
      if (!request->validate_only())
        committed[commit.partition()] = commit.has_offset() ? commit.offset() : -1;
    }
    return grpc::Status::OK;
  }

  grpc::Status GetGroupLag(grpc::ServerContext*, const v1::GetGroupLagRequest* request,
                           v1::GetGroupLagResponse* response) override {
    response->mutable_lag()->set_group_id(request->group_id());
    for (auto [partition, offset] : committed) {
      v1::PartitionLag* lag = response->mutable_lag()->add_partitions();
      lag->set_topic("orders");
      lag->set_partition(partition);
      if (offset >= 0) lag->set_committed_offset(offset);
      lag->set_lag_records(5);
      lag->set_lag_seconds(90.5);
    }
    return grpc::Status::OK;
  }

  bool refuse = false;
  std::map<int32_t, int64_t> committed = {{0, 10}, {1, 20}, {2, -1}};
  std::vector<v1::ResetGroupOffsetsRequest> resets;
  std::vector<v1::CommitGroupOffsetsRequest> commits;
};

// Logs from 5 to 50.
class FakeOffsets : public v1::OffsetsService::Service {
 public:
  grpc::Status ListOffsets(grpc::ServerContext*, const v1::ListOffsetsRequest* request,
                           v1::ListOffsetsResponse* response) override {
    for (int32_t p = 0; p < 3; ++p) {
      v1::PartitionOffsets& offsets = *response->add_offsets();
      offsets.set_topic(request->topic());
      offsets.set_partition(p);
      offsets.set_log_start_offset(5);
      offsets.set_log_end_offset(50);
    }
    return grpc::Status::OK;
  }
};

class GroupCommandTest : public testing::Test {
 protected:
  int CountUndoFiles() {
    int count = 0;
    std::error_code none;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(cli.home() / ".local", none)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  FakeCluster cluster;
  FakeGroups groups;
  FakeOffsets offsets;
  CommandLine cli{{&cluster, &groups, &offsets}};
};

TEST_F(GroupCommandTest, ResetShowsTheMovesThenMakesThem) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--topic", "orders:0-1", "--to-earliest", "--yes"}),
            kDone);
  EXPECT_THAT(cli.out(), HasSubstr("orders          0    10   0        0        10"));
  ASSERT_EQ(groups.resets.size(), 2U);
  EXPECT_TRUE(groups.resets[0].validate_only());
  EXPECT_FALSE(groups.resets[1].validate_only());
  const auto& request = groups.resets[1];
  EXPECT_TRUE(request.target().earliest());
  EXPECT_EQ(request.scope(0).topic(), "orders");
  EXPECT_EQ(request.scope(0).partitions_size(), 2);
  EXPECT_FALSE(request.request_id().empty());
}

TEST_F(GroupCommandTest, UndoRestoresWhatTheResetMoved) {
  auto before = groups.committed;
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_NE(groups.committed, before);
  EXPECT_EQ(CountUndoFiles(), 1);
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kDone) << cli.error();
  EXPECT_EQ(groups.committed, before) << "partition 2, which had none, has none again";
  EXPECT_EQ(groups.commits.back().commits(0).leader_epoch(), 3);
  EXPECT_EQ(CountUndoFiles(), 0);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("there is nothing to undo for group g"));
}

TEST_F(GroupCommandTest, TheWayBackIsACommandForTheSameServer) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes", "--endpoint", "10.0.0.1:9095"});
  EXPECT_THAT(cli.error(),
              HasSubstr("done; `monkafkactl group undo g --endpoint 10.0.0.1:9095` takes it back"));
}

TEST_F(GroupCommandTest, AnExportGoesToAFileWhenOneIsNamed) {
  const std::string file = (cli.home() / "offsets.yaml").string();
  EXPECT_EQ(cli.Run({"group", "export", "g", "-f", file}), kDone) << cli.error();
  EXPECT_EQ(cli.out(), "");
  EXPECT_EQ(cli.error(), "written to " + file + "\n");
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(GroupCommandTest, AnotherClusterHasNothingToUndo) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  cluster.cluster_id = "cluster/2";
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kFailed);
  EXPECT_TRUE(groups.commits.empty());
}

TEST_F(GroupCommandTest, ADryRunChangesNothingAndKeepsNoUndoFile) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-latest", "--dry-run"}), kDone);
  EXPECT_EQ(groups.resets.size(), 1U);
  EXPECT_EQ(CountUndoFiles(), 0);
}

TEST_F(GroupCommandTest, WithoutConfirmationThereIsThePreviewOnly) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-latest"}), kUsage);
  EXPECT_THAT(cli.out(), HasSubstr("TOPIC"));
  EXPECT_EQ(groups.resets.size(), 1U);
}

TEST_F(GroupCommandTest, ARefusedResetLeavesNoUndoFile) {
  groups.refuse = true;
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-latest", "--yes"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("The group has members."));
  EXPECT_EQ(CountUndoFiles(), 0);
}

TEST_F(GroupCommandTest, TargetsCannotBeMixedAndOneIsNeeded) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-latest", "--to-earliest", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--yes"}), kUsage);
  EXPECT_TRUE(groups.resets.empty());
}

TEST_F(GroupCommandTest, AShiftMayBeNegative) {
  cli.Run({"group", "reset", "g", "--by", "-10", "--yes"});
  EXPECT_EQ(groups.resets.at(0).target().shift(), -10);
}

TEST_F(GroupCommandTest, WhatIsExportedCanBeImported) {
  EXPECT_EQ(cli.Run({"group", "export", "g"}), kDone);
  std::ofstream(cli.home() / "offsets.yaml") << cli.out();
  EXPECT_EQ(cli.Run({"group", "import", "-f", (cli.home() / "offsets.yaml").string(), "--group",
                     "copy", "--yes"}),
            kDone)
      << cli.error();
  const auto& request = groups.commits.back();
  EXPECT_EQ(request.group_id(), "copy");
  ASSERT_EQ(request.commits_size(), 2);
  EXPECT_EQ(request.commits(1).partition(), 1);
  EXPECT_EQ(request.commits(1).offset(), 20);
}

TEST_F(GroupCommandTest, UndoAsksWhenTheGroupHasMovedSince) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  groups.committed[1] = 7;
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("restore the offsets of group g, which has moved since in "
                                     "orders-1 without confirmation"));
  EXPECT_EQ(groups.committed[1], 7);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone) << cli.error();
  EXPECT_EQ(groups.committed[1], 20);
}

TEST_F(GroupCommandTest, EmptyValuesDoNotWidenTheTarget) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--topic", "orders:", "--to-latest", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--topic", ":0", "--to-latest", "--yes"}), kUsage);
  EXPECT_EQ(cli.Run({"group", "import", "-f", "x.yaml", "--group", "", "--yes"}), kUsage);
  EXPECT_TRUE(groups.resets.empty());
}

TEST_F(GroupCommandTest, AnImportNotesOffsetsOutsideOfTheLog) {
  std::ofstream(cli.home() / "offsets.yaml")
      << "groupId: g\ncommits:\n- {topic: orders, partition: 0, offset: 99}\n"
         "- {topic: orders, partition: 1, offset: 50}\n- {topic: orders, partition: 2, offset: "
         "1}\n";
  EXPECT_EQ(cli.Run({"group", "import", "-f", (cli.home() / "offsets.yaml").string(), "--dry-run"}),
            kDone)
      << cli.error();
  EXPECT_THAT(cli.out(), HasSubstr("beyond the end of the log, 50"));
  EXPECT_THAT(cli.out(), HasSubstr("below the start of the log, 5"));
}

TEST_F(GroupCommandTest, AStateThatThereIsNotIsAWrongUsage) {
  EXPECT_EQ(cli.Run({"group", "list", "--state", "bogus"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("empty, "));
  EXPECT_THAT(cli.error(), HasSubstr("preparing-rebalance"));
}

TEST_F(GroupCommandTest, AShiftOutOfRangeIsRefused) {
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--by", "-99999999999999999999", "--yes"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("out of range"));
}

TEST_F(GroupCommandTest, LagIsShownInRecordsAndTime) {
  EXPECT_EQ(cli.Run({"group", "lag", "g"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("1m30s"));
  EXPECT_THAT(cli.out(), HasSubstr("LAG"));
}

}  // namespace
}  // namespace monkafka::cli
