#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

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
    if (request->group_id() == "none" && request->scope().empty()) {
      return Missing("group", "none", "GROUP_ID_NOT_FOUND");
    }
    if (refuse && !request->validate_only()) {
      return Refusal(grpc::StatusCode::FAILED_PRECONDITION, "The group has members.",
                     "NON_EMPTY_GROUP");
    }
    if (!request->validate_only() && !at_reset.empty()) committed = at_reset;
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
      if (partition == 1) lag->set_committed_leader_epoch(4);
      if (partition == 1) lag->set_metadata("a: \"\",\n: false");
      if (without_lag.contains(partition)) continue;
      lag->set_lag_records(lag_records);
      lag->set_lag_seconds(90.5);
    }
    v1::GroupLag& lag = *response->mutable_lag();
    lag.set_total_lag_records(lag_records *
                              static_cast<int64_t>(committed.size() - without_lag.size()));
    lag.set_unknown_partition_count(static_cast<int32_t>(without_lag.size()));
    lag.set_state(v1::GROUP_STATE_EMPTY);
    return grpc::Status::OK;
  }

  grpc::Status WatchGroupLag(grpc::ServerContext* context, const v1::WatchGroupLagRequest* request,
                             grpc::ServerWriter<v1::WatchGroupLagResponse>* writer) override {
    v1::WatchGroupLagResponse event;
    for (const std::string& group : request->group_ids()) {
      v1::GetGroupLagRequest one;
      one.set_group_id(group);
      v1::GetGroupLagResponse lag;
      GetGroupLag(context, &one, &lag);
      *event.mutable_update()->add_groups() = lag.lag();
    }
    writer->Write(event);
    return grpc::Status::OK;
  }

  grpc::Status GetGroup(grpc::ServerContext*, const v1::GetGroupRequest* request,
                        v1::GetGroupResponse* response) override {
    if (request->group_id() == "none") {
      return Missing("group", request->group_id(), "GROUP_ID_NOT_FOUND");
    }
    response->mutable_group()->set_group_id(request->group_id());
    return grpc::Status::OK;
  }

  grpc::Status DeleteGroup(grpc::ServerContext*, const v1::DeleteGroupRequest* request,
                           v1::DeleteGroupResponse* response) override {
    if (request->group_id() == "none" && request->allow_missing()) return grpc::Status::OK;
    if (request->group_id() == "none") {
      return Refusal(grpc::StatusCode::NOT_FOUND, "there is no such group", "GROUP_ID_NOT_FOUND");
    }
    response->mutable_group()->set_group_id(request->group_id());
    response->mutable_group()->set_offset_count(3);
    if (!request->validate_only()) deleted.push_back(request->group_id());
    return grpc::Status::OK;
  }

  std::vector<std::string> deleted;
  bool refuse = false;
  std::set<int32_t> without_lag;
  int64_t lag_records = 5;              // of each partition
  std::map<int32_t, int64_t> at_reset;  // as others have left them after the preview
  std::map<int32_t, int64_t> committed = {{0, 10}, {1, 20}, {2, -1}};
  std::vector<v1::ResetGroupOffsetsRequest> resets;
  std::vector<v1::CommitGroupOffsetsRequest> commits;
};

// Logs from 5 to 50.
class FakeOffsets : public v1::OffsetsService::Service {
 public:
  grpc::Status ListOffsets(grpc::ServerContext*, const v1::ListOffsetsRequest* request,
                           v1::ListOffsetsResponse* response) override {
    if (partitions.empty()) return MissingTopic(request->topic());
    for (const int32_t p : partitions) {
      v1::PartitionOffsets& offsets = *response->add_offsets();
      offsets.set_topic(request->topic());
      offsets.set_partition(p);
      offsets.set_log_start_offset(5);
      offsets.set_log_end_offset(50);
    }
    return grpc::Status::OK;
  }
  std::set<int32_t> partitions = {0, 1, 2};
};

class GroupCommandTest : public testing::Test {
 protected:
  int CountUndoFiles() {
    int count = 0;
    std::error_code none;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(cli.home() / ".local", none)) {
      count += entry.path().extension() == ".json" ? 1 : 0;
    }
    return count;
  }

  FakeCluster cluster;
  FakeGroups groups;
  FakeOffsets offsets;
  CommandLine cli{{&cluster, &groups, &offsets}};
};

TEST_F(GroupCommandTest, AResetSaysThatItBeginsAGroup) {
  const std::string remark = "group none does not exist yet: it will be created\n";
  cli.Run({"group", "reset", "none", "--topic", "orders", "--to-earliest", "--yes"});
  EXPECT_THAT(cli.error(), HasSubstr(remark));
  cli.Run({"group", "reset", "none", "--topic", "orders", "--to-earliest", "--dry-run"});
  EXPECT_THAT(cli.error(), HasSubstr(remark));
  cli.Run({"group", "reset", "g", "--topic", "orders", "--to-earliest", "--yes"});
  EXPECT_THAT(cli.error(), Not(HasSubstr("does not exist")));
}

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
}

TEST_F(GroupCommandTest, UndoOnceMoreDoesNotGoOnToTheResetBefore) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  const auto between = groups.committed = {{0, 6}, {1, 7}, {2, 8}};
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_EQ(CountUndoFiles(), 2);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("done: the reset of 2"));
  EXPECT_EQ(groups.committed, between);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes", "-o", "json"}), kDone);
  EXPECT_EQ(cli.out(), "{}\n");
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  EXPECT_EQ(groups.committed, between);
  EXPECT_THAT(cli.error(), HasSubstr("is undone already: nothing to do; the one before it can be"));
  const size_t option = cli.error().find("--of ") + 5;
  const std::string time = cli.error().substr(option, cli.error().find(' ', option) - option);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--of", time, "--yes"}), kDone) << cli.error();
  EXPECT_EQ(groups.committed, (std::map<int32_t, int64_t>{{0, 10}, {1, 20}, {2, -1}}));
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--of", "2020-01-01T00:00:00Z"}), kFailed);
}

TEST_F(GroupCommandTest, UndoOnceMoreDoesNothingAlsoAfterAChangeThatFailed) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  const auto between = groups.committed = {{0, 6}, {1, 7}, {2, 8}};
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  groups.refuse = true;
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-latest", "--yes"}), kFailed);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("is undone already: nothing to do"));
  EXPECT_EQ(groups.committed, between);
  groups.refuse = false;
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("done: the reset of "));
}

TEST_F(GroupCommandTest, UndoKeepsOffsetsWithinTheLogAndSaysSo) {
  groups.committed = {{0, 99}, {1, 20}, {2, 2}};  // as of logs that were longer, and began earlier
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone);
  EXPECT_THAT(groups.committed, testing::ElementsAre(testing::Pair(0, 50), testing::Pair(1, 20),
                                                     testing::Pair(2, 5)));
  EXPECT_THAT(cli.out(), HasSubstr("99 lies beyond the end of the log, which is taken"));
  EXPECT_THAT(cli.error(), HasSubstr("orders-0 and orders-2 cannot be restored as before: "));
  EXPECT_FALSE(groups.commits.back().commits(0).has_leader_epoch()) << "it was of another record";
}

TEST_F(GroupCommandTest, UndoOfWhatIsAsBeforeDoesNothing) {
  const auto before = groups.committed;
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  groups.committed = before;
  groups.commits.clear();
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kDone) << cli.error();
  EXPECT_THAT(cli.error(), HasSubstr("are as they were before the reset of "));
  ASSERT_EQ(groups.commits.size(), 1U);
  EXPECT_TRUE(groups.commits[0].validate_only());
}

TEST_F(GroupCommandTest, UndoRestoresWhatIsStillThereAndNamesTheRest) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  offsets.partitions.erase(1);
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("orders-1 cannot be restored: there is no such partition"));
  EXPECT_EQ(groups.committed[0], 10);
  EXPECT_EQ(groups.committed[1], 0);

  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  offsets.partitions.clear();
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot undo the reset of "));
  EXPECT_EQ(groups.committed[0], 0);
}

TEST_F(GroupCommandTest, AnUndoFileThatIsDamagedOrOfAnotherGroupIsRefused) {
  const std::string group(300, '.');
  cli.Run({"group", "reset", group, "--to-earliest", "--yes"});
  const auto file_of = [&](const std::string& of) {
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(cli.home() / ".local")) {
      const bool is_long = entry.path().string().find('~') != std::string::npos;
      if (entry.path().extension() == ".json" && is_long == (of != "g")) found = entry.path();
    }
    return found;
  };
  groups.committed[1] = 20;
  cli.Run({"group", "reset", "g", "--to-latest", "--yes"});
  const std::filesystem::path file = file_of("g");
  ASSERT_FALSE(file.empty());
  ASSERT_FALSE(file_of(group).empty()) << "an id that is longer than a file's name";
  std::filesystem::copy_file(file_of(group), file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr(file.string() + " is of group .."));
  std::ofstream(file) << "{\"moves\": [{\"topic\": \"ord";
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr(file.string() + " is damaged"));
  EXPECT_THAT(cli.error(), HasSubstr("rm " + file.string()));
  EXPECT_EQ(cli.Run({"group", "undo", group, "--yes"}), kDone) << cli.error();
}

TEST_F(GroupCommandTest, AnUndoFileHoldsWhatTheResetReplaced) {
  groups.at_reset = {{0, 11}, {1, 0}, {2, -1}};  // as others commit after the preview
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kDone) << cli.error();
  EXPECT_EQ(groups.committed[0], 11);
}

TEST_F(GroupCommandTest, TheWayBackOfAGroupThatLooksLikeAnOption) {
  cli.Run({"group", "reset", "--to-earliest", "--yes", "--", "-dash"});
  EXPECT_THAT(cli.error(), HasSubstr("`monkafkactl group undo -- -dash` takes it back"));
  EXPECT_EQ(cli.Run({"group", "undo", "--", "-dash"}), kDone) << cli.error();
}

TEST_F(GroupCommandTest, TheWayBackIsACommandForTheSameServer) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes", "--endpoint", "10.0.0.1:9095"});
  EXPECT_THAT(cli.error(),
              HasSubstr("done; `monkafkactl group undo --endpoint 10.0.0.1:9095 g` takes it back"));
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

TEST_F(GroupCommandTest, AnExportHoldsWhatItMeansAlone) {
  EXPECT_EQ(cli.Run({"group", "export", "g"}), kDone);
  EXPECT_EQ(cli.out(),
            "groupId: g\n"
            "commits:\n"
            "- topic: orders\n"
            "  partition: 0\n"
            "  offset: \"10\"\n"
            "- topic: orders\n"
            "  partition: 1\n"
            "  metadata: \"a: \\\"\\\",\\n: false\"\n"
            "  offset: \"20\"\n"
            "  leaderEpoch: 4\n");
  EXPECT_EQ(cli.Run({"group", "export", "g", "-o", "jsonl"}), kDone);
  EXPECT_THAT(cli.out(),
              testing::StartsWith("{\"groupId\": \"g\",\"commits\": [{\"topic\": \"orders\","
                                  "\"partition\": 0,\"offset\": \"10\"},{"));
}

TEST_F(GroupCommandTest, AnExportWithEveryDefaultIsImported) {
  std::ofstream(cli.home() / "offsets.yaml")
      << "groupId: g\ncommits:\n- topic: orders\n  partition: 0\n  offset: \"7\"\n  metadata: "
         "\"\"\nvalidateOnly: false\nrequestId: \"\"\n";
  EXPECT_EQ(cli.Run({"group", "import", "-f", (cli.home() / "offsets.yaml").string(), "--yes"}),
            kDone)
      << cli.error();
  EXPECT_EQ(groups.committed[0], 7);
}

TEST_F(GroupCommandTest, AnUndoFileWithoutTargetsAsksAndIsUndone) {
  cluster.cluster_id = "c1";
  const std::filesystem::path directory =
      cli.home() / ".local" / "state" / "monkafkactl" / "undo" / "c1" / "g";
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "001790000000000.json")
      << R"({"groupId":"g","commits":[{"topic":"orders","partition":1,"offset":"15","metadata":"m"},)"
         R"({"topic":"orders","partition":0}]})";
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("which may have moved since in orders-1 and orders-0"));
  EXPECT_EQ(cli.Run({"group", "undo", "g", "--yes"}), kDone) << cli.error();
  EXPECT_EQ(groups.committed[1], 15);
  EXPECT_EQ(groups.committed[0], -1);
  EXPECT_EQ(groups.commits.back().commits(0).metadata(), "m");
}

TEST_F(GroupCommandTest, UndoAsksWhenTheGroupHasMovedSince) {
  cli.Run({"group", "reset", "g", "--to-earliest", "--yes"});
  groups.committed[1] = 7;
  EXPECT_EQ(cli.Run({"group", "undo", "g"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr(" (3 offsets of orders) of group g, which has moved since in "
                                     "orders-1 (3 of 3 offsets move: 0 records skipped"));
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

TEST_F(GroupCommandTest, AnImportKeepsOffsetsWithinTheLog) {
  std::ofstream(cli.home() / "offsets.yaml")
      << "groupId: g\ncommits:\n- {topic: orders, partition: 0, offset: 99, leaderEpoch: 3}\n"
         "- {topic: orders, partition: 1, offset: 50}\n- {topic: orders, partition: 2, offset: "
         "1}\n";
  EXPECT_EQ(cli.Run({"group", "import", "-f", (cli.home() / "offsets.yaml").string(), "--dry-run"}),
            kDone)
      << cli.error();
  EXPECT_THAT(cli.out(), HasSubstr("99 lies beyond the end of the log, which is taken"));
  EXPECT_THAT(cli.out(), HasSubstr("1 lies below the start of the log, which is taken"));
  EXPECT_EQ(cli.Run({"group", "import", "-f", (cli.home() / "offsets.yaml").string(), "--yes", "-o",
                     "json"}),
            kDone)
      << cli.error();
  EXPECT_THAT(groups.committed, testing::ElementsAre(testing::Pair(0, 50), testing::Pair(1, 50),
                                                     testing::Pair(2, 5)));
  EXPECT_FALSE(groups.commits.back().commits(0).has_leader_epoch()) << "it was of another record";
  EXPECT_THAT(cli.out(), HasSubstr("99 lies beyond the end of the log"));
}

TEST_F(GroupCommandTest, AResetWithoutTopicsBeginsNoGroup) {
  EXPECT_EQ(cli.Run({"group", "reset", "none", "--to-earliest", "--yes"}), kFailed);
  EXPECT_THAT(cli.error(), Not(HasSubstr("it will be created")));
  EXPECT_THAT(cli.error(), HasSubstr("or begin the group: --topic says of which topics"));
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

TEST_F(GroupCommandTest, TheQuestionsSayWhatIsLost) {
  EXPECT_EQ(cli.Run({"group", "delete", "g"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("will not delete g with all committed offsets (3 partitions) "
                                     "without confirmation"));
  EXPECT_EQ(cli.Run({"group", "delete", "none"}), kFailed);
  EXPECT_EQ(cli.Run({"group", "delete", "none", "--if-exists"}), kDone);
  cli.terminal.input_is_terminal = true;
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"group", "delete", "g", "none", "h"}), kFailed);
  EXPECT_THAT(cli.error(),
              HasSubstr("delete g and h with all committed offsets (6 partitions) at "));
  EXPECT_EQ(groups.deleted, (std::vector<std::string>{"g", "h"}));
  cli.input = "no\n";
  EXPECT_EQ(cli.Run({"group", "reset", "g", "--to-earliest"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("reset the offsets of group g (3 of 3 offsets move: 0 records "
                                     "skipped, 30 replayed) at "));
}

TEST_F(GroupCommandTest, LagIsShownInRecordsAndTime) {
  EXPECT_EQ(cli.Run({"group", "lag", "g"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("1m30s"));
  EXPECT_THAT(cli.out(), HasSubstr("LAG"));
  EXPECT_EQ(cli.error(), "group g is empty: 15 records behind\n");
}

TEST_F(GroupCommandTest, ASumOfLagsThatLacksAPartitionSaysSo) {
  groups.without_lag = {1};
  EXPECT_EQ(cli.Run({"group", "lag", "g"}), kDone);
  EXPECT_EQ(cli.error(),
            "group g is empty: at least 10 records behind, the lag of 1 partition is not known\n");
  EXPECT_EQ(cli.Run({"group", "lag", "g", "--watch", "--count", "1"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("10 + 1 unknown"));
  groups.without_lag = {0, 1, 2};
  EXPECT_EQ(cli.Run({"group", "lag", "g"}), kDone);
  EXPECT_EQ(cli.error(), "group g is empty: the lag of 3 partitions is not known\n");
}

TEST_F(GroupCommandTest, TheLagInATopicWithoutCommitsIsNotNothing) {
  EXPECT_EQ(cli.Run({"group", "lag", "g", "--topic", "orders"}), kDone) << cli.error();
  EXPECT_EQ(cli.Run({"group", "lag", "g", "--topic", "ordres"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("cannot show the lag of group g in ordres: "));
}

TEST_F(GroupCommandTest, NothingBehindHasNoOldest) {
  groups.without_lag = {0, 1, 2};
  groups.committed = {{0, 10}, {1, 20}, {2, 30}, {3, 40}};
  groups.lag_records = 0;
  cli.Run({"group", "lag", "g"});
  EXPECT_THAT(cli.error(),
              HasSubstr("the lag of 3 partitions is not known, nothing else is behind\n"));
  groups.without_lag.clear();
  cli.Run({"group", "lag", "g"});
  EXPECT_THAT(cli.error(), HasSubstr("group g is empty: nothing is behind\n"));
}

}  // namespace
}  // namespace monkafka::cli
