#include <vector>

#include "config/table_builder.h"
#include "config/tables.h"

namespace monkafka::config {
namespace {

using services::ConfigDefinition;
using services::ConfigUpdate;

void AddIdentity(TableBuilder& table) {
  table.Int("node.id", "1", "broker.id", 0, kMaxInt, "The number of this broker in its cluster.");
  table.Int("broker.id", "-1", "", kMinInt, kMaxInt, "The older name of node.id.");
  table.String("monkafka.cluster.id", std::nullopt, "", {},
               "The cluster that this broker belongs to; an empty data directory gets it, or an id "
               "of its own when not given.");
  table.String("broker.rack", std::nullopt, "", {},
               "The rack or zone of this broker, told to clients that prefer near replicas.");
  table.String("log.dirs", std::nullopt, "log.dir", {},
               "The directory that holds the data; log.dir is used when it is not given.");
  table.String("log.dir", "monkafka-data", "", {}, "The directory that holds the data.");
  table.String("listeners", "PLAINTEXT://127.0.0.1:9092", "", {},
               "Where clients connect: NAME://host:port, several separated by commas; an empty "
               "host means every address, port 0 a free port.");
  table.String("advertised.listeners", std::nullopt, "listeners", {},
               "What clients are told to connect to, by listener name; as listeners when not "
               "given.");
  table.List("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT", "", {},
             "The security protocol of each listener name; a name not listed is its protocol.");
  table.String("inter.broker.listener.name", std::nullopt, "", {},
               "The listener that tools are told of when they ask for the brokers themselves.");
}

void AddNetwork(TableBuilder& table) {
  table.Int("num.network.threads", "2", "", 1, 1024,
            "Threads that receive requests and send replies.");
  table.Int("background.threads", "10", "", 1, 1024,
            "Threads for what waits on the disk: syncs, recovery, deletion, cold reads.");
  table.Int("socket.request.max.bytes", "104857600", "", 1, kMaxInt,
            "The largest request; a larger one closes its connection.");
  table.Int("socket.receive.buffer.bytes", "-1", "", -1, kMaxInt,
            "The socket's receive buffer; -1 leaves it to the system.");
  table.Int("socket.send.buffer.bytes", "-1", "", -1, kMaxInt,
            "The socket's send buffer; -1 leaves it to the system.");
  table.Int("socket.listen.backlog.size", "1024", "", 1, kMaxInt,
            "How many connections may wait to be accepted.");
  table.Int("max.connections", "2147483647", "", 0, kMaxInt,
            "Connections over this number are closed as they come.");
  table.Int("max.connections.per.ip", "2147483647", "", 0, kMaxInt,
            "Connections of one address over this number are closed as they come.");
  table.Long("connections.max.idle.ms", "600000", "", -1, kMaxLong,
             "A connection without a request for so long is closed; -1 never.");
  table.Int("monkafka.max.in.flight.requests.per.connection", "64", "", 1, 10'000,
            "How many requests of one connection are worked on before its next is read.");
  table.Long("queued.max.request.bytes", "-1", "", -1, kMaxLong,
             "How much memory all requests together may hold; -1 is a quarter of the machine's.");
}

void AddAdmin(TableBuilder& table) {
  table.String("monkafka.admin.listen", "127.0.0.1:9095", "", {},
               "Where the admin service listens: HOST:PORT, unix:PATH, several separated by "
               "commas, or off. When it is not given and clients connect to a free port (0), the "
               "admin service takes one too.");
  table.String("monkafka.admin.tls.certificate.file", std::nullopt, "", {},
               "The PEM file of the admin service's certificate chain; with it, its ports speak "
               "TLS.");
  table.String("monkafka.admin.tls.key.file", std::nullopt, "", {},
               "The PEM file of the private key of that certificate.");
  table.String("monkafka.admin.tls.client.ca.file", std::nullopt, "", {},
               "The PEM file of the authorities of client certificates; with it, clients of the "
               "admin service must have one.");
  table.String("monkafka.admin.tokens.file", std::nullopt, "", {},
               "The file of bearer tokens and their roles; with it, clients of the admin service "
               "must send one.");
  table.Boolean("monkafka.admin.insecure", "false", "",
                "Whether the admin service may be reached from other machines without TLS and "
                "tokens.");
}

void AddTopics(TableBuilder& table) {
  table.Boolean("auto.create.topics.enable", "true", "",
                "Whether a client that asks for an unknown topic gets it created.");
  table.Boolean("delete.topic.enable", "true", "", "Whether topics can be deleted.");
  table.Int("num.partitions", "1", "", 1, kMaxInt,
            "Partitions of a topic that is created without a number.");
  table.Int("default.replication.factor", "1", "", 1, kMaxShort,
            "Replicas of a topic that is created without a number.");
  table.Int("fetch.max.bytes", "57671680", "", 1024, kMaxInt, "The most one fetch returns.");
  table.Int("max.incremental.fetch.session.cache.slots", "1000", "", 0, kMaxInt,
            "How many fetch sessions are kept; other clients send whole fetches.");
  table.Boolean("monkafka.acks.all.flush", "true", "",
                "Whether acks=all is answered only once the records would survive a power cut.");
}

void AddTopicDefaults(TableBuilder& table) {
  table.List("log.cleanup.policy", "delete", "", {"compact", "delete"},
             "Default of the topic setting cleanup.policy.");
  table.Int("compression.gzip.level", "-1", "", -1, 9,
            "Default of the topic setting of this name.");
  table.Int("compression.lz4.level", "9", "", 1, 17, "Default of the topic setting of this name.");
  table.Int("compression.zstd.level", "3", "", -131072, 22,
            "Default of the topic setting of this name.");
  table.String("compression.type", "producer", "",
               {"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"},
               "Default of the topic setting of this name.");
  table.Long("log.cleaner.delete.retention.ms", "86400000", "", 0, kMaxLong,
             "Default of the topic setting delete.retention.ms.");
  table.Long("log.segment.delete.delay.ms", "60000", "", 0, kMaxLong,
             "Default of the topic setting file.delete.delay.ms.");
  table.Long("log.flush.interval.messages", "9223372036854775807", "", 1, kMaxLong,
             "Default of the topic setting flush.messages.");
  table.Long("log.flush.interval.ms", std::nullopt, "log.flush.scheduler.interval.ms", 0, kMaxLong,
             "Default of the topic setting flush.ms.");
  table.Long("log.flush.scheduler.interval.ms", "9223372036854775807", "", 0, kMaxLong,
             "How often it is checked whether a log is due to be synced by time.");
  table.Int("log.index.interval.bytes", "4096", "", 0, kMaxInt,
            "Default of the topic setting index.interval.bytes.");
  table.Int("log.index.size.max.bytes", "10485760", "", 4, kMaxInt,
            "Default of the topic setting segment.index.bytes.");
  table.Long("log.local.retention.bytes", "-2", "", -2, kMaxLong,
             "Default of the topic setting local.retention.bytes.");
  table.Long("log.local.retention.ms", "-2", "", -2, kMaxLong,
             "Default of the topic setting local.retention.ms.");
  table.Long("log.cleaner.max.compaction.lag.ms", "9223372036854775807", "", 1, kMaxLong,
             "Default of the topic setting max.compaction.lag.ms.");
  table.Long("log.cleaner.min.compaction.lag.ms", "0", "", 0, kMaxLong,
             "Default of the topic setting min.compaction.lag.ms.");
  table.Double("log.cleaner.min.cleanable.ratio", "0.5", "", 0, 1,
               "Default of the topic setting min.cleanable.dirty.ratio.");
  table.Int("message.max.bytes", "1048588", "", 0, kMaxInt,
            "Default of the topic setting max.message.bytes.");
  table.Long("log.message.timestamp.after.max.ms", "9223372036854775807", "", 0, kMaxLong,
             "Default of the topic setting message.timestamp.after.max.ms.");
  table.Long("log.message.timestamp.before.max.ms", "9223372036854775807", "", 0, kMaxLong,
             "Default of the topic setting message.timestamp.before.max.ms.");
  table.Long("log.message.timestamp.difference.max.ms", "9223372036854775807", "", 0, kMaxLong,
             "Default of the topic setting message.timestamp.difference.max.ms.");
  table.String("log.message.timestamp.type", "CreateTime", "", {"CreateTime", "LogAppendTime"},
               "Default of the topic setting message.timestamp.type.");
  table.Int("min.insync.replicas", "1", "", 1, kMaxInt,
            "Default of the topic setting of this name.");
  table.Boolean("log.preallocate", "false", "", "Default of the topic setting preallocate.");
  table.Long("log.retention.bytes", "-1", "", kMinLong, kMaxLong,
             "Default of the topic setting retention.bytes.");
  table.Long("log.retention.ms", std::nullopt, "log.retention.minutes", -1, kMaxLong,
             "Default of the topic setting retention.ms; in minutes or hours by the keys below.");
  table.Int("log.segment.bytes", "1073741824", "", 14, kMaxInt,
            "Default of the topic setting segment.bytes.");
  table.Long("log.roll.jitter.ms", std::nullopt, "log.roll.jitter.hours", 0, kMaxLong,
             "Default of the topic setting segment.jitter.ms.");
  table.Long("log.roll.ms", std::nullopt, "log.roll.hours", 1, kMaxLong,
             "Default of the topic setting segment.ms.");
  table.Boolean("unclean.leader.election.enable", "false", "",
                "Default of the topic setting of this name.");
}

void AddLogUpkeep(TableBuilder& table) {
  table.Int("log.retention.minutes", std::nullopt, "log.retention.hours", kMinInt, kMaxInt,
            "log.retention.ms in minutes.");
  table.Int("log.retention.hours", "168", "", kMinInt, kMaxInt, "log.retention.ms in hours.");
  table.Int("log.roll.hours", "168", "", 1, kMaxInt, "log.roll.ms in hours.");
  table.Int("log.roll.jitter.hours", "0", "", 0, kMaxInt, "log.roll.jitter.ms in hours.");
  table.Long("log.retention.check.interval.ms", "300000", "", 1, kMaxLong,
             "How often segments are checked for deletion.");
  table.Int("log.flush.offset.checkpoint.interval.ms", "60000", "", 0, kMaxInt,
            "How often the point is recorded from which logs are recovered.");
  table.Int("producer.id.expiration.ms", "86400000", "", 1, kMaxInt,
            "How long an idle producer's last sequence numbers are remembered.");
  table.Int("producer.id.expiration.check.interval.ms", "600000", "", 1, kMaxInt,
            "How often producers are checked for expiry.");
}

void AddGroups(TableBuilder& table) {
  table.Int("group.initial.rebalance.delay.ms", "3000", "", 0, kMaxInt,
            "How long the first members of an empty group wait for more to join.");
  table.Int("group.min.session.timeout.ms", "6000", "", 1, kMaxInt,
            "The shortest session timeout a member may ask for.");
  table.Int("group.max.session.timeout.ms", "1800000", "", 1, kMaxInt,
            "The longest session timeout a member may ask for.");
  table.Int("group.max.size", "2147483647", "", 1, kMaxInt, "The most members of a group.");
  table.Int("offsets.topic.num.partitions", "50", "", 1, kMaxInt,
            "Partitions of __consumer_offsets; fixed once it exists.");
  table.Short("offsets.topic.replication.factor", "1", "", 1, kMaxShort,
              "Replicas of __consumer_offsets.");
  table.Int("offsets.topic.segment.bytes", "104857600", "", 1, kMaxInt,
            "segment.bytes of __consumer_offsets.");
  table.Int("offset.metadata.max.bytes", "4096", "", 0, kMaxInt,
            "The most metadata a committed offset may carry.");
  table.Int("offsets.retention.minutes", "10080", "", 1, kMaxInt,
            "How long offsets are kept after their group lost its last member.");
  table.Long("offsets.retention.check.interval.ms", "600000", "", 1, kMaxLong,
             "How often offsets are checked for expiry.");
}

std::vector<ConfigDefinition> MakeBrokerTable() {
  TableBuilder table;
  AddIdentity(table);
  AddNetwork(table);
  AddAdmin(table);
  AddTopics(table);
  AddLogUpkeep(table);
  AddGroups(table);
  table.BeginUpdate(ConfigUpdate::kClusterWide);
  AddTopicDefaults(table);
  return table.Take();
}

constexpr std::string_view kWithoutEffect[] = {
    "alter.config.policy.class.name",
    "authorizer.class.name",
    "broker.heartbeat.interval.ms",
    "broker.session.timeout.ms",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "control.plane.listener.name",
    "create.topic.policy.class.name",
    "early.start.listeners",
    "group.coordinator.rebalance.protocols",
    "initial.broker.registration.timeout.ms",
    "inter.broker.protocol.version",
    "kafka.metrics.polling.interval.secs",
    "kafka.metrics.reporters",
    "leader.imbalance.check.interval.seconds",
    "auto.leader.rebalance.enable",
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.enable",
    "log.cleaner.io.buffer.load.factor",
    "log.cleaner.io.buffer.size",
    "log.cleaner.io.max.bytes.per.second",
    "log.cleaner.threads",
    "log.flush.start.offset.checkpoint.interval.ms",
    "log.message.downconversion.enable",
    "log.message.format.version",
    "metadata.log.dir",
    "metadata.log.segment.bytes",
    "metadata.max.retention.bytes",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "num.io.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "offsets.commit.required.acks",
    "offsets.commit.timeout.ms",
    "offsets.load.buffer.size",
    "offsets.topic.compression.codec",
    "process.roles",
    "queued.max.requests",
    "reserved.broker.max.id",
    "broker.id.generation.enable",
    "replica.lag.time.max.ms",
    "replica.selector.class",
    "request.timeout.ms",
    "security.inter.broker.protocol",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
    "socket.connection.setup.timeout.ms",
    "transaction.max.timeout.ms",
    "transaction.state.log.min.isr",
    "transaction.state.log.num.partitions",
    "transaction.state.log.replication.factor",
    "zookeeper.connect",
};

}  // namespace

std::span<const ConfigDefinition> BrokerTable() {
  static const std::vector<ConfigDefinition> table = MakeBrokerTable();
  return table;
}

std::span<const std::string_view> KafkaKeysWithoutEffect() { return kWithoutEffect; }

}  // namespace monkafka::config
