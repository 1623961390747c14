// Many consumers of one group that all start at once: how long until each has its assignment of the
// same generation. Each member is a connection that joins, syncs and sends heartbeats.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "bench/loader/commands.h"
#include "bench/loader/loop.h"
#include "common/endian.h"
#include "protocol/groups.h"

namespace monkafka::bench {
namespace {

constexpr int16_t kJoinVersion = 2;
constexpr int16_t kSyncVersion = 1;
constexpr int16_t kHeartbeatVersion = 1;
constexpr auto kHeartbeatInterval = std::chrono::milliseconds(100);
constexpr std::string_view kGroup = "bench-group";

// Version 0 of the consumer protocol's subscription to one topic, which is also an assignment of
// none of its partitions but for the count at the end. Not just any bytes: the coordinator of
// Apache Kafka reads them, and a group whose subscriptions it cannot read never ends its rebalance.
std::vector<uint8_t> ConsumerProtocolBytes(std::string_view topic, int32_t last) {
  std::vector<uint8_t> bytes(2 + 4 + 2 + topic.size() + 4);
  StoreBig<uint32_t>(bytes.data() + 2, 1);
  StoreBig<uint16_t>(bytes.data() + 6, static_cast<uint16_t>(topic.size()));
  std::ranges::copy(topic, bytes.begin() + 8);
  StoreBig<uint32_t>(bytes.data() + 8 + topic.size(), static_cast<uint32_t>(last));
  return bytes;
}
std::vector<uint8_t> Subscription(std::string_view topic) {
  return ConsumerProtocolBytes(topic, /*no user data*/ -1);
}
std::vector<uint8_t> Assignment(std::string_view topic) {
  std::vector<uint8_t> bytes = ConsumerProtocolBytes(topic, /*partitions*/ 0);
  bytes.insert(bytes.end(), 4, 0xff);  // no user data
  return bytes;
}

// The generation in which each member has its assignment; 0: none.
using Generations = std::vector<int32_t>;

bool AllStable(const Generations& generations) {
  return generations.front() > 0 &&
         std::ranges::all_of(generations, [&](int32_t g) { return g == generations.front(); });
}

class Member final : public Worker {
 public:
  Member(const Options& options, size_t number, Generations& generations)
      : Worker(options.port, /*in_flight=*/1),
        number_(number),
        subscription_(Subscription(options.topic)),
        assignment_(Assignment(options.topic)),
        generations_(generations) {}

  Bytes Next() override {
    switch (state_) {
      case State::kJoining:
        return Join();
      case State::kSyncing:
        return Sync();
      case State::kStable:
        due_ = Clock::now() + kHeartbeatInterval;
        return Heartbeat();
    }
    return {};
  }
  void Answered(MutableBytes answer) override {
    switch (state_) {
      case State::kJoining:
        return Joined(answer);
      case State::kSyncing:
        return Synced(answer);
      case State::kStable:
        return HeartbeatAnswered(answer);
    }
  }
  Clock::time_point Due() const override {
    return state_ == State::kStable ? due_ : Clock::time_point::min();
  }
  bool Done() const override { return AllStable(generations_); }

 private:
  enum class State { kJoining, kSyncing, kStable };

  template <class Response>
  static Response Read(MutableBytes answer, int16_t version) {
    Result<Response> response = protocol::Decode<Response>(answer.subspan(4), version);
    if (!response) Die(response.error().message);
    return *std::move(response);
  }
  // Any of these means: there is a newer generation to join.
  bool MustJoin(ErrorCode error, const char* api) {
    if (error == ErrorCode::kNone) return false;
    if (error == ErrorCode::kUnknownMemberId) {
      member_id_.clear();
      return true;
    }
    if (error == ErrorCode::kRebalanceInProgress || error == ErrorCode::kIllegalGeneration ||
        error == ErrorCode::kCoordinatorNotAvailable || error == ErrorCode::kNotCoordinator ||
        error == ErrorCode::kCoordinatorLoadInProgress) {
      return true;
    }
    Die(fmt::format("{} was answered with error {}", api, static_cast<int>(error)));
  }

  Bytes Join() {
    protocol::JoinGroupRequest request;
    request.group_id = kGroup;
    request.session_timeout_ms = 60'000;
    request.rebalance_timeout_ms = 60'000;
    request.member_id = member_id_;
    request.protocol_type = "consumer";
    request.protocols = {{"range", subscription_}};
    return frame_ = EncodeFrame(request, kJoinVersion);
  }
  void Joined(MutableBytes answer) {
    auto response = Read<protocol::JoinGroupResponse>(answer, kJoinVersion);
    if (MustJoin(response.error_code, "JoinGroup")) return;
    member_id_ = response.member_id;
    generation_ = response.generation_id;
    members_.clear();
    for (auto& member : response.members) members_.push_back(std::move(member.member_id));
    state_ = State::kSyncing;
  }

  Bytes Sync() {
    protocol::SyncGroupRequest request;
    request.group_id = kGroup;
    request.generation_id = generation_;
    request.member_id = member_id_;
    for (const std::string& member : members_) {
      request.assignments.push_back({member, assignment_});
    }
    return frame_ = EncodeFrame(request, kSyncVersion);
  }
  void Synced(MutableBytes answer) {
    const auto response = Read<protocol::SyncGroupResponse>(answer, kSyncVersion);
    if (MustJoin(response.error_code, "SyncGroup")) {
      state_ = State::kJoining;
      return;
    }
    generations_[number_] = generation_;
    due_ = Clock::now() + kHeartbeatInterval;
    state_ = State::kStable;
  }

  Bytes Heartbeat() {
    protocol::HeartbeatRequest request;
    request.group_id = kGroup;
    request.generation_id = generation_;
    request.member_id = member_id_;
    return frame_ = EncodeFrame(request, kHeartbeatVersion);
  }
  void HeartbeatAnswered(MutableBytes answer) {
    const auto response = Read<protocol::HeartbeatResponse>(answer, kHeartbeatVersion);
    if (!MustJoin(response.error_code, "Heartbeat")) return;
    generations_[number_] = 0;
    state_ = State::kJoining;
  }

  const size_t number_;
  const std::vector<uint8_t> subscription_;
  const std::vector<uint8_t> assignment_;
  Generations& generations_;
  State state_ = State::kJoining;
  std::string member_id_;
  int32_t generation_ = 0;
  std::vector<std::string> members_;
  Clock::time_point due_{};
  std::vector<uint8_t> frame_;
};

}  // namespace

void JoinGroup(const Options& options) {
  if (options.seconds <= 0) Die("group needs --seconds, how long it may take");
  WaitForCoordinator(options);
  Generations generations(static_cast<size_t>(options.connections));
  Loop loop;
  for (size_t i = 0; i < generations.size(); ++i) {
    loop.Add(std::make_unique<Member>(options, i, generations));
  }
  const Clock::time_point begin = Clock::now();
  loop.Run(begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(options.seconds)));
  if (!AllStable(generations)) {
    Die(fmt::format("{} members did not settle in {} s", generations.size(), options.seconds));
  }
  fmt::print("{{\"members\": {}, \"generation\": {}, \"seconds\": {:.6f}}}\n", generations.size(),
             generations.front(), std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace monkafka::bench
