#include "net/reply_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/check.h"

namespace monkafka::net {
namespace {

int64_t SizeOf(const Payload::Piece& piece) {
  if (const auto* memory = std::get_if<MemoryPiece>(&piece)) {
    return static_cast<int64_t>(memory->bytes.size());
  }
  return std::get<FilePiece>(piece).length;
}

int64_t MemoryOf(const Payload& payload) {
  int64_t bytes = 0;
  for (const Payload::Piece& piece : payload.pieces()) {
    if (std::holds_alternative<MemoryPiece>(piece)) bytes += SizeOf(piece);
  }
  return bytes;
}

iovec RangeOf(Bytes bytes) { return {const_cast<uint8_t*>(bytes.data()), bytes.size()}; }

}  // namespace

ReplyQueue::Number ReplyQueue::Add() {
  places_.emplace_back();
  ++unanswered_;
  return first_ + places_.size() - 1;
}

bool ReplyQueue::Set(Number number, Reply reply) {
  CHECK(number >= first_ && number - first_ < places_.size());
  Place& place = places_[number - first_];
  CHECK(!place.answered);
  const bool fits = reply.payload.size() <= std::numeric_limits<int32_t>::max();
  place.reply = fits ? std::move(reply) : Reply::Close();
  place.answered = true;
  --unanswered_;
  memory_bytes_ += MemoryOf(place.reply.payload);
  const auto size = static_cast<uint32_t>(place.reply.payload.size());
  place.prefix = {static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
                  static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
  return fits;
}

ReplyQueue::Front ReplyQueue::Look() {
  while (!places_.empty() && places_.front().answered &&
         places_.front().reply.kind == Reply::Kind::kNothing) {
    PopFront();
  }
  if (places_.empty() || !places_.front().answered) return Front::kNothing;
  const Reply& reply = places_.front().reply;
  if (reply.kind == Reply::Kind::kClose) return Front::kClose;
  if (in_prefix_) return Front::kMemory;
  return std::holds_alternative<FilePiece>(reply.payload.pieces()[piece_]) ? Front::kFile
                                                                           : Front::kMemory;
}

size_t ReplyQueue::Gather(std::span<iovec> ranges, bool& more) const {
  size_t count = 0;
  more = true;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (!place.answered || place.reply.kind == Reply::Kind::kClose) break;
    if (place.reply.kind == Reply::Kind::kNothing) continue;
    const bool first = i == 0;
    const auto sent = static_cast<size_t>(first ? offset_ : 0);
    if (!first || in_prefix_) {
      if (count == ranges.size()) return count;
      ranges[count++] = RangeOf(Bytes(place.prefix).subspan(first ? sent : 0));
    }
    const auto& pieces = place.reply.payload.pieces();
    for (size_t p = first ? piece_ : 0; p < pieces.size(); ++p) {
      const auto* memory = std::get_if<MemoryPiece>(&pieces[p]);
      if (memory == nullptr || count == ranges.size()) return count;
      const bool partly_sent = first && !in_prefix_ && p == piece_;
      ranges[count++] = RangeOf(memory->bytes.subspan(partly_sent ? sent : 0));
    }
  }
  more = false;
  return count;
}

const FilePiece& ReplyQueue::file() const {
  return std::get<FilePiece>(places_.front().reply.payload.pieces()[piece_]);
}

void ReplyQueue::ReplaceFile(MemoryPiece read) {
  auto& pieces = places_.front().reply.payload.pieces();
  const auto bytes = static_cast<int64_t>(read.bytes.size());
  auto& rest = std::get<FilePiece>(pieces[piece_]);
  CHECK(bytes > 0 && bytes <= rest.length - offset_);
  rest.position += offset_ + bytes;
  rest.length -= offset_ + bytes;
  offset_ = 0;
  memory_bytes_ += bytes;
  if (rest.length == 0) {
    pieces[piece_] = std::move(read);
  } else {
    pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(piece_), std::move(read));
  }
}

void ReplyQueue::Advance(int64_t bytes) {
  while (bytes > 0) {
    CHECK(!places_.empty() && places_.front().answered);
    Place& place = places_.front();
    if (place.reply.kind == Reply::Kind::kNothing) {
      PopFront();
      continue;
    }
    auto& pieces = place.reply.payload.pieces();
    const int64_t size = in_prefix_ ? kPrefixBytes : SizeOf(pieces[piece_]);
    const int64_t taken = std::min(bytes, size - offset_);
    bytes -= taken;
    offset_ += taken;
    if (offset_ < size) return;
    offset_ = 0;
    if (in_prefix_) {
      in_prefix_ = false;
    } else {
      if (std::holds_alternative<MemoryPiece>(pieces[piece_])) memory_bytes_ -= size;
      pieces[piece_++] = MemoryPiece{};  // its owner need not wait for the rest of the reply
    }
    if (piece_ == pieces.size()) PopFront();
  }
}

void ReplyQueue::PopFront() {
  throttle_ = std::max(throttle_, places_.front().reply.throttle);
  places_.pop_front();
  ++first_;
  in_prefix_ = true;
  piece_ = 0;
  offset_ = 0;
}

std::chrono::milliseconds ReplyQueue::TakeThrottle() {
  return std::exchange(throttle_, std::chrono::milliseconds(0));
}

void ReplyQueue::Clear() { *this = ReplyQueue(); }

}  // namespace monkafka::net
