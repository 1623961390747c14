#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "common/log.h"
#include "common/stand_in.h"
#include "net/file_reading.h"
#include "net/network_thread.h"
#include "net/session.h"

namespace monkafka::net {
namespace {

constexpr size_t kRangesPerWrite = 64;
// What is looked up in the page cache, and fetched into it, at a time.
constexpr int64_t kFileWindow = 512 * 1024;
// At least so much is asked for at a time of what comes after that which is sent.
constexpr int64_t kReadAheadStep = 512 * 1024;
// Who asks for so much at once goes on, and the disk can begin with what comes next.
constexpr int64_t kReadsInOrder = 256 * 1024;

}  // namespace

void Session::Send() {
  bool goes_on = true;
  while (goes_on && !waiting_write_ && !waiting_file_) {
    const ReplyQueue::Front front = replies_.Look();
    if (front == ReplyQueue::Front::kNothing) break;
    if (front == ReplyQueue::Front::kClose) {
      Finish();
      return;
    }
    if (may_send_ <= 0) {
      WaitWritable();
      break;
    }
    goes_on = front == ReplyQueue::Front::kMemory ? SendMemory() : SendFile();
  }
  if (closed_) return;
  const std::chrono::milliseconds throttle = replies_.TakeThrottle();
  if (throttle.count() > 0) Mute(throttle);
}

bool Session::SendMemory() {
  std::array<iovec, kRangesPerWrite> ranges;
  bool more = false;
  const size_t count = replies_.Gather(ranges, more);
  return TakeResult(stream_->Write(std::span<const iovec>(ranges).first(count), more));
}

bool Session::SendFile() {
  const FilePiece& piece = replies_.file();
  const int64_t position = piece.position + replies_.file_offset();
  const int64_t length = std::min(piece.length - replies_.file_offset(), kFileWindow);
  if (piece.file->descriptor() < 0 || !stream_->sends_files()) {
    ReadFile(piece, position, std::min<int64_t>(length, kChunkBytes));
    return false;
  }
  // What was just fetched is sent without another look: under memory pressure it could be found
  // missing for ever.
  const bool cached =
      std::exchange(fetched_, false) || LooksCached(piece.file->descriptor(), position, length);
  if (!cached) {
    FetchFile(piece, position, length);
    return false;
  }
  const IoResult result =
      stream_->SendFile(piece.file->descriptor(), position, static_cast<size_t>(length));
  if (result.state == IoResult::State::kDone && cold_.file == piece.file.get()) {
    cold_.sent = position + static_cast<int64_t>(result.bytes);
    ReadAhead(piece);
  }
  return TakeResult(result);
}

// True: more can be sent now.
bool Session::TakeResult(const IoResult& result) {
  switch (result.state) {
    case IoResult::State::kDone: {
      const auto bytes = static_cast<int64_t>(result.bytes);
      replies_.Advance(bytes);
      counters_.bytes_out.fetch_add(bytes, std::memory_order_relaxed);
      may_send_ -= bytes;
      Touch();
      return true;
    }
    case IoResult::State::kWouldBlock:
      WaitWritable();
      return false;
    case IoResult::State::kEnd:
      FileFailed("it is shorter than the reply");
      return false;
    case IoResult::State::kFailed:
      break;
  }
  if (result.error == EIO) {
    FileFailed(std::strerror(result.error));
  } else {
    Close();  // the peer is gone
  }
  return false;
}

void Session::WaitWritable() {
  waiting_write_ = true;
  stream_->WaitWritable([self = shared_from_this()] {
    self->thread_.Turn([&self] {
      if (self->closed_) return;
      self->waiting_write_ = false;
      self->Mark();
    });
  });
}

void Session::FetchFile(const FilePiece& piece, int64_t position, int64_t length) {
  waiting_file_ = true;
  const bool in_order =
      piece.length >= kReadsInOrder || (cold_.file == piece.file.get() && cold_.sent == position);
  if (!in_order) {
    reads_ahead_.reset();
  } else if (!reads_ahead_) {
    reads_ahead_.emplace(thread_.context().cold_readers);
  }
  const int64_t until = position + length + (in_order ? kReadAheadStep : 0);
  cold_ = {piece.file.get(), position, until};
  thread_.context().workers.Post(
      [self = shared_from_this(), file = piece.file, position, length, until] {
        StartFetching(*file, position, until - position);
        Status fetched = FetchIntoCache(*file, position, length);
        const StandIn stand_in;
        self->mailbox_->Post([self, fetched = std::move(fetched)] {
          if (self->closed_) return;
          self->waiting_file_ = false;
          if (!fetched) return self->FileFailed(fetched.error().message);
          self->fetched_ = true;
          self->Mark();
        });
      });
}

// What was fetched is read on, also for the next request: the consumer goes on where it has ended.
// One worker at a time is asked to: syncs wait for workers, too.
void Session::ReadAhead(const FilePiece& piece) {
  const int64_t ahead = cold_.until - cold_.sent;
  if (!reads_ahead_ || ahead < 0 || asking_.load(std::memory_order_acquire)) return;
  const int64_t room = thread_.context().cold_readers->Share() - ahead;
  if (room < kReadAheadStep) return;
  const int file = piece.file->descriptor();
  const int64_t from = cold_.until;
  const int64_t until = std::min(from + room, FileSize(file));
  if (until <= from) return;
  if (LooksCached(file, from, until - from)) {
    reads_ahead_.reset();  // the reader has arrived at what others read or wrote lately
    cold_ = {};
    return;
  }
  cold_.until = until;
  asking_.store(true, std::memory_order_relaxed);
  thread_.context().workers.Post([self = shared_from_this(), owner = piece.file, from, until] {
    StartFetching(*owner, from, until - from);
    self->asking_.store(false, std::memory_order_release);
  });
}

void Session::ReadFile(const FilePiece& piece, int64_t position, int64_t length) {
  waiting_file_ = true;
  thread_.context().workers.Post(
      [self = shared_from_this(), pool = thread_.pool(), file = piece.file, position, length] {
        std::shared_ptr<uint8_t[]> chunk = pool->Borrow();
        const MutableBytes space(chunk.get(), static_cast<size_t>(length));
        Result<size_t> read = file->ReadAt(position, space);
        const StandIn stand_in;
        self->mailbox_->Post([self, chunk = std::move(chunk), space, read = std::move(read)] {
          if (self->closed_) return;
          self->waiting_file_ = false;
          if (!read) return self->FileFailed(read.error().message);
          if (*read == 0) return self->FileFailed("it is shorter than the reply");
          self->replies_.ReplaceFile(MemoryPiece{chunk, space.first(*read)});
          self->Mark();
        });
      });
}

// The length of the reply is sent already, so the peer cannot be told anything but the end.
void Session::FileFailed(const std::string& why) {
  LogError("closing connection {} from {}:{} in the middle of a reply: cannot read its file: {}",
           connection_->id, connection_->client_host, connection_->client_port, why);
  Close();
}

// KIP-219: the reply has told the client to pause; a client that does not is not read from.
void Session::Mute(std::chrono::milliseconds duration) {
  const Time until = thread_.now() + duration;
  muted_until_ = muted_ ? std::max(muted_until_, until) : until;
  if (!std::exchange(muted_, true)) ScheduleUnmute();
}

void Session::ScheduleUnmute() {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(muted_until_ - thread_.now());
  thread_.context().timers.Schedule(wait, [mailbox = mailbox_, weak = weak_from_this()] {
    mailbox->Post([weak] {
      if (const auto self = weak.lock()) self->Unmute();
    });
  });
}

void Session::Unmute() {
  if (closed_) return;
  if (thread_.now() < muted_until_) {
    ScheduleUnmute();
    return;
  }
  muted_ = false;
  Mark();
}

}  // namespace monkafka::net
