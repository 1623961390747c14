// Clients at work, by a seed: they produce (idempotently, acks=all, acks=1, also several requests
// at once), commit offsets, delete records, create, delete and grow topics, and wait for time to
// pass. Everything that they are told goes into the model.
//
// Answers may come at any time while the broker lives, also while it dies.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "simulation/client.h"
#include "simulation/machine.h"
#include "simulation/model.h"

namespace monkafka::simulation {

class Workload {
 public:
  Workload(Machine& machine, Model& model) : machine_(machine), model_(model) {}

  // What the steps are from here on.
  void Seed(uint64_t seed) { random_.seed(seed); }
  // A broker is about to start.
  void Begin() {
    failures_ahead_ = machine_.files.failures_to_come();
    stopping_ = false;
  }
  // The broker is about to stop: what it has not done it refuses.
  void End() { stopping_ = true; }
  // Operations of the disk failed since then: errors are answers, too.
  bool ErrorsHappened() const { return machine_.files.failures_to_come() < failures_ahead_; }

  // What follows from a step for the process.
  enum class Next { kGoOn, kRestart, kKill };
  Next Step(Broker& broker);
  // As clients do once they have found the broker again: what was not acknowledged is sent again.
  void Reconnect(Broker& broker);

 private:
  struct Place;
  struct Run;

  uint64_t Below(uint64_t limit) { return random_() % limit; }
  bool Faulty() const { return stopping_ || ErrorsHappened() || machine_.files.crashed(); }
  std::optional<Place> Anywhere();
  SentBatch MakeBatch();
  void Observe(Broker& broker);

  // So many requests that arrive together.
  void ProduceTogether(Broker& broker, uint64_t requests);
  void ProducePlain(Broker& broker, Run& run, int16_t acks);
  void ProduceIdempotent(Broker& broker, Run& run);
  void SendFrom(Broker& broker, Run& run, size_t producer, const Place& place,
                const SentBatch& batch);
  void Resend(Broker& broker, size_t producer, const Place& place);
  void OnAcknowledged(const Place& place, const SentBatch& batch, Offset base_offset, bool durable);
  void Send(Broker& broker, Run& run, const Place& place, int16_t acks, const SentBatch& batch,
            ProducerId producer_id, std::function<void(ProduceAnswer)> done);
  void Settle(Run& run);
  static void NoteWritten(PartitionModel& known, const TopicPartition& tp, const SentBatch& batch,
                          int64_t size);
  void Commit(Broker& broker);
  void Flush(Broker& broker);
  void DeleteRecords(Broker& broker);
  void CreateTopic(Broker& broker);
  void DeleteTopic(Broker& broker);
  void GrowTopic(Broker& broker);
  void NewProducer(Broker& broker);

  Machine& machine_;
  Model& model_;
  std::mt19937_64 random_;
  size_t failures_ahead_ = 0;
  bool stopping_ = false;
};

}  // namespace monkafka::simulation
