// What a shard has asked its log to write and does not yet know to be durable. One append is under
// way at a time unless batches are full; what is added meanwhile gathers in the next batch. So a
// commit that comes alone is written at once, and under load one append and one sync serve all
// commits that came during the one before.
//
//     gathering batch  --Send-->  in flight  --durable, in order-->  its dones run
//
// Threads: one at a time (the shard's strand).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "common/error_code.h"
#include "groups/record_buffer.h"
#include "groups/step.h"
#include "records/batch_builder.h"

namespace monkafka::groups {

class AppendQueue {
 public:
  // Sends a built batch; the shard calls OnAppended(number, ...) on its strand when it is durable.
  using Send = std::move_only_function<void(int64_t number, std::vector<uint8_t> batch)>;

  AppendQueue(records::Codec codec, Send send) : codec_(codec), send_(std::move(send)) {}

  // Of a batch, with its header (bytes). Applies from the next batch on.
  void SetMaxBatchBytes(size_t bytes) { max_batch_bytes_ = bytes; }
  bool Fits(const RecordBuffer& records) const;
  bool Fits(const RecordBuffer& records, size_t index) const;

  // All records into one batch. They fit.
  void AddAtomic(const RecordBuffer& records, TimestampMs now);
  // One record; those of one buffer may go to several batches. It fits.
  void AddOne(const RecordBuffer& records, size_t index, TimestampMs now);
  // Told when everything added so far is durable. False when it already is: nothing was taken.
  bool AddDone(std::vector<Step::Done>& dones);

  bool in_flight() const { return !in_flight_.empty(); }
  // Sends what has gathered unless something is in flight.
  void Flush();

  // The dones that may now run, of all batches that are durable up to the first that isn't.
  std::vector<Step::Done> OnAppended(int64_t number);
  // Gives everything up: all dones, in order. Later completions find nothing.
  std::vector<Step::Done> Abandon();

 private:
  struct Gathering {
    explicit Gathering(records::BatchOptions options) : builder(std::move(options)) {}
    records::BatchBuilder builder;
    std::vector<Step::Done> dones;
  };
  struct InFlight {
    int64_t number = 0;
    bool durable = false;
    std::vector<Step::Done> dones;
  };

  Gathering& Room(size_t size_bound);
  void SendGathering();

  const records::Codec codec_;
  Send send_;
  size_t max_batch_bytes_ = 0;
  std::optional<Gathering> gathering_;
  std::deque<InFlight> in_flight_;
  int64_t last_number_ = 0;
};

}  // namespace monkafka::groups
