// What the loader can do. Each prints one line of JSON on stdout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace monkafka::bench {

struct Options {
  int port = 9092;
  std::string topic = "bench";
  int partitions = 1;
  std::optional<int> flush_messages;
  int connections = 1;
  int in_flight = 5;
  int record_bytes = 1000;
  int batch_bytes = 16384;
  std::string codec = "none";
  int acks = 1;
  int64_t bytes = 0;        // how much to produce or consume
  double seconds = 0;       // instead of bytes
  double warmup = 0;        // seconds before anything is counted
  double rate = 0;          // requests (produce) or records (end-to-end) per second; 0: flat out
  int max_bytes = 1 << 20;  // of one fetch and of its partition
  bool bare = false;        // the other end is bench_limits, which knows no topics
};

void CreateTopic(const Options& options);
// Returns once every partition of the topic answers with its end offset.
void AwaitTopic(const Options& options);
void Produce(const Options& options);
void Consume(const Options& options);
void EndToEnd(const Options& options);
void Commit(const Options& options);
void JoinGroup(const Options& options);
void Idle(const Options& options);

// A first question makes the broker create __consumer_offsets; returns once it answers.
void WaitForCoordinator(const Options& options);

}  // namespace monkafka::bench
