// The records of the metadata log: KRaft's own, so that Kafka's tools read our log and a Kafka
// directory can be opened in place. A change of metadata is one batch of these.
//
// The value of a record: frame version, type, version (protocol/record_codec.h has the layout),
// then the message in the flexible encoding. Its key is null.
//
// Source: KIP-500 and successors; field tables of Apache Kafka 3.9's metadata records. The versions
// written are those of metadata.version 3.9-IV0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "common/types.h"
#include "protocol/record_codec.h"
#include "protocol/tag.h"

namespace monkafka::cluster {

// metadata.version of what is written: 3.9-IV0. Kafka's MetadataVersion.
inline constexpr std::string_view kMetadataVersionFeature = "metadata.version";
inline constexpr int16_t kMinMetadataVersion = 1;
inline constexpr int16_t kMetadataVersion = 21;
// Kafka's name of a level of metadata.version, as "3.9-IV0"; of one that this broker does not know,
// the number.
std::string MetadataVersionName(int16_t level);

// Directory of a replica that no broker has assigned yet (KIP-858); the zero id.
inline constexpr Uuid kUnassignedDirectory{};

struct RegisterBrokerRecord {
  static constexpr int16_t kType = 0, kWrittenVersion = 3;
  static constexpr protocol::RecordSchema schema{"RegisterBrokerRecord", 0, 3, 0};
  struct Endpoint {
    std::string name, host;
    uint16_t port = 0;
    int16_t security_protocol = 0;
    static void fields(auto& io, auto& m) {
      io(m.name), io(m.host), io(m.port), io(m.security_protocol), io.tags();
    }
    bool operator==(const Endpoint&) const = default;
  };
  struct Feature {
    std::string name;
    int16_t min_supported_version = 0, max_supported_version = 0;
    static void fields(auto& io, auto& m) {
      io(m.name), io(m.min_supported_version), io(m.max_supported_version), io.tags();
    }
    bool operator==(const Feature&) const = default;
  };

  int32_t broker_id = 0;
  bool is_migrating_zk_broker = false;
  Uuid incarnation_id;
  int64_t broker_epoch = 0;  // the offset of this record
  std::vector<Endpoint> end_points;
  std::vector<Feature> features;
  std::optional<std::string> rack;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::vector<Uuid> log_dirs;

  static void fields(auto& io, auto& m) {
    io(m.broker_id);
    if (io.version >= 2) io(m.is_migrating_zk_broker);
    io(m.incarnation_id), io(m.broker_epoch), io(m.end_points), io(m.features), io(m.rack);
    io(m.fenced);
    if (io.version >= 1) io(m.in_controlled_shutdown);
    io.tags(protocol::Tag{0, m.log_dirs, io.version >= 3});
  }
  bool operator==(const RegisterBrokerRecord&) const = default;
};

struct UnregisterBrokerRecord {
  static constexpr int16_t kType = 1, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"UnregisterBrokerRecord", 0, 0, 0};
  int32_t broker_id = 0;
  int64_t broker_epoch = 0;
  static void fields(auto& io, auto& m) { io(m.broker_id), io(m.broker_epoch), io.tags(); }
  bool operator==(const UnregisterBrokerRecord&) const = default;
};

struct TopicRecord {
  static constexpr int16_t kType = 2, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"TopicRecord", 0, 0, 0};
  std::string name;
  Uuid topic_id;
  static void fields(auto& io, auto& m) { io(m.name), io(m.topic_id), io.tags(); }
  bool operator==(const TopicRecord&) const = default;
};

struct PartitionRecord {
  static constexpr int16_t kType = 3, kWrittenVersion = 1;
  static constexpr protocol::RecordSchema schema{"PartitionRecord", 0, 2, 0};
  int32_t partition_id = -1;
  Uuid topic_id;
  std::vector<int32_t> replicas, isr, removing_replicas, adding_replicas;
  int32_t leader = -1;
  int8_t leader_recovery_state = 0;
  LeaderEpoch leader_epoch = -1;
  int32_t partition_epoch = -1;
  std::vector<Uuid> directories;  // one per replica
  std::optional<std::vector<int32_t>> eligible_leader_replicas, last_known_elr;

  static void fields(auto& io, auto& m) {
    io(m.partition_id), io(m.topic_id), io(m.replicas), io(m.isr), io(m.removing_replicas);
    io(m.adding_replicas), io(m.leader), io(m.leader_epoch), io(m.partition_epoch);
    if (io.version >= 1) io(m.directories);
    io.tags(protocol::Tag{0, m.leader_recovery_state},
            protocol::Tag{1, m.eligible_leader_replicas, io.version >= 2},
            protocol::Tag{2, m.last_known_elr, io.version >= 2});
  }
  bool operator==(const PartitionRecord&) const = default;
};

struct ConfigRecord {
  static constexpr int16_t kType = 4, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"ConfigRecord", 0, 0, 0};
  int8_t resource_type = 0;
  std::string resource_name, name;
  std::optional<std::string> value;  // none: the override is removed
  static void fields(auto& io, auto& m) {
    io(m.resource_type), io(m.resource_name), io(m.name), io(m.value), io.tags();
  }
  bool operator==(const ConfigRecord&) const = default;
};

// Absent fields keep what the partition has.
struct PartitionChangeRecord {
  static constexpr int16_t kType = 5, kWrittenVersion = 1;
  static constexpr protocol::RecordSchema schema{"PartitionChangeRecord", 0, 2, 0};
  static constexpr int32_t kNoLeaderChange = -2;
  int32_t partition_id = -1;
  Uuid topic_id;
  std::optional<std::vector<int32_t>> isr;
  int32_t leader = kNoLeaderChange;
  std::optional<std::vector<int32_t>> replicas, removing_replicas, adding_replicas;
  int8_t leader_recovery_state = -1;
  std::optional<std::vector<int32_t>> eligible_leader_replicas, last_known_elr;
  std::optional<std::vector<Uuid>> directories;

  static void fields(auto& io, auto& m) {
    io(m.partition_id), io(m.topic_id);
    io.tags(protocol::Tag{0, m.isr}, protocol::Tag{1, m.leader, true, kNoLeaderChange},
            protocol::Tag{2, m.replicas}, protocol::Tag{3, m.removing_replicas},
            protocol::Tag{4, m.adding_replicas},
            protocol::Tag{5, m.leader_recovery_state, true, int8_t{-1}},
            protocol::Tag{6, m.eligible_leader_replicas, io.version >= 2},
            protocol::Tag{7, m.last_known_elr, io.version >= 2},
            protocol::Tag{8, m.directories, io.version >= 1});
  }
  bool operator==(const PartitionChangeRecord&) const = default;
};

struct FenceBrokerRecord {
  static constexpr int16_t kType = 7, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"FenceBrokerRecord", 0, 0, 0};
  int32_t id = 0;
  int64_t epoch = 0;
  static void fields(auto& io, auto& m) { io(m.id), io(m.epoch), io.tags(); }
  bool operator==(const FenceBrokerRecord&) const = default;
};

struct UnfenceBrokerRecord {
  static constexpr int16_t kType = 8, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"UnfenceBrokerRecord", 0, 0, 0};
  int32_t id = 0;
  int64_t epoch = 0;
  static void fields(auto& io, auto& m) { io(m.id), io(m.epoch), io.tags(); }
  bool operator==(const UnfenceBrokerRecord&) const = default;
};

// The topic, its partitions and its configs are gone.
struct RemoveTopicRecord {
  static constexpr int16_t kType = 9, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"RemoveTopicRecord", 0, 0, 0};
  Uuid topic_id;
  static void fields(auto& io, auto& m) { io(m.topic_id), io.tags(); }
  bool operator==(const RemoveTopicRecord&) const = default;
};

struct FeatureLevelRecord {
  static constexpr int16_t kType = 12, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"FeatureLevelRecord", 0, 0, 0};
  std::string name;
  int16_t feature_level = 0;
  static void fields(auto& io, auto& m) { io(m.name), io(m.feature_level), io.tags(); }
  bool operator==(const FeatureLevelRecord&) const = default;
};

// Producer ids below next_producer_id may have been given out.
struct ProducerIdsRecord {
  static constexpr int16_t kType = 15, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"ProducerIdsRecord", 0, 0, 0};
  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  ProducerId next_producer_id = 0;
  static void fields(auto& io, auto& m) {
    io(m.broker_id), io(m.broker_epoch), io(m.next_producer_id), io.tags();
  }
  bool operator==(const ProducerIdsRecord&) const = default;
};

// fenced: 1 fence, -1 unfence, 0 no change; in_controlled_shutdown: 1 yes, 0 no change.
struct BrokerRegistrationChangeRecord {
  static constexpr int16_t kType = 17, kWrittenVersion = 2;
  static constexpr protocol::RecordSchema schema{"BrokerRegistrationChangeRecord", 0, 2, 0};
  int32_t broker_id = 0;
  int64_t broker_epoch = 0;
  int8_t fenced = 0;
  int8_t in_controlled_shutdown = 0;
  std::vector<Uuid> log_dirs;
  static void fields(auto& io, auto& m) {
    io(m.broker_id), io(m.broker_epoch);
    io.tags(protocol::Tag{0, m.fenced}, protocol::Tag{1, m.in_controlled_shutdown, io.version >= 1},
            protocol::Tag{2, m.log_dirs, io.version >= 2});
  }
  bool operator==(const BrokerRegistrationChangeRecord&) const = default;
};

struct NoOpRecord {
  static constexpr int16_t kType = 20, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"NoOpRecord", 0, 0, 0};
  static void fields(auto& io, auto&) { io.tags(); }
  bool operator==(const NoOpRecord&) const = default;
};

// What lies between begin and end counts only once the end is there; abort drops it (KIP-868).
struct BeginTransactionRecord {
  static constexpr int16_t kType = 23, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"BeginTransactionRecord", 0, 0, 0};
  std::optional<std::string> name;
  static void fields(auto& io, auto& m) { io.tags(protocol::Tag{0, m.name}); }
  bool operator==(const BeginTransactionRecord&) const = default;
};

struct EndTransactionRecord {
  static constexpr int16_t kType = 24, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"EndTransactionRecord", 0, 0, 0};
  static void fields(auto& io, auto&) { io.tags(); }
  bool operator==(const EndTransactionRecord&) const = default;
};

struct AbortTransactionRecord {
  static constexpr int16_t kType = 25, kWrittenVersion = 0;
  static constexpr protocol::RecordSchema schema{"AbortTransactionRecord", 0, 0, 0};
  std::optional<std::string> reason;
  static void fields(auto& io, auto& m) { io.tags(protocol::Tag{0, m.reason}); }
  bool operator==(const AbortTransactionRecord&) const = default;
};

using MetadataRecord =
    std::variant<RegisterBrokerRecord, UnregisterBrokerRecord, TopicRecord, PartitionRecord,
                 ConfigRecord, PartitionChangeRecord, FenceBrokerRecord, UnfenceBrokerRecord,
                 RemoveTopicRecord, FeatureLevelRecord, ProducerIdsRecord,
                 BrokerRegistrationChangeRecord, NoOpRecord, BeginTransactionRecord,
                 EndTransactionRecord, AbortTransactionRecord>;

// "TopicRecord" and so on.
std::string_view NameOf(const MetadataRecord& record);

// The value of the record in the log.
std::vector<uint8_t> EncodeMetadataRecord(const MetadataRecord& record);
// In another version than the one that is written; for tests.
std::vector<uint8_t> EncodeMetadataRecord(const MetadataRecord& record, int16_t version);

// nullopt: a record of a type that this broker knows nothing of (access control lists, quotas):
// valid, to be kept as it is. CORRUPT_MESSAGE for bytes that are no metadata record,
// UNSUPPORTED_VERSION for a known type in a version of the future.
Result<std::optional<MetadataRecord>> DecodeMetadataRecord(Bytes value);

}  // namespace monkafka::cluster
