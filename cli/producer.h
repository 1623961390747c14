// Sends records in requests of bounded size and prints where they are, as one answer.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "cli/session.h"
#include "cli/status_text.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli {

// The session must outlive it. Add what there is, Send the rest, then Finish.
class Producer {
 public:
  // `request` has everything but records.
  Producer(Session& session, monkafka::admin::v1::ProduceRecordsRequest request);

  // Sends when a request is full, or its first record has waited for a moment.
  void Add(monkafka::admin::v1::NewRecord record);
  // Sends what was added and not sent yet; the answers are seen at once.
  void Send();

  // How many records, in the order in which they were added, come before the first that the server
  // has not answered for. Behind that one there may be answers, too, when Send failed.
  int64_t answered() const { return answered_; }
  // Of those, how many it has refused.
  int64_t refused() const { return refused_; }
  bool has_answers() const { return produced_ + failed_ > 0; }
  // Says what was done, which is to be known also when the rest has failed.
  void Finish();

 private:
  using Answers = std::vector<std::optional<monkafka::admin::v1::ProducedRecord>>;

  // Sends those of the records that were added; what the server says of each goes to its place.
  void SendThese(std::span<const int> which, Answers& answers);
  void Show(const Answers& answers);
  [[noreturn]] void ThrowTooLarge(int index, const RefusedSize& size) const;

  Session& session_;
  ItemStream items_;
  monkafka::admin::v1::ProduceRecordsRequest request_;
  size_t bytes_ = 0;
  std::chrono::steady_clock::time_point first_added_;  // of the records in request_
  int64_t answered_ = 0;
  int64_t refused_ = 0;
  int64_t produced_ = 0;
  int64_t failed_ = 0;
  int64_t too_large_ = 0;  // of those that failed
};

}  // namespace monkafka::cli
