// What an application sees: librdkafka producing on a schedule, and how long from when a record was
// due to be handed over until its delivery was reported. One line of JSON on stdout.
//
// Usage: bench_rdkafka_latency ADDRESS TOPIC RECORDS_PER_SECOND RECORD_BYTES WARMUP_S SECONDS ACKS
#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bench/loader/latencies.h"

namespace monkafka::bench {
namespace {

struct Run {
  Clock::time_point count_from;
  Latencies latencies;
  int64_t delivered = 0;
  int64_t failed = 0;
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& run = *static_cast<Run*>(opaque);
  const Clock::time_point due{Clock::duration(reinterpret_cast<intptr_t>(message->_private))};
  ++run.delivered;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++run.failed;
  if (due >= run.count_from) run.latencies.Add(Clock::now() - due);
}

[[noreturn]] void Fail(const std::string& why) {
  fmt::print(stderr, "bench_rdkafka_latency: {}\n", why);
  std::exit(1);
}

void Set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
  char why[512];
  if (rd_kafka_conf_set(conf, key, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) Fail(why);
}

rd_kafka_t* MakeProducer(const std::string& address, const std::string& acks, Run& run) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", address);
  Set(conf, "acks", acks);
  Set(conf, "linger.ms", "5");
  Set(conf, "batch.size", "16384");
  Set(conf, "queue.buffering.max.messages", "1000000");
  rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  rd_kafka_conf_set_opaque(conf, &run);
  char why[512];
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (producer == nullptr) Fail(why);
  return producer;
}

}  // namespace

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 7) Fail("see the comment at its top for its arguments");
  const double rate = std::stod(arguments[2]);
  const std::vector<char> value(std::stoul(arguments[3]), 'x');
  const double warmup = std::stod(arguments[4]);
  const auto records = static_cast<int64_t>(rate * (warmup + std::stod(arguments[5])));
  const std::chrono::duration<double> gap(1 / rate);

  Run run;
  rd_kafka_t* producer = MakeProducer(arguments[0], arguments[6], run);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, arguments[1].c_str(), nullptr);
  const Clock::time_point begin = Clock::now();
  run.count_from =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(warmup));
  for (int64_t i = 0; i < records; ++i) {
    const Clock::time_point due =
        begin + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(i));
    while (Clock::now() < due) {
      rd_kafka_poll(producer, 0);
      std::this_thread::sleep_until(std::min(due, Clock::now() + std::chrono::milliseconds(1)));
    }
    auto* stamp = reinterpret_cast<void*>(due.time_since_epoch().count());
    if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                         value.size(), nullptr, 0, stamp) != 0) {
      Fail(rd_kafka_err2str(rd_kafka_last_error()));
    }
  }
  rd_kafka_flush(producer, 60'000);
  if (run.delivered != records || run.failed != 0) {
    Fail(fmt::format("{} of {} records delivered, {} failed", run.delivered, records, run.failed));
  }
  Latencies& times = run.latencies;
  fmt::print(
      "{{\"records\": {}, \"mean_ms\": {:.4f}, \"p50_ms\": {:.4f}, \"p95_ms\": {:.4f}, \"p99_ms\": "
      "{:.4f}, \"p999_ms\": {:.4f}}}\n",
      times.size(), times.Mean(), times.Percentile(0.5), times.Percentile(0.95),
      times.Percentile(0.99), times.Percentile(0.999));
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  return 0;
}

}  // namespace monkafka::bench

int main(int argc, char** argv) {
  return monkafka::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
