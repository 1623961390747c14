// A member of a consumer group that commits synchronously all the time, until SIGTERM, whatever
// happens to the broker meanwhile; logs what the broker acknowledged and what it remembered.
//
//   e2e_crash_consumer bootstrap=HOST:PORT topic=T group=G log=FILE
//
// Lines of the log, times in nanoseconds of the monotonic clock:
//   commit PARTITION OFFSET BEGIN END     this commit was acknowledged; it was sent after BEGIN
//   fetch PARTITION OFFSET BEGIN END      what the group had committed, asked after an assignment
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "program.h"

namespace monkafka::e2e {
namespace {

constexpr int kPollMilliseconds = 50;
constexpr int64_t kCommitEveryNanoseconds = 20 * 1000 * 1000;
constexpr int kFetchMilliseconds = 2000;

using Partitions = std::vector<RdKafka::TopicPartition*>;

class Member : public RdKafka::RebalanceCb {
 public:
  explicit Member(const Arguments& arguments)
      : topic_(arguments.Text("topic")), log_(arguments.Text("log")) {}

  void rebalance_cb(RdKafka::KafkaConsumer* consumer, RdKafka::ErrorCode error,
                    Partitions& partitions) override {
    // What was consumed under the last assignment says nothing under the next one.
    positions_.clear();
    if (error == RdKafka::ERR__ASSIGN_PARTITIONS) {
      LogCommitted(consumer, partitions);
      consumer->assign(partitions);
    } else {
      consumer->unassign();
    }
  }

  void Consumed(const RdKafka::Message& message) {
    positions_[message.partition()] = message.offset() + 1;
    consumed_ = true;
  }

  void CommitSometimes(RdKafka::KafkaConsumer* consumer) {
    if (!consumed_ || MonotonicNanoseconds() - committed_at_ < kCommitEveryNanoseconds) return;
    Partitions partitions;
    for (const auto& [partition, offset] : positions_) {
      partitions.push_back(RdKafka::TopicPartition::create(topic_, partition, offset));
    }
    const int64_t begin = MonotonicNanoseconds();
    // A failed commit is no promise: not logged. The next one comes soon.
    if (consumer->commitSync(partitions) == RdKafka::ERR_NO_ERROR) {
      Write("commit", partitions, begin);
    }
    RdKafka::TopicPartition::destroy(partitions);
    consumed_ = false;
    committed_at_ = MonotonicNanoseconds();
  }

 private:
  void LogCommitted(RdKafka::KafkaConsumer* consumer, const Partitions& assigned) {
    Partitions asked;
    for (const RdKafka::TopicPartition* one : assigned) {
      asked.push_back(RdKafka::TopicPartition::create(one->topic(), one->partition()));
    }
    const int64_t begin = MonotonicNanoseconds();
    // While the broker is down there is no answer: nothing to log.
    if (consumer->committed(asked, kFetchMilliseconds) == RdKafka::ERR_NO_ERROR) {
      Write("fetch", asked, begin);
    }
    RdKafka::TopicPartition::destroy(asked);
  }

  // An offset below 0 is none: nothing was committed, which is as good as 0 here.
  void Write(std::string_view what, const Partitions& partitions, int64_t begin) {
    const int64_t end = MonotonicNanoseconds();
    for (const RdKafka::TopicPartition* one : partitions) {
      if (one->err() != RdKafka::ERR_NO_ERROR) continue;
      log_.Write(fmt::format("{} {} {} {} {}", what, one->partition(),
                             std::max<int64_t>(one->offset(), 0), begin, end));
    }
  }

  const std::string topic_;
  FactLog log_;
  std::map<int32_t, int64_t> positions_;  // partition to the offset after the last consumed record
  bool consumed_ = false;                 // since the last commit
  int64_t committed_at_ = 0;
};

void Run(const Arguments& arguments) {
  Member member(arguments);
  std::unique_ptr<RdKafka::Conf> conf =
      MakeConf({{"bootstrap.servers", arguments.Text("bootstrap")},
                {"group.id", arguments.Text("group")},
                {"enable.auto.commit", "false"},
                {"auto.offset.reset", "earliest"},
                {"session.timeout.ms", "10000"},
                {"heartbeat.interval.ms", "500"},
                {"reconnect.backoff.ms", "20"},
                {"reconnect.backoff.max.ms", "200"},
                {"log_level", "3"}});
  std::string error;
  conf->set("rebalance_cb", &member, error);
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), error));
  if (!consumer) Die(error);
  Check(consumer->subscribe({arguments.Text("topic")}), "subscribe");

  while (!StopRequested()) {
    std::unique_ptr<RdKafka::Message> message(consumer->consume(kPollMilliseconds));
    if (message->err() == RdKafka::ERR__FATAL) Die(message->errstr());
    if (message->err() == RdKafka::ERR_NO_ERROR) member.Consumed(*message);
    member.CommitSometimes(consumer.get());
  }
  consumer->close();
}

}  // namespace
}  // namespace monkafka::e2e

int main(int argc, char** argv) {
  monkafka::e2e::StopOnSignal();
  monkafka::e2e::Run(monkafka::e2e::Arguments(argc, argv));
}
