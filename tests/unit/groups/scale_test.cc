// Many members, many groups: what must stay linear.
#include <algorithm>

#include "harness.h"

namespace monkafka::groups {
namespace {

using testing::SizeIs;

class ScaleTest : public CoordinatorTest {
 protected:
  ScaleTest() { Start(); }

  std::vector<Client> Clients(size_t count) {
    std::vector<Client> clients(count);
    for (size_t i = 0; i < count; ++i) clients[i].client_id = "client-" + std::to_string(i);
    return clients;
  }
  static std::vector<Client*> Pointers(std::vector<Client>& clients) {
    std::vector<Client*> pointers;
    for (Client& client : clients) pointers.push_back(&client);
    return pointers;
  }
};

TEST_F(ScaleTest, FiveHundredMembersJoinSyncCommitLeaveAndComeBack) {
  std::vector<Client> clients = Clients(500);
  Stabilize(Pointers(clients));
  EXPECT_EQ(offsets_topic.append_calls, 1) << "one record for the whole generation";
  EXPECT_THAT(Describe("group").members, SizeIs(500));
  for (Client& client : clients) {
    ASSERT_EQ(Heartbeat(client), ErrorCode::kNone);
    ASSERT_EQ(CommitOne(client, {.offset = 1}), ErrorCode::kNone);
  }

  // A whole rebalance, begun by the leader.
  std::vector<JoinAnswer> joins;
  for (const Client& client : clients) joins.push_back(SendJoin(client));
  for (size_t i = 0; i < clients.size(); ++i) Learn(clients[i], joins[i]);
  const auto leads = [&](const Client& client) { return client.member_id == joins[0]->leader; };
  std::ranges::partition(clients, leads);
  SyncAll(Pointers(clients), joins[0]->leader);
  EXPECT_EQ(StateOf("group"), "Stable");

  Start();
  for (Client& client : clients) ASSERT_EQ(Heartbeat(client), ErrorCode::kNone);
  std::vector<protocol::LeaveGroupRequest::Member> leaving;
  for (const Client& client : clients) {
    leaving.push_back({Keep(client.member_id), std::nullopt, std::nullopt});
  }
  const auto answer = Leave("group", leaving);
  EXPECT_TRUE(std::ranges::all_of(
      answer->members, [](const auto& member) { return member.error_code == ErrorCode::kNone; }));
  EXPECT_EQ(StateOf("group"), "Empty");
}

TEST_F(ScaleTest, AShardHasOneTimerHoweverManyMembersItHas) {
  std::vector<Client> clients = Clients(100);
  Stabilize(Pointers(clients));
  EXPECT_LE(timers.size(), static_cast<size_t>(kPartitions));
  for (Client& client : clients) ASSERT_EQ(Heartbeat(client), ErrorCode::kNone);
  EXPECT_LE(timers.size(), static_cast<size_t>(kPartitions));
}

TEST_F(ScaleTest, GroupsDoNotDisturbEachOther) {
  std::vector<Client> clients = Clients(200);
  for (size_t i = 0; i < clients.size(); ++i) clients[i].group = "group-" + std::to_string(i);
  std::vector<JoinAnswer> joins;
  for (Client& client : clients) joins.push_back(Enter(client));
  Advance(options.initial_rebalance_delay);
  for (size_t i = 0; i < clients.size(); ++i) {
    Learn(clients[i], joins[i]);
    ASSERT_EQ(SendSync(clients[i])->error_code, ErrorCode::kNone);
    ASSERT_EQ(CommitOne(clients[i], {.offset = static_cast<Offset>(i)}), ErrorCode::kNone);
  }
  ASSERT_EQ(Leave(clients[7]), ErrorCode::kNone);
  Start();
  for (size_t i = 0; i < clients.size(); ++i) {
    EXPECT_EQ(Committed(clients[i].group), static_cast<Offset>(i));
    EXPECT_EQ(StateOf(clients[i].group), i == 7 ? "Empty" : "Stable");
  }
}

}  // namespace
}  // namespace monkafka::groups
