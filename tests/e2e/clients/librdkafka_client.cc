// librdkafka's C interface against a broker, checked by itself: admin calls, an idempotent producer
// with batches of every codec, a consumer group that fetches in batches and commits, offsets by
// time.
//
//   e2e_librdkafka_client bootstrap=HOST:PORT topic=T records=N
//
// Prints a line per step. Anything that is not as it should be is a sentence on stderr, exit
// code 1.
#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "program.h"

namespace monkafka::e2e {
namespace {

constexpr int kTimeoutMilliseconds = 30000;
constexpr int kPartitions = 3;
constexpr std::array kCodecs = {"none", "gzip", "snappy", "lz4", "zstd"};

template <auto Destroy>
struct Destroyer {
  void operator()(auto* pointer) const { Destroy(pointer); }
};
template <typename T, auto Destroy>
using Owned = std::unique_ptr<T, Destroyer<Destroy>>;
using Client = Owned<rd_kafka_t, rd_kafka_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using List = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

void Check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Die(what + ": " + rd_kafka_err2str(error));
}

void Expect(bool holds, const std::string& sentence) {
  if (!holds) Die(sentence);
}

Client MakeClient(rd_kafka_type_t type, const Arguments& arguments,
                  const std::map<std::string, std::string>& settings,
                  const std::function<void(rd_kafka_conf_t*)>& callbacks = nullptr) {
  std::array<char, 512> error;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size()) !=
        RD_KAFKA_CONF_OK) {
      Die(error.data());
    }
  };
  set("bootstrap.servers", arguments.Text("bootstrap"));
  for (const auto& [name, value] : settings) set(name, value);
  if (callbacks) callbacks(conf);
  rd_kafka_t* client = rd_kafka_new(type, conf, error.data(), error.size());
  if (client == nullptr) Die(error.data());
  return Client(client);
}

// What an admin call answers for its one topic or partition.
template <typename Call, typename Get>
void Admin(rd_kafka_t* client, const std::string& what, rd_kafka_admin_op_t operation, Call&& call,
           Get&& get_result) {
  Queue queue(rd_kafka_queue_new(client));
  Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy> options(
      rd_kafka_AdminOptions_new(client, operation));
  call(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), kTimeoutMilliseconds));
  Expect(event != nullptr, what + ": no answer");
  Check(rd_kafka_event_error(event.get()), what);
  get_result(event.get());
  fmt::print("{}\n", what);
}

void CheckTopics(const rd_kafka_topic_result_t** results, size_t count, const std::string& what) {
  Expect(count == 1, what + ": not one result");
  Check(rd_kafka_topic_result_error(results[0]), what);
}

void CreateTopic(rd_kafka_t* client, const std::string& topic, int partitions) {
  const std::string what = "create topic";
  std::array<char, 512> error;
  rd_kafka_NewTopic_t* wanted =
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, error.data(), error.size());
  rd_kafka_NewTopic_set_config(wanted, "segment.bytes", "1000000");
  Admin(
      client, what, RD_KAFKA_ADMIN_OP_CREATETOPICS,
      [&](auto* options, auto* queue) {
        rd_kafka_CreateTopics(client, &wanted, 1, options, queue);
      },
      [&](rd_kafka_event_t* event) {
        size_t count = 0;
        const auto* result = rd_kafka_event_CreateTopics_result(event);
        const auto** topics = rd_kafka_CreateTopics_result_topics(result, &count);
        CheckTopics(topics, count, what);
      });
  rd_kafka_NewTopic_destroy(wanted);
}

void AddPartitions(rd_kafka_t* client, const std::string& topic, int partitions) {
  const std::string what = "add partitions";
  std::array<char, 512> error;
  rd_kafka_NewPartitions_t* wanted =
      rd_kafka_NewPartitions_new(topic.c_str(), partitions, error.data(), error.size());
  Admin(
      client, what, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS,
      [&](auto* options, auto* queue) {
        rd_kafka_CreatePartitions(client, &wanted, 1, options, queue);
      },
      [&](rd_kafka_event_t* event) {
        size_t count = 0;
        const auto* result = rd_kafka_event_CreatePartitions_result(event);
        const auto** topics = rd_kafka_CreatePartitions_result_topics(result, &count);
        CheckTopics(topics, count, what);
      });
  rd_kafka_NewPartitions_destroy(wanted);
}

void DeleteTopic(rd_kafka_t* client, const std::string& topic) {
  const std::string what = "delete topic";
  rd_kafka_DeleteTopic_t* unwanted = rd_kafka_DeleteTopic_new(topic.c_str());
  Admin(
      client, what, RD_KAFKA_ADMIN_OP_DELETETOPICS,
      [&](auto* options, auto* queue) {
        rd_kafka_DeleteTopics(client, &unwanted, 1, options, queue);
      },
      [&](rd_kafka_event_t* event) {
        size_t count = 0;
        const auto* result = rd_kafka_event_DeleteTopics_result(event);
        const auto** topics = rd_kafka_DeleteTopics_result_topics(result, &count);
        CheckTopics(topics, count, what);
      });
  rd_kafka_DeleteTopic_destroy(unwanted);
}

void DescribeTopicConfig(rd_kafka_t* client, const std::string& topic) {
  rd_kafka_ConfigResource_t* asked =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  Admin(
      client, "describe config", RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
      [&](auto* options, auto* queue) {
        rd_kafka_DescribeConfigs(client, &asked, 1, options, queue);
      },
      [&](rd_kafka_event_t* event) {
        size_t count = 0;
        const auto* result = rd_kafka_event_DescribeConfigs_result(event);
        const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
        Expect(count == 1, "describe config: not one resource");
        Check(rd_kafka_ConfigResource_error(resources[0]), "describe config");
        const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
        std::map<std::string, std::string> values;
        for (size_t i = 0; i < count; ++i) {
          const char* value = rd_kafka_ConfigEntry_value(entries[i]);
          values[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
        }
        Expect(values["segment.bytes"] == "1000000", "segment.bytes is not what was asked for");
        Expect(values["cleanup.policy"] == "delete", "cleanup.policy has not its default");
      });
  rd_kafka_ConfigResource_destroy(asked);
}

struct Delivered {
  size_t count = 0;
  std::map<int32_t, std::set<int64_t>> offsets;  // by partition
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  Check(message->err, "delivery");
  auto* delivered = static_cast<Delivered*>(opaque);
  ++delivered->count;
  Expect(delivered->offsets[message->partition].insert(message->offset).second,
         fmt::format("offset {} of partition {} was given to two records", message->offset,
                     message->partition));
}

// Sends these values in one call of rd_kafka_produce_batch and waits for their delivery.
void ProduceBatch(const Arguments& arguments, const std::string& codec,
                  std::vector<std::string>& values, Delivered& delivered) {
  Client producer = MakeClient(RD_KAFKA_PRODUCER, arguments,
                               {{"enable.idempotence", "true"},
                                {"compression.codec", codec},
                                {"linger.ms", "5"},
                                {"batch.num.messages", "500"}},
                               [&](rd_kafka_conf_t* conf) {
                                 rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
                                 rd_kafka_conf_set_opaque(conf, &delivered);
                               });
  Owned<rd_kafka_topic_t, rd_kafka_topic_destroy> topic(
      rd_kafka_topic_new(producer.get(), arguments.Text("topic").c_str(), nullptr));
  std::vector<rd_kafka_message_t> messages(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    messages[i] = {};
    messages[i].payload = values[i].data();
    messages[i].len = values[i].size();
    messages[i].key = values[i].data();
    messages[i].key_len = values[i].size();
  }
  const int sent = rd_kafka_produce_batch(topic.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                          messages.data(), static_cast<int>(messages.size()));
  Expect(sent == static_cast<int>(messages.size()), "the batch was not taken whole");
  Check(rd_kafka_flush(producer.get(), kTimeoutMilliseconds), "flush");
}

std::set<std::string> ProduceAll(const Arguments& arguments, Delivered& delivered) {
  std::set<std::string> all;
  const int count = arguments.Number("records");
  for (const char* codec : kCodecs) {
    std::vector<std::string> values;
    for (int i = 0; i < count; ++i) values.push_back(fmt::format("{}-{}", codec, i));
    ProduceBatch(arguments, codec, values, delivered);
    all.insert(values.begin(), values.end());
  }
  Expect(delivered.count == all.size(),
         fmt::format("{} of {} were delivered", delivered.count, all.size()));
  fmt::print("produce {} records\n", all.size());
  return all;
}

// Consumes in batches, as a group's only member, until each value was seen once; commits.
void ConsumeAll(const Arguments& arguments, std::set<std::string> missing) {
  Client consumer = MakeClient(RD_KAFKA_CONSUMER, arguments,
                               {{"group.id", arguments.Text("topic") + "-group"},
                                {"auto.offset.reset", "earliest"},
                                {"enable.auto.commit", "false"}});
  List topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), arguments.Text("topic").c_str(),
                                    RD_KAFKA_PARTITION_UA);
  Check(rd_kafka_poll_set_consumer(consumer.get()), "poll_set_consumer");
  Check(rd_kafka_subscribe(consumer.get(), topics.get()), "subscribe");
  Queue queue(rd_kafka_queue_get_consumer(consumer.get()));

  const int64_t deadline = MonotonicNanoseconds() + kTimeoutMilliseconds * int64_t{1000000};
  while (!missing.empty()) {
    Expect(MonotonicNanoseconds() < deadline,
           fmt::format("{} records were not received", missing.size()));
    std::array<rd_kafka_message_t*, 1000> messages;
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue.get(), 1000, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      Check(messages[i]->err, "consume");
      const std::string value(static_cast<char*>(messages[i]->payload), messages[i]->len);
      Expect(missing.erase(value) == 1, value + " was received twice, or never sent");
      rd_kafka_message_destroy(messages[i]);
    }
  }
  Check(rd_kafka_commit(consumer.get(), nullptr, 0), "commit");
  Check(rd_kafka_consumer_close(consumer.get()), "close");
  fmt::print("consume and commit\n");
}

// What the group committed is what the log's end says, in each partition.
void CheckOffsets(const Arguments& arguments, const Delivered& delivered) {
  const std::string& topic = arguments.Text("topic");
  Client client = MakeClient(RD_KAFKA_CONSUMER, arguments, {{"group.id", topic + "-group"}});
  List committed(rd_kafka_topic_partition_list_new(kPartitions));
  List by_time(rd_kafka_topic_partition_list_new(kPartitions));
  for (int partition = 0; partition < kPartitions; ++partition) {
    rd_kafka_topic_partition_list_add(committed.get(), topic.c_str(), partition);
    rd_kafka_topic_partition_list_add(by_time.get(), topic.c_str(), partition)->offset = 1;
  }
  Check(rd_kafka_committed(client.get(), committed.get(), kTimeoutMilliseconds), "committed");
  Check(rd_kafka_offsets_for_times(client.get(), by_time.get(), kTimeoutMilliseconds), "by time");
  for (int partition = 0; partition < kPartitions; ++partition) {
    int64_t low = -1;
    int64_t high = -1;
    Check(rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), partition, &low, &high,
                                           kTimeoutMilliseconds),
          "watermarks");
    const auto offsets = delivered.offsets.find(partition);
    Expect(offsets != delivered.offsets.end(), "a partition got no records");
    Expect(low == 0 && high == static_cast<int64_t>(offsets->second.size()),
           fmt::format("partition {} is from {} to {}", partition, low, high));
    Expect(committed->elems[partition].offset == high,
           fmt::format("committed {} of {}", committed->elems[partition].offset, high));
    Expect(by_time->elems[partition].offset == 0, "the first record is not found by its time");
  }
  fmt::print("offsets\n");
}

void Run(const Arguments& arguments) {
  const std::string& topic = arguments.Text("topic");
  Client admin = MakeClient(RD_KAFKA_PRODUCER, arguments, {});
  CreateTopic(admin.get(), topic, kPartitions - 1);
  AddPartitions(admin.get(), topic, kPartitions);
  DescribeTopicConfig(admin.get(), topic);
  Delivered delivered;
  ConsumeAll(arguments, ProduceAll(arguments, delivered));
  CheckOffsets(arguments, delivered);
  DeleteTopic(admin.get(), topic);
}

}  // namespace
}  // namespace monkafka::e2e

int main(int argc, char** argv) { monkafka::e2e::Run(monkafka::e2e::Arguments(argc, argv)); }
