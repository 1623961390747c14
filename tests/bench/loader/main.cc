// A load on a Kafka broker that costs next to nothing itself: pre-built batches, one thread, epoll.
#include <CLI/CLI.hpp>
#include <utility>

#include "bench/loader/commands.h"

int main(int argc, char** argv) {
  using namespace monkafka::bench;  // NOLINT: the commands, for the table
  Options options;
  CLI::App app("bench_loader: a load that costs little, for tests/bench/compare");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--port", options.port, "The broker's port on 127.0.0.1");
  app.add_option("--topic", options.topic);
  app.add_option("--flush-messages", options.flush_messages, "Of the topic that is created");
  app.add_option("--partitions", options.partitions);
  app.add_option("--connections", options.connections);
  app.add_option("--in-flight", options.in_flight, "Requests in flight on each connection");
  app.add_option("--record-bytes", options.record_bytes);
  app.add_option("--batch-bytes", options.batch_bytes, "Before compression");
  app.add_option("--codec", options.codec, "none, lz4, gzip, snappy or zstd");
  app.add_option("--acks", options.acks);
  app.add_option("--bytes", options.bytes, "How much to produce or consume");
  app.add_option("--seconds", options.seconds, "How long, instead of --bytes");
  app.add_option("--warmup", options.warmup, "Seconds before anything is counted");
  app.add_option("--rate", options.rate, "Requests per second on a schedule; 0: flat out");
  app.add_option("--max-bytes", options.max_bytes, "Of one fetch");
  app.add_flag("--bare", options.bare, "The other end is bench_limits");
  constexpr std::pair<const char*, void (*)(const Options&)> kCommands[] = {
      {"create", CreateTopic},  {"await", AwaitTopic}, {"produce", Produce}, {"consume", Consume},
      {"end-to-end", EndToEnd}, {"commit", Commit},    {"group", JoinGroup}, {"idle", Idle}};
  for (const auto& [name, command] : kCommands) {
    app.add_subcommand(name)->callback([&options, run = command] { run(options); });
  }
  CLI11_PARSE(app, argc, argv);
  return 0;
}
