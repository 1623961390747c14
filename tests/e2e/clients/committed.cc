// Prints what a group has committed, without joining it: a line "partition offset" for each
// partition, -1 where nothing was committed.
//
//   e2e_committed bootstrap=HOST:PORT topic=T group=G partitions=N
#include <fmt/core.h>

#include <memory>
#include <string>
#include <vector>

#include "program.h"

namespace monkafka::e2e {
namespace {

constexpr int kTimeoutMilliseconds = 30000;

void Run(const Arguments& arguments) {
  std::unique_ptr<RdKafka::Conf> conf = MakeConf(
      {{"bootstrap.servers", arguments.Text("bootstrap")}, {"group.id", arguments.Text("group")}});
  std::string error;
  std::unique_ptr<RdKafka::KafkaConsumer> client(RdKafka::KafkaConsumer::create(conf.get(), error));
  if (!client) Die(error);
  std::vector<RdKafka::TopicPartition*> partitions;
  for (int partition = 0; partition < arguments.Number("partitions"); ++partition) {
    partitions.push_back(RdKafka::TopicPartition::create(arguments.Text("topic"), partition));
  }
  Check(client->committed(partitions, kTimeoutMilliseconds), "committed");
  for (const RdKafka::TopicPartition* one : partitions) {
    Check(one->err(), "committed");
    fmt::print("{} {}\n", one->partition(), one->offset() < 0 ? -1 : one->offset());
  }
  RdKafka::TopicPartition::destroy(partitions);
  client->close();
}

}  // namespace
}  // namespace monkafka::e2e

int main(int argc, char** argv) { monkafka::e2e::Run(monkafka::e2e::Arguments(argc, argv)); }
