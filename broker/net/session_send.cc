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
// How far the disk reads ahead of what is sent, once something had to be fetched: it is idle while
// we send otherwise, and small reads are slow ones.
constexpr int64_t kReadAhead = 4 * 1024 * 1024;
// Asked for at a time: the kernel is busy with a large range for as long as others wait for its
// core.
constexpr int64_t kReadAheadStep = kFileWindow;

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
  ReadAhead(piece, position + length);
  return TakeResult(
      stream_->SendFile(piece.file->descriptor(), position, static_cast<size_t>(length)));
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
  const int64_t until = position + length + kReadAheadStep;
  read_ahead_ = {piece.file.get(), until};
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
void Session::ReadAhead(const FilePiece& piece, int64_t sent) {
  const int64_t from = read_ahead_.until;
  if (read_ahead_.file != piece.file.get() || sent > from ||
      from > sent + kReadAhead - kReadAheadStep) {
    return;
  }
  const int64_t until = std::min(from + kReadAheadStep, FileSize(piece.file->descriptor()));
  if (until <= from) return;
  if (LooksCached(piece.file->descriptor(), from, until - from)) {
    read_ahead_ = {};  // the reader has arrived at what others read or wrote lately
    return;
  }
  read_ahead_.until = until;
  thread_.context().workers.Post(
      [file = piece.file, from, until] { StartFetching(*file, from, until - from); });
}

void Session::ReadFile(const FilePiece& piece, int64_t position, int64_t length) {
  waiting_file_ = true;
  thread_.context().workers.Post(
      [self = shared_from_this(), pool = thread_.pool(), file = piece.file, position, length] {
        std::shared_ptr<uint8_t[]> chunk = pool->Borrow();
        const MutableBytes space(chunk.get(), static_cast<size_t>(length));
        Result<size_t> read = file->ReadAt(position, space);
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
