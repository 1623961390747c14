// What an application sees: librdkafka producing on a schedule, and how long from when a record was
// due to be handed over until its delivery was reported. Beside it how long until the request with
// the record had left: what the client takes by itself, whatever the broker does. One line of JSON
// on stdout.
//
// Usage: bench_rdkafka_latency ADDRESS TOPIC RECORDS_PER_SECOND RECORD_BYTES WARMUP_S SECONDS ACKS
#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/loader/latencies.h"

namespace monkafka::bench {
namespace {

// A record in a batch but for its value: lengths (2 each), attributes, differences of timestamp and
// offset (small), key and headers (none). What a request has besides records is less than a record.
constexpr size_t kRecordOverhead = 9;

struct Run {
  // When each record is to be handed over; they are sent in this order.
  Clock::time_point Due(int64_t record) const {
    return begin + std::chrono::duration_cast<Clock::duration>(gap * static_cast<double>(record));
  }
  void Count(Latencies& times, Clock::time_point due) const {
    if (due >= count_from) times.Add(Clock::now() - due);
  }

  std::chrono::duration<double> gap{};
  size_t record_bytes = 0;  // as it is sent
  Clock::time_point begin;
  Clock::time_point count_from;
  Latencies latencies;
  int64_t delivered = 0;
  int64_t failed = 0;
  // Of the client's own thread until everything is delivered.
  Latencies until_sent;
  int64_t sent = 0;
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& run = *static_cast<Run*>(opaque);
  const Clock::time_point due{Clock::duration(reinterpret_cast<intptr_t>(message->_private))};
  ++run.delivered;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++run.failed;
  run.Count(run.latencies, due);
}

rd_kafka_resp_err_t OnSent(rd_kafka_t*, int, const char*, int32_t, int16_t api_key, int16_t,
                           int32_t, size_t size, void* opaque) {
  if (api_key != 0) return RD_KAFKA_RESP_ERR_NO_ERROR;  // not a Produce
  auto& run = *static_cast<Run*>(opaque);
  for (size_t records = size / run.record_bytes; records > 0; --records) {
    run.Count(run.until_sent, run.Due(run.sent++));
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t WatchRequests(rd_kafka_t* producer, const rd_kafka_conf_t*, void* opaque, char*,
                                  size_t) {
  return rd_kafka_interceptor_add_on_request_sent(producer, "sent", OnSent, opaque);
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
  rd_kafka_conf_interceptor_add_on_new(conf, "sent", WatchRequests, &run);
  char why[512];
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (producer == nullptr) Fail(why);
  return producer;
}

std::string Shares(Latencies& times, const std::string& prefix) {
  std::string shares = fmt::format("\"{}mean_ms\": {:.4f}", prefix, times.Mean());
  for (const auto& [name, share] :
       {std::pair("p50", 0.5), {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}}) {
    shares += fmt::format(", \"{}{}_ms\": {:.4f}", prefix, name, times.Percentile(share));
  }
  return shares;
}

}  // namespace

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() != 7) Fail("see the comment at its top for its arguments");
  const double rate = std::stod(arguments[2]);
  const std::vector<char> value(std::stoul(arguments[3]), 'x');
  const double warmup = std::stod(arguments[4]);
  const auto records = static_cast<int64_t>(rate * (warmup + std::stod(arguments[5])));

  Run run;
  run.gap = std::chrono::duration<double>(1 / rate);
  run.record_bytes = value.size() + kRecordOverhead;
  rd_kafka_t* producer = MakeProducer(arguments[0], arguments[6], run);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, arguments[1].c_str(), nullptr);
  run.begin = Clock::now();
  run.count_from = run.begin + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(warmup));
  for (int64_t i = 0; i < records; ++i) {
    const Clock::time_point due = run.Due(i);
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
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  if (run.sent != records) {
    Fail(fmt::format("{} records delivered, {} seen being sent", records, run.sent));
  }
  fmt::print("{{\"records\": {}, {}, {}}}\n", run.latencies.size(), Shares(run.latencies, ""),
             Shares(run.until_sent, "sent_"));
  return 0;
}

}  // namespace monkafka::bench

int main(int argc, char** argv) {
  return monkafka::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
