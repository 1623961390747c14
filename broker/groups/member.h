// One member of a classic group. Plain data: ClassicGroup keeps its counters right, so what it
// counts (protocols, parked replies, pending sync) is changed through it alone.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/executor.h"
#include "groups/deadline_queue.h"
#include "protocol/groups.h"

namespace monkafka::groups {

// An assignor that the member knows, with what it tells the group's leader about itself.
struct MemberProtocol {
  std::string name;
  std::vector<uint8_t> metadata;

  friend bool operator==(const MemberProtocol&, const MemberProtocol&) = default;
};

struct MemberIdentity {
  std::string id = {};
  std::optional<std::string> instance_id = {};  // static member (KIP-345)
  std::string client_id = {};
  std::string client_host = {};  // as Kafka writes it: "/10.0.0.7"
};

struct MemberTimeouts {
  std::chrono::milliseconds rebalance{0};
  std::chrono::milliseconds session{0};
};

struct Member {
  Member(ClassicGroup* group, MemberIdentity who, MemberTimeouts limits,
         std::vector<MemberProtocol> known)
      : identity(std::move(who)),
        timeouts(limits),
        protocols(std::move(known)),
        session(Deadline::Kind::kSession, group, identity.id) {}

  const MemberIdentity identity;
  MemberTimeouts timeouts;
  std::vector<MemberProtocol> protocols;  // in the order of preference, names differ
  std::vector<uint8_t> assignment;

  // Parked replies: a JoinGroup until the join phase ends, a SyncGroup until the leader's came.
  Callback<protocol::JoinGroupResponse> join_reply;
  Callback<protocol::SyncGroupResponse> sync_reply;
  bool is_new = false;        // has not yet got the answer to its first JoinGroup
  bool pending_sync = false;  // has not yet sent the SyncGroup of this generation

  Deadline session;

  const std::string& id() const { return identity.id; }
  bool is_static() const { return identity.instance_id.has_value(); }
  bool awaits_join() const { return static_cast<bool>(join_reply); }
  bool awaits_sync() const { return static_cast<bool>(sync_reply); }
  // A parked member cannot send heartbeats, and need not. Only a new one is dropped while it waits,
  // since nobody would notice if its client were gone.
  bool needs_no_heartbeat() const { return !is_new && (awaits_join() || awaits_sync()); }

  // Empty when the member doesn't know the protocol.
  Bytes MetadataOf(std::string_view protocol) const {
    const auto found = std::ranges::find(protocols, protocol, &MemberProtocol::name);
    return found == protocols.end() ? Bytes{} : Bytes(found->metadata);
  }
};

}  // namespace monkafka::groups
