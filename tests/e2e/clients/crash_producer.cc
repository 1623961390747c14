// Produces numbered records with an idempotent producer, acks=all, until SIGTERM, whatever happens
// to the broker meanwhile; logs each acknowledgement.
//
//   e2e_crash_producer bootstrap=HOST:PORT topic=T partitions=N name=NAME log=FILE rate=PER_SECOND
//
// Record n of a partition has the key NAME and the value n. Each acknowledgement is a line
// "partition n offset" in the log. SIGTERM: waits until everything sent is acknowledged, writes the
// line "all" and ends. A record that is not acknowledged in the end, or a fatal error, is exit
// code 1.
#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "program.h"

namespace monkafka::e2e {
namespace {

constexpr int kFlushMilliseconds = 60000;
constexpr int kMaxUnacknowledged =
    2000;  // several batches per partition, so that pipelining is met

class Acknowledgements : public RdKafka::DeliveryReportCb {
 public:
  explicit Acknowledgements(const std::string& path) : log_(path) {}

  void dr_cb(RdKafka::Message& message) override {
    if (message.err() != RdKafka::ERR_NO_ERROR) {
      Die(fmt::format("record {} of partition {} failed: {}", Value(message), message.partition(),
                      message.errstr()));
    }
    lines_ += fmt::format("{} {} {}\n", message.partition(), Value(message), message.offset());
  }

  // One write for all acknowledgements that one poll() reported.
  void WriteReported() {
    if (lines_.empty()) return;
    lines_.pop_back();
    log_.Write(std::move(lines_));
    lines_.clear();
  }

 private:
  static std::string_view Value(RdKafka::Message& message) {
    return {static_cast<const char*>(message.payload()), message.len()};
  }

  FactLog log_;
  std::string lines_;
};

class FatalErrors : public RdKafka::EventCb {
 public:
  void event_cb(RdKafka::Event& event) override {
    if (event.type() == RdKafka::Event::EVENT_ERROR && event.fatal()) {
      Die(fmt::format("fatal error: {}", event.str()));
    }
  }
};

void Run(const Arguments& arguments) {
  Acknowledgements acknowledgements(arguments.Text("log"));
  FatalErrors fatal_errors;
  std::unique_ptr<RdKafka::Conf> conf =
      MakeConf({{"bootstrap.servers", arguments.Text("bootstrap")},
                {"enable.idempotence", "true"},
                {"acks", "all"},
                {"linger.ms", "2"},
                {"batch.num.messages", "50"},
                {"message.timeout.ms", "0"},
                {"reconnect.backoff.ms", "20"},
                {"reconnect.backoff.max.ms", "200"},
                {"log_level", "3"}});
  std::string error;
  conf->set("dr_cb", &acknowledgements, error);
  conf->set("event_cb", &fatal_errors, error);
  std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), error));
  if (!producer) Die(error);

  const int partitions = arguments.Number("partitions");
  const int64_t interval = 1000000000 / arguments.Number("rate");
  std::vector<int64_t> next(partitions, 0);
  int64_t due = MonotonicNanoseconds();
  for (int turn = 0; !StopRequested(); turn = (turn + 1) % partitions) {
    while (!StopRequested() &&
           (producer->outq_len() >= kMaxUnacknowledged || MonotonicNanoseconds() < due)) {
      producer->poll(1);
      acknowledgements.WriteReported();
    }
    due += interval;
    std::string value = std::to_string(next[turn]++);
    Check(producer->produce(arguments.Text("topic"), turn, RdKafka::Producer::RK_MSG_COPY,
                            value.data(), value.size(), arguments.Text("name").data(),
                            arguments.Text("name").size(), 0, nullptr),
          "produce");
    producer->poll(0);
    acknowledgements.WriteReported();
  }
  Check(producer->flush(kFlushMilliseconds), "not everything was acknowledged in the end");
  acknowledgements.WriteReported();
  FactLog(arguments.Text("log")).Write("all");
}

}  // namespace
}  // namespace monkafka::e2e

int main(int argc, char** argv) {
  monkafka::e2e::StopOnSignal();
  monkafka::e2e::Run(monkafka::e2e::Arguments(argc, argv));
}
