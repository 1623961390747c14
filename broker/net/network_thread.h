// One thread with its reactor and the sessions that live on it.
//
// Everything the thread does is a turn: an event or a fetched mailbox. Sessions that have
// something to do because of it (also because of another session's request) are marked, and each is
// attended to once at the end: so replies that became ready together leave together, and no session
// is entered from inside another. While small requests are put off, the events that are there
// already come before that end: a thousand producers of single records cost one write for many.
//
// While the thread sleeps in its reactor, another one that has mail for it may take the turn
// (Mailbox::StandInForIt): "on the thread itself" below includes that one. Only the reactor's own
// loop is never anybody else's.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/log_limiter.h"
#include "common/mutex.h"
#include "common/stand_in.h"
#include "common/unique_fd.h"
#include "net/chunk_pool.h"
#include "net/context.h"
#include "net/mailbox.h"
#include "net/session.h"

namespace monkafka::net {

class NetworkThread final : private Mailbox::Owner {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit NetworkThread(const Context& context);
  ~NetworkThread() override;
  NetworkThread(const NetworkThread&) = delete;
  NetworkThread& operator=(const NetworkThread&) = delete;

  void Start(int index);
  // Closes every session and ends the thread; from another thread.
  void Stop();

  // Safe from any thread:

  void Adopt(UniqueFd socket, std::shared_ptr<Connection> connection,
             ConnectionLimits::Admission admission);
  // Sessions close as soon as they owe no reply.
  void Drain();
  void Sweep();
  int connections() const { return connections_.load(std::memory_order_relaxed); }
  void AppendStats(std::vector<ConnectionStats>& stats) const;
  bool CloseConnection(uint64_t id);
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  boost::asio::io_context& io() { return io_; }

  // On the thread itself:

  // The reactor's handlers begin with one; what mail brings has one already.
  template <class Work>
  void Turn(Work work) {
    StandInIfRested();
    const Mailbox::Turn turn(*mailbox_);
    now_ = context_.clock.Now();
    work();
    const size_t put_off = handler_->PutOffBytes();
    gathers_ = put_off > 0 && put_off < kGatheredBytes;
  }
  // A session has handed over what it had of requests.
  void HandedOver() {
    run_open_ = true;
    if (handler_->PutOffBytes() >= kGatheredBytes) EndRun();
  }
  void Mark(std::shared_ptr<Session> session) { marked_.push_back(std::move(session)); }
  void Forget(const Session& session);
  Time now() const { return now_; }  // of the turn
  const Context& context() const { return context_; }
  const std::shared_ptr<ChunkPool>& pool() const { return pool_; }
  RequestHandler& handler() { return *handler_; }
  LogLimiter& bad_request_log() { return bad_request_log_; }

 private:
  // More than this is worth a write of its own, and its memory leaves the cache.
  static constexpr size_t kGatheredBytes = 64 * 1024;

  void Run(int index);
  void WaitToBeWoken();
  void ReadMail() override;
  void RunTasks();
  bool IsStopping() const override { return stopping_; }
  void StandInIfRested();
  void EndTurns();
  void EndRun();
  void AttendToMarked();
  void Welcome(UniqueFd socket, std::shared_ptr<Connection> connection,
               ConnectionLimits::Admission admission);
  void CloseAll();
  std::vector<std::shared_ptr<Session>> Sessions() const;

  const Context& context_;
  // Run by the thread alone. Who stands in for it begins and ends waits meanwhile.
  boost::asio::io_context io_;
  boost::asio::posix::stream_descriptor woken_;  // the mailbox's, while the thread runs
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<ChunkPool> pool_;
  std::thread thread_;
  std::atomic<int> connections_ = 0;  // with those on their way here

  // Changed by the thread, read by others too.
  mutable Mutex mutex_;
  std::unordered_map<uint64_t, std::shared_ptr<Session>> sessions_ GUARDED_BY(mutex_);

  // The thread's own.
  std::unique_ptr<RequestHandler> handler_;  // from Start on
  Time now_{};
  std::vector<std::shared_ptr<Session>> marked_;
  bool draining_ = false;
  std::atomic<bool> stopping_ = false;  // read outside turns too
  bool run_open_ = false;               // requests were handed over since the last EndOfRun

  // Of the thread alone, also while another stands in for it:
  Time waits_since_ = Time::max();  // in its reactor, until its next turn
  bool gathers_ = false;            // the next event that is there may come before the end
  std::optional<StandIn> stand_in_;
  LogLimiter bad_request_log_;
};

}  // namespace monkafka::net
