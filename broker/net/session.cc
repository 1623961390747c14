#include "net/session.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "common/log.h"
#include "common/stand_in.h"
#include "net/network_thread.h"

namespace monkafka::net {
namespace {

// Limits per turn, so that a peer who sends, or reads, without end shares the thread with others.
constexpr int kReadsPerTurn = 4;
constexpr int64_t kSentPerTurn = 1024 * 1024;
// How long a peer may hold receive memory that others wait for, or our last bytes, without moving.
constexpr std::chrono::seconds kMaxStall{30};

void Add(std::atomic<int64_t>& counter, int64_t n) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace

Session::Session(NetworkThread& thread, std::shared_ptr<Connection> connection,
                 ConnectionLimits::Admission admission)
    : thread_(thread),
      mailbox_(thread.mailbox()),
      connection_(std::move(connection)),
      connected_at_(thread.context().clock.WallMs()),
      admission_(std::move(admission)),
      receiver_(thread.pool(), thread.context().memory, thread.context().options.max_request_bytes,
                thread.context().options.copy_out) {
  PublishClient();
  Touch();
}

Session::~Session() = default;

bool Session::Open(UniqueFd socket) {
  return stream_.emplace(thread_.io()).Open(std::move(socket));
}

void Session::Start() { Mark(); }

void Session::Mark() {
  if (closed_ || std::exchange(marked_, true)) return;
  thread_.Mark(shared_from_this());
}

void Session::Attend() {
  marked_ = false;
  if (closed_ || lingering_) return;
  may_send_ = kSentPerTurn;
  for (;;) {
    Send();
    if (closed_ || lingering_) return;
    // What was sent may have made room for requests that are here already.
    if (nothing_whole_ || !MayDispatch()) break;
    Dispatch();
  }
  if (replies_.empty() && (draining_ || (peer_done_ && nothing_whole_))) {
    Finish();
    return;
  }
  if (nothing_whole_) receiver_.Park();
  WaitReadable();
}

bool Session::MayDispatch() const {
  const ServerOptions& options = thread_.context().options;
  return !refusing_ && !draining_ && !muted_ &&
         replies_.size() < static_cast<size_t>(options.max_in_flight_per_connection) &&
         replies_.memory_bytes() < options.max_queued_reply_bytes;
}

void Session::WaitReadable() {
  if (waiting_read_ || !MayRead()) return;
  waiting_read_ = true;
  stream_->WaitReadable(
      [self = shared_from_this()] { self->thread_.Turn([&self] { self->OnReadable(); }); });
}

void Session::OnReadable() {
  if (closed_) return;
  waiting_read_ = false;
  if (lingering_) {
    Linger();
    return;
  }
  bool dry = false;
  for (int i = 0; i < kReadsPerTurn && !dry && MayRead(); ++i) {
    // A large request takes two reads. One that is begun here would hold its memory over the turns
    // of the others, who could have the same memory one after the other, still in the cache.
    if (i + 1 == kReadsPerTurn && receiver_.between_large()) break;
    if (i > 0) StandIn::WakeNoted();
    if (!ReadOnce(dry)) return;
    Dispatch();
  }
  Mark();
}

// Reads what there is, up to one chunk. `dry`: there is no more. False: the connection is closed.
bool Session::ReadOnce(bool& dry) {
  std::array<iovec, 2> space;
  const int ranges = receiver_.Prepare(space);
  if (ranges == 0) {
    WaitForMemory();
    return true;
  }
  const std::span<const iovec> offered(space.data(), static_cast<size_t>(ranges));
  const IoResult result = stream_->Read(offered);
  switch (result.state) {
    case IoResult::State::kDone: {
      size_t asked = 0;
      for (const iovec& range : offered) asked += range.iov_len;
      dry = result.bytes < asked;
      receiver_.Received(result.bytes);
      Add(counters_.bytes_in, static_cast<int64_t>(result.bytes));
      Touch();
      return true;
    }
    case IoResult::State::kWouldBlock:
      dry = true;
      return true;
    case IoResult::State::kEnd:
      dry = peer_done_ = true;
      return true;
    case IoResult::State::kFailed:
      break;
  }
  Close();
  return false;
}

void Session::WaitForMemory() {
  waiting_memory_ = true;
  const bool waits = thread_.context().memory->WaitForRoom(
      receiver_.could_overdraft(), [mailbox = mailbox_, weak = weak_from_this()] {
        mailbox->Post([weak] {
          const auto self = weak.lock();
          if (!self) return;
          self->waiting_memory_ = false;
          self->Mark();
        });
      });
  if (!waits) waiting_memory_ = false;
}

void Session::Dispatch() {
  nothing_whole_ = false;
  bool handed_over = false;
  while (MayDispatch()) {
    Frame frame;
    const Receiver::Cut cut = receiver_.Next(frame);
    if (cut == Receiver::Cut::kFrame) {
      DispatchOne(std::move(frame));
      handed_over = true;
    } else if (cut == Receiver::Cut::kMore) {
      nothing_whole_ = true;
      break;
    } else {
      RefuseRest(cut);
    }
  }
  if (handed_over) thread_.HandedOver();
  PublishClient();
}

void Session::DispatchOne(Frame frame) {
  const ReplyQueue::Number number = replies_.Add();
  Add(counters_.requests, 1);
  thread_.handler().Handle(connection_, std::move(frame),
                           Responder([self = shared_from_this(), number](Reply reply) {
                             self->Complete(number, std::move(reply));
                           }));
}

void Session::RefuseRest(Receiver::Cut cut) {
  if (const auto left_out = thread_.bad_request_log().Allow(thread_.now())) {
    const std::string why =
        cut == Receiver::Cut::kNoMemory
            ? "no memory for its request"
            : fmt::format("a request of {} bytes (allowed: 0 to {}, socket.request.max.bytes)",
                          receiver_.bad_length(), thread_.context().options.max_request_bytes);
    LogWarning("closing connection {} from {}:{} on listener {}: {}{}", connection_->id,
               connection_->client_host, connection_->client_port, connection_->listener, why,
               *left_out > 0 ? fmt::format(" ({} more like it not logged)", *left_out) : "");
  }
  refusing_ = true;
  replies_.Set(replies_.Add(), Reply::Close());
}

void Session::Complete(ReplyQueue::Number number, Reply reply) {
  if (Mailbox::OfThisThread() == mailbox_.get()) {
    Answer(number, std::move(reply));
    return;
  }
  mailbox_->Post([self = shared_from_this(), number, reply = std::move(reply)]() mutable {
    self->Answer(number, std::move(reply));
  });
}

void Session::Answer(ReplyQueue::Number number, Reply reply) {
  if (closed_ || lingering_) return;
  Add(counters_.answered, 1);
  if (reply.kind == Reply::Kind::kClose) refusing_ = true;
  if (!replies_.Set(number, std::move(reply))) {
    LogError("closing connection {} from {}:{}: its reply is larger than 2 GB", connection_->id,
             connection_->client_host, connection_->client_port);
    refusing_ = true;
  }
  Mark();
}

void Session::Drain() {
  draining_ = true;
  Mark();
}

// Closes when nothing is left to be sent. Closing a socket that has, or gets, bytes which nobody
// reads resets the connection, and with it go the replies that the peer has not received: so while
// there are such, the peer is told that we are done, and what it sends is dropped until it closes.
void Session::Finish() {
  if (peer_done_ || stream_->unacknowledged() == 0) {
    Close();
    return;
  }
  lingering_ = true;
  replies_.Clear();
  receiver_.Clear();
  stream_->ShutdownWrite();
  Touch();
  Linger();
}

void Session::Linger() {
  std::array<uint8_t, 16 * 1024> dropped;
  const iovec space{dropped.data(), dropped.size()};
  IoResult result = stream_->Read({&space, 1});
  if (result.state == IoResult::State::kEnd || result.state == IoResult::State::kFailed) {
    Close();
    return;
  }
  if (std::exchange(waiting_read_, true)) return;
  stream_->WaitReadable(
      [self = shared_from_this()] { self->thread_.Turn([&self] { self->OnReadable(); }); });
}

// The peer has all its replies, or does not take them: what happens next is up to it.
bool Session::DoesNotOweReply() const {
  return waiting_write_ || (replies_.unanswered() == 0 && !waiting_file_ && !muted_);
}

void Session::Sweep() {
  const Time last{Time::duration(counters_.last_activity.load(std::memory_order_relaxed))};
  const auto idle = thread_.now() - last;
  const ServerOptions& options = thread_.context().options;
  if (lingering_) {
    const bool received = draining_ && stream_->unacknowledged() == 0;
    if (received || idle >= kMaxStall) Close();
    return;
  }
  if (!DoesNotOweReply() || waiting_memory_) return;
  const bool too_long =
      options.connections_max_idle.count() > 0 && idle >= options.connections_max_idle;
  const bool in_the_way =
      receiver_.holds_memory() && idle >= kMaxStall && thread_.context().memory->contended();
  if (in_the_way) {
    LogWarning("closing connection {} from {}:{}: it stalls while others wait for receive memory",
               connection_->id, connection_->client_host, connection_->client_port);
  }
  if (too_long || in_the_way) Close();
}

void Session::Close() {
  if (std::exchange(closed_, true)) return;
  // Kept until the end: the thread may hold the last reference, and owners in replies may run code.
  const std::shared_ptr<Session> self = shared_from_this();
  stream_->Close();
  stream_.reset();
  receiver_.Clear();
  replies_.Clear();
  reads_ahead_.reset();
  thread_.Forget(*this);
  admission_ = {};
}

void Session::Touch() {
  counters_.last_activity.store(thread_.now().time_since_epoch().count(),
                                std::memory_order_relaxed);
}

void Session::PublishClient() {
  MutexLock lock(client_mutex_);
  // Assigning an equal string allocates nothing.
  client_.principal = connection_->principal;
  client_.client_id = connection_->client_id;
  client_.software_name = connection_->client_software_name;
  client_.software_version = connection_->client_software_version;
}

ConnectionStats Session::Stats(Time now) const {
  const auto relaxed = std::memory_order_relaxed;
  ConnectionStats stats;
  stats.id = connection_->id;
  stats.listener = connection_->listener;
  stats.client_host = connection_->client_host;
  stats.client_port = connection_->client_port;
  stats.connected_at = connected_at_;
  const Time last{Time::duration(counters_.last_activity.load(relaxed))};
  stats.idle = std::max(std::chrono::milliseconds(0),
                        std::chrono::duration_cast<std::chrono::milliseconds>(now - last));
  const int64_t answered = counters_.answered.load(relaxed);
  stats.requests = std::max(answered, counters_.requests.load(relaxed));
  stats.in_flight = stats.requests - answered;
  stats.bytes_in = counters_.bytes_in.load(relaxed);
  stats.bytes_out = counters_.bytes_out.load(relaxed);
  MutexLock lock(client_mutex_);
  stats.principal = client_.principal;
  stats.client_id = client_.client_id;
  stats.client_software_name = client_.software_name;
  stats.client_software_version = client_.software_version;
  return stats;
}

}  // namespace monkafka::net
