// How much memory all connections together may hold for requests, received whole or in part.
//
// The limit is checked before more is taken, not before each byte: who sees room may take a chunk
// and one step of a large request (2 MB), so each network thread can pass the limit by as much.
// When it is reached, connections stop reading (TCP then slows their peers) and are woken when
// memory comes back.
//
// Small requests are copied out of their chunk without asking: the copies of one chunk take its
// size at most (twice that where buffers are rounded up), and the chunk is given back for them.
//
// A request is charged as its bytes arrive, not when its length is claimed, so it may find the
// memory used up by other requests that are half received too. For these not to wait for each other
// for ever one of them at a time, the holder of the overdraft, may pass the limit until it is
// whole. What is held is therefore at most the limit, plus one request, plus a chunk and 2 MB per
// thread, plus such copies.
//
// Safe from any thread. Shared by everything that is charged to it: a request may outlive the
// server.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"

namespace monkafka::net {

class ReceiveMemory {
 public:
  explicit ReceiveMemory(int64_t limit_bytes) : limit_(limit_bytes) {}

  bool HasRoom() const { return used_.load() < limit_; }
  void Charge(int64_t bytes) { used_.fetch_add(bytes); }
  void Release(int64_t bytes);
  int64_t used() const { return used_.load(); }

  // Runs `wake` once, on the thread that made room, when it is worth trying again. Returns false,
  // and drops it, when it is so now: there is room or, if that is what the caller could use, the
  // overdraft is free. `wake` must be short, and must not charge or release.
  bool WaitForRoom(bool could_overdraft, Task wake);
  bool contended() const { return waiting_.load(); }
  int waiting() const;

  // True: the caller holds the overdraft until it calls EndOverdraft.
  bool BeginOverdraft() { return !overdraft_.exchange(true); }
  void EndOverdraft();

 private:
  void WakeAll();

  const int64_t limit_;
  std::atomic<int64_t> used_ = 0;
  std::atomic<bool> overdraft_ = false;
  std::atomic<bool> waiting_ = false;  // waiters_ is not empty; read without the mutex
  mutable Mutex mutex_;
  std::vector<Task> waiters_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::net
