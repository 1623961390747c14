#include "net/network_thread.h"

#include <fmt/core.h>
#include <pthread.h>

#include <utility>

#include "common/broken_pipe.h"
#include "common/log.h"
#include "common/short_slices.h"

namespace monkafka::net {
namespace {

// Elsewhere it can be redefined to mean that nobody else may touch the reactor.
static_assert(BOOST_ASIO_CONCURRENCY_HINT_1 == 1);

// A reactor that has waited for less had something to do at once.
constexpr std::chrono::microseconds kRest{10};
constexpr int kMostGathered = 64;  // events

}  // namespace

NetworkThread::NetworkThread(const Context& context)
    : context_(context),
      io_(BOOST_ASIO_CONCURRENCY_HINT_1),
      woken_(io_),
      mailbox_(std::make_shared<Mailbox>()),
      pool_(std::make_shared<ChunkPool>(context.memory)) {}

NetworkThread::~NetworkThread() { Stop(); }

void NetworkThread::Start(int index) {
  handler_ = context_.make_handler();
  thread_ = std::thread([this, index] { Run(index); });
}

void NetworkThread::Run(int index) {
  pthread_setname_np(pthread_self(), fmt::format("net-{}", index).c_str());
  AskForShortSlices();
  BlockBrokenPipe();
  mailbox_->BindToThisThread();
  woken_.assign(mailbox_->wake_up());
  WaitToBeWoken();
  mailbox_->SetOwner(this);
  while (!stopping_) {
    if (mailbox_->FallAsleep()) {
      waits_since_ = context_.clock.Now();
      io_.run_one();
    } else {
      Turn([this] { RunTasks(); });
      EndTurns();
      io_.poll_one();  // so that tasks without end do not keep it from its sessions
    }
    for (int i = 1; i < kMostGathered && gathers_ && io_.poll_one() > 0; ++i) {
    }
    EndTurns();
  }
  mailbox_->SetOwner(nullptr);
  static_cast<void>(woken_.release());
  io_.poll();  // the waits that ended with their sessions
}

void NetworkThread::WaitToBeWoken() {
  woken_.async_wait(woken_.wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    mailbox_->ClearWakeUp();
    WaitToBeWoken();
    mailbox_->StayAwake();
  });
}

void NetworkThread::Stop() {
  if (thread_.joinable()) {
    mailbox_->Post([this] {
      stopping_ = true;
      CloseAll();
    });
    thread_.join();
  }
  mailbox_->Close();
}

void NetworkThread::Adopt(UniqueFd socket, std::shared_ptr<Connection> connection,
                          ConnectionLimits::Admission admission) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  connection->executor = mailbox_;
  mailbox_->Post([this, socket = std::move(socket), connection = std::move(connection),
                  admission = std::move(admission)]() mutable {
    Welcome(std::move(socket), std::move(connection), std::move(admission));
  });
}

void NetworkThread::Welcome(UniqueFd socket, std::shared_ptr<Connection> connection,
                            ConnectionLimits::Admission admission) {
  auto session = std::make_shared<Session>(*this, std::move(connection), std::move(admission));
  if (draining_ || stopping_ || !session->Open(std::move(socket))) {
    connections_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  {
    MutexLock lock(mutex_);
    sessions_.emplace(session->connection().id, session);
  }
  session->Start();
}

void NetworkThread::Forget(const Session& session) {
  std::shared_ptr<Session> last;  // dropped after the lock
  MutexLock lock(mutex_);
  const auto found = sessions_.find(session.connection().id);
  if (found == sessions_.end()) return;
  last = std::move(found->second);
  sessions_.erase(found);
  connections_.fetch_sub(1, std::memory_order_relaxed);
}

// A thread that has slept has time for what one other would be woken for. One that has not, since
// it found something to do at once, leaves it to the other, on another core.
void NetworkThread::StandInIfRested() {
  const Time since = std::exchange(waits_since_, Time::max());
  if (since != Time::max() && context_.clock.Now() - since >= kRest) stand_in_.emplace();
}

void NetworkThread::EndTurns() {
  {
    const Mailbox::Turn turn(*mailbox_);
    AttendToMarked();
  }
  gathers_ = false;
  stand_in_.reset();
}

void NetworkThread::EndRun() {
  run_open_ = false;
  handler_->EndOfRun();
}

void NetworkThread::ReadMail() {
  now_ = context_.clock.Now();
  RunTasks();
  AttendToMarked();
}

void NetworkThread::RunTasks() {
  std::vector<Task> tasks = mailbox_->Take();
  for (Task& task : tasks) task();
}

void NetworkThread::AttendToMarked() {
  // Attending to one may mark others, and hand over more.
  while (run_open_ || !marked_.empty()) {
    if (run_open_) EndRun();
    std::vector<std::shared_ptr<Session>> batch;
    batch.swap(marked_);
    for (const auto& session : batch) session->Attend();
  }
}

void NetworkThread::Drain() {
  mailbox_->Post([this] {
    draining_ = true;
    for (const auto& session : Sessions()) session->Drain();
  });
}

void NetworkThread::Sweep() {
  mailbox_->Post([this] {
    for (const auto& session : Sessions()) session->Sweep();
    pool_->Trim();
  });
}

void NetworkThread::CloseAll() {
  for (const auto& session : Sessions()) session->Close();
}

std::vector<std::shared_ptr<Session>> NetworkThread::Sessions() const {
  std::vector<std::shared_ptr<Session>> sessions;
  MutexLock lock(mutex_);
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session);
  return sessions;
}

void NetworkThread::AppendStats(std::vector<ConnectionStats>& stats) const {
  const Time now = context_.clock.Now();
  for (const auto& session : Sessions()) stats.push_back(session->Stats(now));
}

bool NetworkThread::CloseConnection(uint64_t id) {
  std::shared_ptr<Session> session;
  {
    MutexLock lock(mutex_);
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return false;
    session = found->second;
  }
  mailbox_->Post([session = std::move(session)] { session->Close(); });
  return true;
}

}  // namespace monkafka::net
