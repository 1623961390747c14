// Section "Offsets" of Kafka's behaviour.
#include <algorithm>
#include <string>
#include <vector>

#include "e2e/semantics/group_member.h"
#include "e2e/semantics/semantics_fixture.h"

namespace monkafka::e2e {
namespace {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;

class OffsetsTest : public GroupTest {
 protected:
  ErrorCode CommitAs(const std::string& member_id, int32_t generation) {
    CommitArguments arguments;
    arguments.member_id = member_id;
    arguments.generation = generation;
    return CommitOffset(client_, group_, topic_, 1, arguments);
  }

  // Of one partition, by a version before groups could be batched.
  OffsetFetchResponse FetchOld(int16_t version, std::optional<std::string_view> topic) {
    OffsetFetchRequest request;
    request.group_id = group_;
    if (topic) {
      request.topics->push_back({*topic, {}, {0}});
    } else {
      request.topics.reset();
    }
    return client_.Call<OffsetFetchResponse>(request, version);
  }
};

TEST_F(OffsetsTest, WhatIsCommittedInAnyVersionIsFetchedInAnyVersion) {
  CreateTopic(client_, topic_);
  for (int16_t version = 2; version <= 9; ++version) {
    CommitArguments arguments;
    arguments.metadata = "of version " + std::to_string(version);
    arguments.leader_epoch = version;
    arguments.version = version;
    EXPECT_EQ(CommitOffset(client_, group_, topic_, 100 + version, arguments), ErrorCode::kNone);
    const auto found = CommittedOffset(client_, group_, topic_);
    EXPECT_EQ(found.error_code, ErrorCode::kNone);
    EXPECT_EQ(found.committed_offset, 100 + version);
    EXPECT_EQ(found.metadata, arguments.metadata);
    EXPECT_EQ(found.committed_leader_epoch, version >= 6 ? version : -1);
  }
  for (int16_t version = 1; version <= 7; ++version) {
    const auto answer = FetchOld(version, topic_);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone);
    const auto& found = answer.topics.at(0).partitions.at(0);
    EXPECT_EQ(found.committed_offset, 109) << version;
    EXPECT_EQ(found.committed_leader_epoch, version >= 5 ? 9 : -1);
    EXPECT_EQ(found.metadata, "of version 9");
  }
}

// Version 0 is about offsets in ZooKeeper.
TEST_F(OffsetsTest, VersionZeroIsUnsupportedAndSaysSoOfEveryPartition) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which does not serve the version");
  CreateTopic(client_, topic_, 2);
  OffsetCommitRequest commit;
  commit.group_id = group_;
  commit.topics.push_back({topic_, {}, {{0, 5, -1, -1, ""}, {1, 6, -1, -1, ""}}});
  const auto committed = client_.Call<OffsetCommitResponse>(commit, 0);
  ASSERT_EQ(committed.topics.size(), 1u);
  EXPECT_EQ(committed.topics[0].name, topic_);
  ASSERT_EQ(committed.topics[0].partitions.size(), 2u);
  for (const auto& partition : committed.topics[0].partitions) {
    EXPECT_EQ(partition.error_code, ErrorCode::kUnsupportedVersion);
  }
  const auto fetched = FetchOld(0, topic_);
  ASSERT_EQ(fetched.topics.size(), 1u);
  const auto& partition = fetched.topics[0].partitions.at(0);
  EXPECT_EQ(partition.error_code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(partition.committed_offset, -1);
  EXPECT_EQ(partition.metadata, "");
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).committed_offset, -1);

  // What does not exist is said to be unknown, unless there is something to refuse.
  const std::string none = topic_ + "-none";
  commit.topics.push_back({none, {}, {{0, 5, -1, -1, ""}}});
  for (const auto& topic : client_.Call<OffsetCommitResponse>(commit, 0).topics) {
    EXPECT_EQ(topic.partitions.at(0).error_code, ErrorCode::kUnsupportedVersion) << topic.name;
  }
  commit.topics.erase(commit.topics.begin());
  for (const auto& topic : client_.Call<OffsetCommitResponse>(commit, 0).topics) {
    EXPECT_EQ(topic.partitions.at(0).error_code, ErrorCode::kUnknownTopicOrPartition);
  }
}

TEST_F(OffsetsTest, AGroupMayHaveNoNameForOffsets) {
  CreateTopic(client_, topic_);
  EXPECT_EQ(CommitOffset(client_, "", topic_, 7), ErrorCode::kNone);
  EXPECT_EQ(CommittedOffset(client_, "", topic_).committed_offset, 7);
}

TEST_F(OffsetsTest, WithoutAMemberOnlyAnEmptyGroupCommits) {
  MONKAFKA_SKIP_AGAINST_APACHE_KAFKA_4("which says GROUP_ID_NOT_FOUND in every version");
  CreateTopic(client_, topic_);
  EXPECT_EQ(CommitAs("", 0), ErrorCode::kIllegalGeneration);  // no such group
  EXPECT_EQ(StateOf(client_, group_), "Dead");
  EXPECT_EQ(CommitAs("", -1), ErrorCode::kNone);
  EXPECT_EQ(StateOf(client_, group_), "Empty");
  EXPECT_EQ(CommitAs("nobody", 0), ErrorCode::kUnknownMemberId);

  GroupMember member(group_);
  FormGroup({&member});
  EXPECT_EQ(CommitAs("", -1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(CommitAs("nobody", member.generation), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(CommitAs(member.id, member.generation - 1), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(CommitAs(member.id, member.generation + 1), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(CommitAs(member.id, member.generation), ErrorCode::kNone);
  EXPECT_EQ(member.Leave(), ErrorCode::kNone);
  EXPECT_EQ(CommitAs("", -1), ErrorCode::kNone);
}

TEST_F(OffsetsTest, WhileMembersJoinTheyCommitAndWhileAssignmentsAreAwaitedTheyDoNot) {
  CreateTopic(client_, topic_);
  GroupMember first(group_);
  GroupMember second(group_);
  FormGroup({&first});
  second.BeginJoin();
  ASSERT_TRUE(Eventually([&] { return StateOf(client_, group_) == "PreparingRebalance"; }));
  EXPECT_EQ(first.Commit(topic_, 3), ErrorCode::kNone);
  ASSERT_EQ(first.Join().error_code, ErrorCode::kNone);
  ASSERT_EQ(second.EndJoin().error_code, ErrorCode::kNone);
  EXPECT_EQ(StateOf(client_, group_), "CompletingRebalance");
  EXPECT_EQ(first.Commit(topic_, 4), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).committed_offset, 3);
}

TEST_F(OffsetsTest, MetadataHasALimit) {
  CreateTopic(client_, topic_);
  CommitArguments arguments;
  arguments.metadata = std::string(4097, 'x');
  EXPECT_EQ(CommitOffset(client_, group_, topic_, 1, arguments),
            ErrorCode::kOffsetMetadataTooLarge);
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).committed_offset, -1);
  arguments.metadata = std::string(4096, 'x');
  EXPECT_EQ(CommitOffset(client_, group_, topic_, 1, arguments), ErrorCode::kNone);
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).metadata, arguments.metadata);
}

TEST_F(OffsetsTest, WithoutMetadataItIsEmpty) {
  CreateTopic(client_, topic_);
  OffsetCommitRequest request;
  request.group_id = group_;
  request.topics.push_back({topic_, {}, {{0, 5, -1, -1, std::nullopt}}});
  EXPECT_EQ(client_.Call<OffsetCommitResponse>(request, 9).topics.at(0).partitions.at(0).error_code,
            ErrorCode::kNone);
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).metadata, "");
}

TEST_F(OffsetsTest, UnknownPartitionsFailAlone) {
  CreateTopic(client_, topic_, 2);
  const std::string none = topic_ + "-none";
  OffsetCommitRequest request;
  request.group_id = group_;
  request.topics.push_back({topic_, {}, {{1, 5, -1, -1, ""}, {2, 5, -1, -1, ""}}});
  request.topics.push_back({none, {}, {{0, 5, -1, -1, ""}}});
  const auto answer = client_.Call<OffsetCommitResponse>(request, 9);
  ASSERT_EQ(answer.topics.size(), 2u);
  for (const auto& topic : answer.topics) {
    for (const auto& partition : topic.partitions) {
      EXPECT_EQ(partition.error_code, topic.name == topic_ && partition.partition_index == 1
                                          ? ErrorCode::kNone
                                          : ErrorCode::kUnknownTopicOrPartition);
    }
  }
  EXPECT_EQ(CommittedOffset(client_, group_, topic_, 1).committed_offset, 5);
}

TEST_F(OffsetsTest, WhereNothingIsCommittedTheOffsetIsMinusOneAndNoError) {
  CreateTopic(client_, topic_);
  for (const std::string& topic : {topic_, topic_ + "-none"}) {
    const auto found = CommittedOffset(client_, group_, topic);
    EXPECT_EQ(found.error_code, ErrorCode::kNone);
    EXPECT_EQ(found.committed_offset, -1);
    EXPECT_EQ(found.committed_leader_epoch, -1);
    EXPECT_EQ(found.metadata, "");
  }
  EXPECT_EQ(StateOf(client_, group_), "Dead");  // asking makes no group
}

TEST_F(OffsetsTest, WithoutTopicsAllThatIsCommittedIsTold) {
  const std::string other = topic_ + "-other";
  CreateTopic(client_, topic_, 3);
  CreateTopic(client_, other);
  CommitArguments third;
  third.partition = 2;
  ASSERT_EQ(CommitOffset(client_, group_, topic_, 1), ErrorCode::kNone);
  ASSERT_EQ(CommitOffset(client_, group_, topic_, 2, third), ErrorCode::kNone);
  ASSERT_EQ(CommitOffset(client_, group_, other, 3), ErrorCode::kNone);
  const auto expect = [&](const std::vector<OffsetFetchResponse::Topic>& topics) {
    ASSERT_EQ(topics.size(), 2u);
    for (const auto& topic : topics) {
      EXPECT_EQ(topic.partitions.size(), topic.name == topic_ ? 2u : 1u);
    }
  };
  for (int16_t version = 2; version <= 7; ++version) {
    expect(FetchOld(version, std::nullopt).topics);
  }
  for (int16_t version = 8; version <= 9; ++version) {
    OffsetFetchRequest request;
    auto& wanted = request.groups.emplace_back();
    wanted.group_id = group_;
    wanted.topics.reset();
    expect(client_.Call<OffsetFetchResponse>(request, version).groups.at(0).topics);
  }
}

TEST_F(OffsetsTest, SeveralGroupsAreAskedTogether) {
  CreateTopic(client_, topic_);
  const std::string other = group_ + "-other";
  ASSERT_EQ(CommitOffset(client_, group_, topic_, 1), ErrorCode::kNone);
  ASSERT_EQ(CommitOffset(client_, other, topic_, 2), ErrorCode::kNone);
  OffsetFetchRequest request;
  request.require_stable = true;
  for (const std::string_view group : {std::string_view(group_), std::string_view(other)}) {
    auto& wanted = request.groups.emplace_back();
    wanted.group_id = group;
    wanted.topics->push_back({topic_, {}, {0}});
  }
  const auto answer = client_.Call<OffsetFetchResponse>(request, 8);
  ASSERT_EQ(answer.groups.size(), 2u);
  for (const auto& group : answer.groups) {
    EXPECT_EQ(group.error_code, ErrorCode::kNone);
    EXPECT_EQ(group.topics.at(0).partitions.at(0).committed_offset,
              group.group_id == group_ ? 1 : 2);
  }
}

TEST_F(OffsetsTest, CommitsMayGoBackwards) {
  CreateTopic(client_, topic_);
  for (const Offset offset : {10, 4, 0}) {
    ASSERT_EQ(CommitOffset(client_, group_, topic_, offset), ErrorCode::kNone);
    EXPECT_EQ(CommittedOffset(client_, group_, topic_).committed_offset, offset);
  }
}

TEST_F(OffsetsTest, OffsetsGoWithTheirTopic) {
  CreateTopic(client_, topic_);
  ASSERT_EQ(CommitOffset(client_, group_, topic_, 5), ErrorCode::kNone);
  DeleteTopicsRequest request;
  request.timeout_ms = 10'000;
  request.topics.emplace_back().name = topic_;
  ASSERT_EQ(client_.Call<DeleteTopicsResponse>(request, 6).responses.at(0).error_code,
            ErrorCode::kNone);
  EXPECT_TRUE(
      Eventually([&] { return CommittedOffset(client_, group_, topic_).committed_offset == -1; }));
}

TEST_F(OffsetsTest, PipelinedCommitsAreAppliedInOrder) {
  CreateTopic(client_, topic_);
  std::vector<int32_t> sent;
  for (Offset offset = 0; offset < 100; ++offset) {
    OffsetCommitRequest request;
    request.group_id = group_;
    request.topics.push_back({topic_, {}, {{0, offset, -1, -1, ""}}});
    sent.push_back(client_.Send(request, 8));
  }
  for (const int32_t id : sent) {
    const auto answer = client_.Receive<OffsetCommitResponse>(id, 8);
    EXPECT_EQ(answer.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
  }
  EXPECT_EQ(CommittedOffset(client_, group_, topic_).committed_offset, 99);
}

// FindCoordinator.

TEST_F(OffsetsTest, TheCoordinatorOfAGroupIsFoundInEveryVersion) {
  for (int16_t version = 0; version <= 3; ++version) {
    FindCoordinatorRequest request;
    request.key = group_;
    const auto answer = client_.Call<FindCoordinatorResponse>(request, version);
    EXPECT_EQ(answer.error_code, ErrorCode::kNone) << version;
    EXPECT_GE(answer.node_id, 0);
    EXPECT_FALSE(answer.host.empty());
    EXPECT_TRUE(answer.coordinators.empty());
  }
  for (int16_t version = 4; version <= 6; ++version) {
    FindCoordinatorRequest request;
    const std::string other = group_ + "-other";
    request.coordinator_keys = {group_, other};
    const auto answer = client_.Call<FindCoordinatorResponse>(request, version);
    ASSERT_EQ(answer.coordinators.size(), 2u) << version;
    for (const auto& coordinator : answer.coordinators) {
      EXPECT_EQ(coordinator.error_code, ErrorCode::kNone);
      EXPECT_GT(coordinator.port, 0);
    }
    EXPECT_EQ(answer.coordinators[0].key, group_);
  }
}

TEST_F(OffsetsTest, CoordinatorsKeepTheirStateInInternalTopics) {
  MetadataRequest request;
  request.topics.emplace(1).front().name = "__consumer_offsets";
  request.allow_auto_topic_creation = false;
  const auto answer = client_.Call<MetadataResponse>(request, 12);
  const auto& topic = answer.topics.at(0);
  EXPECT_EQ(topic.error_code, ErrorCode::kNone);
  EXPECT_TRUE(topic.is_internal);
  EXPECT_EQ(topic.partitions.size(), 50u);
}

}  // namespace
}  // namespace monkafka::e2e
