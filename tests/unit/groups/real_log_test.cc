// The coordinator over this broker's own cluster and logs, on a real file system.
#include "groups/cluster_offsets_topic.h"
#include "harness.h"
#include "storage/file_system.h"
#include "unit/cluster/broker_fixture.h"
#include "unit/cluster/temporary_directory.h"

namespace monkafka::groups {
namespace {

using testing::SizeIs;

class RealLogTest : public CoordinatorTest {
 protected:
  RealLogTest() : broker_(storage::PosixFileSystem(), directory_.path()) {
    broker_.MustStart();
    const std::string name(cluster::kConsumerOffsetsTopic);
    broker_.CreateTopic(name, TopicId(name), kPartitions);
    broker_.CreateTopic("topic", TopicId("topic"), 3);
    StartOverLog();
  }
  ~RealLogTest() override {
    StopOverLog();
    EXPECT_TRUE(broker_.Stop().has_value());
  }

  // The coordinator's tasks and the logs' run by turns until neither has any.
  void RunBoth() {
    while (executor.RunAll() + broker_.workers.RunAll() > 0) {
    }
  }
  void StartOverLog() {
    topic_.emplace(*broker_);
    coordinator = std::make_unique<GroupCoordinator>(
        options, *topic_, [this] { return image; }, clock, timers, executor);
    coordinator->OnImage({}, *broker_.Image());
    RunBoth();
  }
  void StopOverLog() {
    coordinator->Stop([] {});
    RunBoth();
    coordinator.reset();
    topic_.reset();
  }
  void Crash() {
    StopOverLog();
    broker_.Crash();
    broker_.MustStart();
    StartOverLog();
  }
  Offset CommittedInLog(const std::string& group, int32_t partition) {
    FetchAnswer answer = SendFetch(FetchRequest(group, "topic", {partition}), 7);
    RunBoth();
    return answer->topics.at(0).partitions.at(0).committed_offset;
  }

  TemporaryDirectory directory_;
  cluster::BrokerFixture broker_;
  std::optional<ClusterOffsetsTopic> topic_;
};

TEST_F(RealLogTest, OffsetsSurviveACrash) {
  Client simple;
  std::vector<CommitAnswer> answers;
  for (int i = 0; i < 100; ++i) {
    simple.group = "group-" + std::to_string(i % 10);
    answers.push_back(SendCommit(simple, {{.partition = i % 3, .offset = i}}));
  }
  RunBoth();
  for (const CommitAnswer& answer : answers) {
    ASSERT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  }
  Crash();
  EXPECT_EQ(CommittedInLog("group-9", 0), 99);
  EXPECT_EQ(CommittedInLog("group-8", 2), 98);
  EXPECT_EQ(CommittedInLog("group-0", 1), 70);
  EXPECT_EQ(CommittedInLog("nobody", 0), -1);
}

TEST_F(RealLogTest, AStableGroupSurvivesACrash) {
  Client member;
  const JoinAnswer join = Enter(member);
  WaitForInitialDelay(join);
  Learn(member, join);
  const SyncAnswer sync = SendSync(member, {{member.member_id, "mine"}});
  RunBoth();
  ASSERT_EQ(AsText(sync->assignment), "mine");
  Crash();
  EXPECT_EQ(Heartbeat(member), ErrorCode::kNone);
  EXPECT_EQ(AsText(SendSync(member)->assignment), "mine");
}

TEST_F(RealLogTest, ManyChunksAreReadInTheirOrder) {
  options.load_chunk_bytes = 300;
  Client simple;
  for (int i = 0; i < 200; ++i) {
    const CommitAnswer answer = SendCommit(simple, {{.offset = i}});
    RunBoth();  // a batch of its own
    ASSERT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  }
  Crash();
  EXPECT_EQ(CommittedInLog("group", 0), 199);
}

TEST_F(RealLogTest, WithoutTheTopicThereIsNoCoordinator) {
  Client simple;
  cluster::RemoveTopicRecord gone;
  gone.topic_id = TopicId(cluster::kConsumerOffsetsTopic);
  broker_.Write({gone});
  const CommitAnswer answer = SendCommit(simple, {{.offset = 1}});
  RunBoth();
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error_code, ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace monkafka::groups
