// One connection, from its first byte to its close.
//
// It reads while it may: the peer has not shut down, fewer requests than the limit are in flight,
// the peer reads its replies, no throttle is in force and there is receive memory. It sends while
// the first request in flight is answered, the socket takes bytes and the file's bytes are in
// memory.
//
// It ends
//   - at once (Close): on a failed read or write, when idle, when the server stops;
//   - after the replies that are due (Finish): when the peer has shut down its side, on a drain,
//   and
//     before a reply of the kind kClose or a length that is none.
//
// Belongs to one network thread: everything but Complete and Stats is called by whoever has that
// thread's turn (mailbox.h). A Responder keeps the object, but none of its buffers, alive after the
// end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/mutex.h"
#include "common/request.h"
#include "common/unique_fd.h"
#include "net/cold_readers.h"
#include "net/connection_limits.h"
#include "net/mailbox.h"
#include "net/receiver.h"
#include "net/reply_queue.h"
#include "net/server.h"
#include "net/stream.h"

namespace monkafka::net {

class NetworkThread;

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Session(NetworkThread& thread, std::shared_ptr<Connection> connection,
          ConnectionLimits::Admission admission);
  ~Session();

  // Before anything else; false: the socket cannot be used.
  bool Open(UniqueFd socket);
  void Start();
  // Goes on with whatever can go on. Called by the thread at the end of a turn that marked it.
  void Attend();
  void Drain();
  // Closes it when it has been idle for too long.
  void Sweep();
  void Close();

  // From any thread, once per request.
  void Complete(ReplyQueue::Number number, Reply reply);
  // From any thread.
  ConnectionStats Stats(Time now) const;

  const Connection& connection() const { return *connection_; }

 private:
  // Any thread may read them, the session's own changes them.
  struct Counters {
    std::atomic<int64_t> requests = 0;
    std::atomic<int64_t> answered = 0;
    std::atomic<int64_t> bytes_in = 0;
    std::atomic<int64_t> bytes_out = 0;
    std::atomic<Time::rep> last_activity = 0;
  };

  // session.cc: receiving, the life of the session
  void Mark();
  void WaitReadable();
  void OnReadable();
  bool ReadOnce(bool& dry);
  void WaitForMemory();
  void Dispatch();
  void DispatchOne(Frame frame);
  void RefuseRest(Receiver::Cut cut);
  bool MayDispatch() const;
  bool MayRead() const { return MayDispatch() && !peer_done_ && !waiting_memory_; }
  void Answer(ReplyQueue::Number number, Reply reply);
  void Touch();
  void PublishClient();
  bool DoesNotOweReply() const;
  void Finish();
  void Linger();

  // session_send.cc: sending, throttling
  void Send();
  bool SendMemory();
  bool SendFile();
  bool TakeResult(const IoResult& result);
  void WaitWritable();
  void FetchFile(const FilePiece& piece, int64_t position, int64_t length);
  void ReadAhead(const FilePiece& piece);
  void ReadFile(const FilePiece& piece, int64_t position, int64_t length);
  void FileFailed(const std::string& why);
  void Mute(std::chrono::milliseconds duration);
  void ScheduleUnmute();
  void Unmute();

  NetworkThread& thread_;  // not touched once closed_
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<Connection> connection_;
  const TimestampMs connected_at_;
  ConnectionLimits::Admission admission_;
  std::optional<Stream> stream_;  // empty once closed_
  Receiver receiver_;
  ReplyQueue replies_;

  bool closed_ = false;
  bool marked_ = false;
  bool lingering_ = false;  // only waits for the peer to close
  bool draining_ = false;
  bool refusing_ = false;   // a kClose is due: no request after it is looked at
  bool peer_done_ = false;  // it will send no more
  bool muted_ = false;
  bool nothing_whole_ = true;  // the receiver holds no whole request
  bool waiting_read_ = false;
  bool waiting_write_ = false;
  bool waiting_memory_ = false;
  bool waiting_file_ = false;  // a worker reads for the first reply
  bool fetched_ = false;       // what is to be sent next was just brought into the page cache
  // Of the file that something had to be fetched of last (only to compare: it may be gone): up to
  // where it was sent, and up to where the disk was asked for it.
  struct {
    const ReadableFile* file = nullptr;
    int64_t sent = 0;
    int64_t until = 0;
  } cold_;
  std::optional<ColdReaders::Place> reads_ahead_;  // while it is read in order
  std::atomic<bool> asking_ = false;               // a worker is asking the disk for more
  Time muted_until_{};
  int64_t may_send_ = 0;  // bytes left to this turn

  Counters counters_;
  mutable Mutex client_mutex_;
  // What Stats shows of the connection's client fields.
  struct Client {
    std::string principal, client_id, software_name, software_version;
  };
  Client client_ GUARDED_BY(client_mutex_);
};

}  // namespace monkafka::net
