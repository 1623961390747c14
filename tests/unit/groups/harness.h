// A coordinator on fakes, and members that talk to it. Nothing runs and no time passes unless the
// test says so.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cluster/metadata_image.h"
#include "fake_offsets_topic.h"
#include "fakes/manual_executor.h"
#include "groups/group_coordinator.h"

namespace monkafka {

inline void PrintTo(ErrorCode code, std::ostream* out) { *out << ErrorName(code); }

}  // namespace monkafka

namespace monkafka::groups {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a callback was given, once it was called.
template <class T>
class Answer {
 public:
  Callback<T> callback() {
    return [state = state_](T value) {
      EXPECT_FALSE(state->has_value()) << "answered twice";
      state->emplace(std::move(value));
    };
  }
  bool pending() const { return !state_->has_value(); }
  const T* operator->() const { return &get(); }
  const T& operator*() const { return get(); }
  const T& get() const {
    EXPECT_TRUE(state_->has_value()) << "not answered yet";
    static const T none{};
    return state_->has_value() ? **state_ : none;
  }

 private:
  std::shared_ptr<std::optional<T>> state_ = std::make_shared<std::optional<T>>();
};

// Version 0, one topic, no user data: what a consumer puts into JoinGroup.
inline std::vector<uint8_t> Subscription(std::string_view name) {
  std::vector<uint8_t> bytes = {0, 0, 0, 0, 0, 1, 0, static_cast<uint8_t>(name.size())};
  bytes.insert(bytes.end(), name.begin(), name.end());
  bytes.insert(bytes.end(), {0xff, 0xff, 0xff, 0xff});
  return bytes;
}

using JoinAnswer = Answer<protocol::JoinGroupResponse>;
using SyncAnswer = Answer<protocol::SyncGroupResponse>;

// A member's side of the conversation: what it sends, and what it has learned.
struct Client {
  std::string group = "group";
  std::string member_id;
  std::optional<std::string> instance_id;
  int32_t generation = -1;
  std::string client_id = "client";
  std::string protocol_type = "consumer";
  std::vector<MemberProtocol> protocols = {{"range", {'m'}}};
  milliseconds session{10'000};
  milliseconds rebalance{60'000};
  std::optional<std::string> reason;
  int16_t join_version = 9;
  std::string protocol_name = "range";  // what the group chose
};

class CoordinatorTest : public testing::Test {
 protected:
  static constexpr int32_t kPartitions = 4;

  CoordinatorTest() {
    AddTopic("topic", 3);
    AddTopic("other", 1);
    AddTopic(std::string(cluster::kConsumerOffsetsTopic), kPartitions);
  }
  ~CoordinatorTest() override { Stop(); }

  void AddTopic(const std::string& name, size_t partitions) {
    auto topic = std::make_shared<cluster::TopicImage>();
    topic->name = name;
    topic->id = Uuid::Random();
    topic->partitions.resize(partitions);
    auto next = std::make_shared<cluster::MetadataImage>(*image);
    next->topics[name] = topic;
    next->topics_by_id[topic->id] = topic;
    image = next;
  }
  Uuid TopicId(std::string_view name) const { return image->FindTopic(name)->id; }

  // Makes the coordinator and loads it; again: a broker that was restarted.
  void Start() {
    Stop();
    coordinator = std::make_unique<GroupCoordinator>(
        options, offsets_topic, [this] { return image; }, clock, timers, executor);
    coordinator->Start(kPartitions);
    Run();
  }
  void Stop() {
    if (coordinator == nullptr) return;
    bool stopped = false;
    coordinator->Stop([&] { stopped = true; });
    Run();
    EXPECT_TRUE(stopped);
    coordinator.reset();
  }

  void Run() { executor.RunAll(); }
  void Advance(milliseconds by) {
    timers.AdvanceBy(by, [this] { Run(); });
    Run();
  }

  // Copies the strings: what a frame would keep alive.
  template <class Message>
  Received<Message> Receive(Message message, int16_t version) {
    return {{}, version, std::move(message)};
  }

  JoinAnswer SendJoin(const Client& client) {
    protocol::JoinGroupRequest request;
    request.group_id = Keep(client.group);
    request.session_timeout_ms = static_cast<int32_t>(client.session.count());
    request.rebalance_timeout_ms = static_cast<int32_t>(client.rebalance.count());
    request.member_id = Keep(client.member_id);
    if (client.instance_id) request.group_instance_id = Keep(*client.instance_id);
    request.protocol_type = Keep(client.protocol_type);
    for (const MemberProtocol& protocol : client.protocols) {
      request.protocols.push_back(
          {Keep(protocol.name), AsBytes(Keep(std::string(AsText(protocol.metadata))))});
    }
    if (client.reason) request.reason = Keep(*client.reason);
    JoinAnswer answer;
    coordinator->JoinGroup(Receive(std::move(request), client.join_version),
                           {client.client_id, "/10.0.0.7"}, answer.callback());
    Run();
    return answer;
  }

  SyncAnswer SendSync(const Client& client,
                      const std::vector<std::pair<std::string, std::string>>& assignments = {}) {
    protocol::SyncGroupRequest request;
    request.group_id = Keep(client.group);
    request.generation_id = client.generation;
    request.member_id = Keep(client.member_id);
    if (client.instance_id) request.group_instance_id = Keep(*client.instance_id);
    request.protocol_type = Keep(client.protocol_type);
    request.protocol_name = Keep(client.protocol_name);
    for (const auto& [member, assignment] : assignments) {
      request.assignments.push_back({Keep(member), AsBytes(Keep(assignment))});
    }
    return SendSync(std::move(request));
  }
  SyncAnswer SendSync(protocol::SyncGroupRequest request, int16_t version = 5) {
    SyncAnswer answer;
    coordinator->SyncGroup(Receive(std::move(request), version), answer.callback());
    Run();
    return answer;
  }

  ErrorCode Heartbeat(const Client& client) {
    protocol::HeartbeatRequest request;
    request.group_id = Keep(client.group);
    request.generation_id = client.generation;
    request.member_id = Keep(client.member_id);
    if (client.instance_id) request.group_instance_id = Keep(*client.instance_id);
    Answer<protocol::HeartbeatResponse> answer;
    coordinator->Heartbeat(Receive(std::move(request), 4), answer.callback());
    Run();
    return answer->error_code;
  }

  Answer<protocol::LeaveGroupResponse> Leave(
      const std::string& group, std::vector<protocol::LeaveGroupRequest::Member> members) {
    protocol::LeaveGroupRequest request;
    request.group_id = Keep(group);
    request.members = std::move(members);
    Answer<protocol::LeaveGroupResponse> answer;
    coordinator->LeaveGroup(Receive(std::move(request), 5), answer.callback());
    Run();
    return answer;
  }
  ErrorCode Leave(const Client& client) {
    const auto answer = Leave(client.group, {{Keep(client.member_id), std::nullopt, "test"}});
    if (answer->error_code != ErrorCode::kNone) return answer->error_code;
    return answer->members.at(0).error_code;
  }

  // A dynamic member's way in: asks for an id, joins with it.
  JoinAnswer Enter(Client& client) {
    if (client.member_id.empty() && !client.instance_id && client.join_version >= 4) {
      const JoinAnswer first = SendJoin(client);
      EXPECT_EQ(first->error_code, ErrorCode::kMemberIdRequired);
      client.member_id = first->member_id;
    }
    return SendJoin(client);
  }
  void Learn(Client& client, const JoinAnswer& answer) {
    EXPECT_EQ(answer->error_code, ErrorCode::kNone);
    client.member_id = answer->member_id;
    client.generation = answer->generation_id;
    client.protocol_name = answer->protocol_name.value_or("");
  }
  // Until the first join phase is over, and no longer: sessions begin then.
  void WaitForInitialDelay(const JoinAnswer& join) {
    for (int i = 0; i < 30 && join.pending(); ++i) Advance(options.initial_rebalance_delay);
  }

  // Makes these the members of a stable group; the first one leads. Each is assigned its client id.
  void Stabilize(const std::vector<Client*>& clients) {
    std::vector<JoinAnswer> joins;
    for (Client* client : clients) joins.push_back(Enter(*client));
    WaitForInitialDelay(joins.front());
    for (size_t i = 0; i < clients.size(); ++i) Learn(*clients[i], joins[i]);
    SyncAll(clients, joins.front()->leader);
  }
  void SyncAll(const std::vector<Client*>& clients, const std::string& leader) {
    std::vector<std::pair<std::string, std::string>> assignments;
    for (const Client* client : clients) {
      assignments.emplace_back(client->member_id, "for " + client->client_id);
    }
    std::vector<SyncAnswer> syncs;
    for (Client* client : clients) {
      syncs.push_back(client->member_id == leader ? SendSync(*client, assignments)
                                                  : SendSync(*client));
    }
    for (size_t i = 0; i < clients.size(); ++i) {
      EXPECT_EQ(syncs[i]->error_code, ErrorCode::kNone);
      EXPECT_EQ(AsText(syncs[i]->assignment), "for " + clients[i]->client_id);
    }
  }

  protocol::DescribeGroupsResponse::Group Describe(const std::string& group, int16_t version = 5) {
    protocol::DescribeGroupsRequest request;
    request.groups = {Keep(group)};
    Answer<protocol::DescribeGroupsResponse> answer;
    coordinator->DescribeGroups(Receive(std::move(request), version), answer.callback());
    Run();
    return answer->groups.at(0);
  }
  std::string StateOf(const std::string& group) { return Describe(group).group_state; }

  // --- offsets ---

  struct Commit {
    std::string topic = "topic";
    int32_t partition = 0;
    Offset offset = 0;
    std::optional<std::string> metadata = {};
    LeaderEpoch leader_epoch = -1;
  };
  using CommitAnswer = Answer<protocol::OffsetCommitResponse>;

  protocol::OffsetCommitRequest CommitRequest(const Client& client,
                                              const std::vector<Commit>& commits) {
    protocol::OffsetCommitRequest request;
    request.group_id = Keep(client.group);
    request.generation_id_or_member_epoch = client.generation;
    request.member_id = Keep(client.member_id);
    if (client.instance_id) request.group_instance_id = Keep(*client.instance_id);
    for (const Commit& commit : commits) {
      protocol::OffsetCommitRequest::Topic& each = request.topics.emplace_back();
      each.name = Keep(commit.topic);
      if (const auto* known = image->FindTopic(commit.topic)) each.topic_id = known->id;
      protocol::OffsetCommitRequest::Partition& partition = each.partitions.emplace_back();
      partition.partition_index = commit.partition;
      partition.committed_offset = commit.offset;
      partition.committed_leader_epoch = commit.leader_epoch;
      if (commit.metadata) partition.committed_metadata = Keep(*commit.metadata);
    }
    return request;
  }
  CommitAnswer SendCommit(protocol::OffsetCommitRequest request, int16_t version = 9) {
    CommitAnswer answer;
    coordinator->OffsetCommit(Receive(std::move(request), version), answer.callback());
    Run();
    return answer;
  }
  CommitAnswer SendCommit(const Client& client, const std::vector<Commit>& commits,
                          int16_t version = 9) {
    return SendCommit(CommitRequest(client, commits), version);
  }
  ErrorCode CommitOne(const Client& client, const Commit& commit) {
    const CommitAnswer answer = SendCommit(client, {commit});
    return answer->topics.at(0).partitions.at(0).error_code;
  }

  using FetchAnswer = Answer<protocol::OffsetFetchResponse>;
  FetchAnswer SendFetch(protocol::OffsetFetchRequest request, int16_t version) {
    FetchAnswer answer;
    coordinator->OffsetFetch(Receive(std::move(request), version), answer.callback());
    Run();
    return answer;
  }
  protocol::OffsetFetchRequest FetchRequest(const std::string& group, const std::string& name,
                                            std::vector<int32_t> partitions) {
    protocol::OffsetFetchRequest request;
    request.group_id = Keep(group);
    protocol::OffsetFetchRequest::Topic each;
    each.name = Keep(name);
    each.partition_indexes = std::move(partitions);
    request.topics.emplace().push_back(std::move(each));
    return request;
  }
  protocol::OffsetFetchResponse::Partition FetchOne(const std::string& group,
                                                    const std::string& name = "topic",
                                                    int32_t partition = 0) {
    const FetchAnswer answer = SendFetch(FetchRequest(group, name, {partition}), 7);
    EXPECT_EQ(answer->error_code, ErrorCode::kNone);
    return answer->topics.at(0).partitions.at(0);
  }
  Offset Committed(const std::string& group, const std::string& name = "topic",
                   int32_t partition = 0) {
    return FetchOne(group, name, partition).committed_offset;
  }

  int32_t PartitionOf(const std::string& group) { return *coordinator->PartitionFor(group); }

  // Views into requests stay valid until the test ends.
  std::string_view Keep(const std::string& text) { return kept_.emplace_back(text); }

  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  fakes::ManualExecutor executor;
  FakeOffsetsTopic offsets_topic;
  std::shared_ptr<const cluster::MetadataImage> image =
      std::make_shared<const cluster::MetadataImage>();
  GroupOptions options;
  std::unique_ptr<GroupCoordinator> coordinator;

 private:
  std::deque<std::string> kept_;
};

}  // namespace monkafka::groups
