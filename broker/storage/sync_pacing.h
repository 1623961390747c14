// When the next sync of a log should begin, so that it covers as many appends as it can.
//
// Producers keep a number of requests in flight. Those that one sync covered are answered together
// and come back, as new requests, a moment later. A sync that begins at once covers only those
// that came meanwhile: the requests in flight fall apart into two halves that take turns, each of
// which waits for the other's sync. One that waits until the others are back covers them all:
//
//     at once   [-- a b --][-- c d e --][-- a b --][-- c d e --]
//     waiting   [-- a b --]..[----- a b c d e -----]..[----- a b c d e -----]
//
// It waits for as many appends as were answered last, at most for as long as that sync took. Where
// they do not come in time (producers have stopped, or pause between requests) it does not wait
// for the next syncs: twice as many after each time in vain.
//
// Threads: the log's mutex guards it.
#pragma once

#include <chrono>
#include <cstddef>

namespace monkafka::storage {

class SyncPacing {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A sync that began and ended then has answered so many appends; so many wait already.
  void Synced(Time began, Time ended, size_t answered, size_t waiting);
  // Until when the next sync should wait while fewer than wanted() appends do.
  Time deadline() const { return deadline_; }
  size_t wanted() const { return wanted_; }
  // The next sync begins now, with so many.
  void Begins(size_t waiting);

 private:
  // Waiting longer than this for a slow disk's sake would be felt.
  static constexpr std::chrono::milliseconds kMost{1};
  static constexpr int kMaxSkipped = 64;

  Time deadline_;
  size_t answered_ = 0;
  size_t wanted_ = 0;
  int skip_ = 0;     // after the next wait in vain
  int to_skip_ = 0;  // syncs that do not wait
};

}  // namespace monkafka::storage
