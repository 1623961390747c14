#include "net/receiver.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/check.h"

namespace monkafka::net {
namespace {

constexpr size_t kLengthBytes = 4;
// Requests up to this size are always copied out of the chunk: it costs less than the system call
// that brought them, and they are what a waiting consumer leaves with us.
constexpr size_t kCopyBelow = 4 * 1024;
// An unfinished request up to this size is moved out of the chunk when the peer pauses.
constexpr size_t kParkBelow = 16 * 1024;
// More than this is allocated only for a request of which as much has arrived.
constexpr size_t kFirstAssembly = 64 * 1024;
// With less of an assembly to come, one read fetches it and what follows.
constexpr size_t kReadOnBelow = 64 * 1024;
// So much is read behind a request that was larger than a chunk. The next one is as large, as like
// as not: then what is in the chunk of it is moved, and this is enough to have the rest assembled
// in its place.
constexpr size_t kReadBehindLarge = kLengthBytes + kFirstAssembly;
// A chunk with less space left is given up once all in it is cut.
constexpr size_t kWorthReading = 16 * 1024;
// The most one read asks for, so that a large request shares its thread.
constexpr size_t kMaxRead = 1024 * 1024;

}  // namespace

Receiver::Receiver(std::shared_ptr<ChunkPool> pool, std::shared_ptr<ReceiveMemory> memory,
                   int32_t max_request_bytes, const std::function<bool(Bytes)>& copy_out)
    : pool_(std::move(pool)),
      memory_(std::move(memory)),
      copy_out_(copy_out),
      max_request_bytes_(max_request_bytes) {}

Receiver::~Receiver() { Clear(); }

void Receiver::Clear() {
  DropChunk();
  assembly_ = nullptr;
  assembly_size_ = assembled_ = 0;
  carried_size_ = 0;
  behind_large_ = awaits_room_ = false;
  EndOverdraft();
}

int Receiver::Prepare(std::array<iovec, 2>& space) {
  if (awaits_room_) return 0;
  int ranges = 0;
  if (assembly_) {
    if (!MayReceive()) return 0;
    const size_t rest = assembly_->capacity() - assembled_;
    const size_t asked = std::min(rest, kMaxRead);
    assembly_->ChargeFor(assembled_ + asked);
    space[ranges++] = {assembly_->data() + assembled_, asked};
    const bool reads_on = assembly_->capacity() == assembly_size_ && rest <= kReadOnBelow;
    if (!reads_on || !memory_->HasRoom()) return ranges;
  } else if (!chunk_ && !memory_->HasRoom()) {
    return 0;
  }
  EnsureChunk();
  const bool behind_large = assembly_ ? assembly_size_ > kChunkBytes : behind_large_;
  space[ranges++] = {chunk_.get() + end_,
                     std::min(behind_large ? kReadBehindLarge : kChunkBytes, kChunkBytes - end_)};
  return ranges;
}

// Whether more of the assembly may arrive: there is room, or this request is the one that may go on
// without.
bool Receiver::MayReceive() {
  if (memory_->HasRoom() || overdraft_) return true;
  overdraft_ = memory_->BeginOverdraft();
  return overdraft_;
}

Receiver::Cut Receiver::AwaitRoom() {
  awaits_room_ = true;
  return Cut::kMore;
}

void Receiver::EndOverdraft() {
  if (std::exchange(overdraft_, false)) memory_->EndOverdraft();
}

void Receiver::EnsureChunk() {
  if (chunk_ && available() == 0 && kChunkBytes - end_ < kWorthReading) DropChunk();
  if (chunk_) return;
  chunk_ = pool_->Borrow();
  std::memcpy(chunk_.get(), carried_.data(), carried_size_);
  end_ = std::exchange(carried_size_, 0);
}

void Receiver::Received(size_t bytes) {
  if (assembly_) {
    const size_t taken = std::min(bytes, assembly_->capacity() - assembled_);
    assembled_ += taken;
    bytes -= taken;
  }
  if (bytes == 0) return;
  CHECK(chunk_ != nullptr && bytes <= kChunkBytes - end_);
  end_ += bytes;
}

Receiver::Cut Receiver::Next(Frame& frame) {
  awaits_room_ = false;
  if (assembly_) return NextAssembled(frame);
  if (available() < kLengthBytes) {
    if (chunk_ && end_ == kChunkBytes) CarryPartOfLength();
    return Cut::kMore;
  }
  const int32_t length = LengthAtBegin();
  if (length < 0 || length > max_request_bytes_) {
    bad_length_ = length;
    return Cut::kBadLength;
  }
  const auto size = static_cast<size_t>(length);
  if (available() - kLengthBytes >= size) return CutFromChunk(size, frame);
  const bool fits = size <= kChunkBytes - begin_ - kLengthBytes;
  if (fits) return Cut::kMore;
  // The small assembly of who has sent less takes the place of a larger chunk.
  if (available() - kLengthBytes >= kFirstAssembly && !MayReceive()) return AwaitRoom();
  return MoveToAssembly(size) ? Cut::kMore : Cut::kNoMemory;
}

int32_t Receiver::LengthAtBegin() const {
  const uint8_t* at = chunk_.get() + begin_;
  return static_cast<int32_t>(uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 |
                              uint32_t{at[3]});
}

Receiver::Cut Receiver::NextAssembled(Frame& frame) {
  if (assembled_ < assembly_->capacity()) return Cut::kMore;
  if (assembled_ < assembly_size_) {
    if (!MayReceive()) return AwaitRoom();
    return GrowAssembly() ? Cut::kMore : Cut::kNoMemory;
  }
  const MutableBytes bytes = assembly_->bytes();
  behind_large_ = bytes.size() > kChunkBytes;
  frame = Frame{std::move(assembly_), bytes};
  assembly_ = nullptr;
  assembly_size_ = assembled_ = 0;
  EndOverdraft();
  return Cut::kFrame;
}

Receiver::Cut Receiver::CutFromChunk(size_t size, Frame& frame) {
  const MutableBytes bytes(chunk_.get() + begin_ + kLengthBytes, size);
  if (size <= kCopyBelow || (copy_out_ && copy_out_(bytes))) {
    std::shared_ptr<RequestBuffer> copy = RequestBuffer::Make(pool_, size);
    if (!copy) return Cut::kNoMemory;
    std::memcpy(copy->data(), bytes.data(), size);
    const MutableBytes copied = copy->bytes();
    frame = Frame{std::move(copy), copied};
  } else {
    frame = Frame{chunk_, bytes};
  }
  begin_ += kLengthBytes + size;
  behind_large_ = false;
  if (begin_ == kChunkBytes) DropChunk();
  return Cut::kFrame;
}

bool Receiver::MoveToAssembly(size_t size) {
  const size_t part = available() - kLengthBytes;
  const size_t capacity = part >= kFirstAssembly ? size : std::min(size, kFirstAssembly);
  assembly_ = RequestBuffer::Make(pool_, capacity);
  if (!assembly_) return false;
  assembly_->ChargeFor(part);
  std::memcpy(assembly_->data(), chunk_.get() + begin_ + kLengthBytes, part);
  assembly_size_ = size;
  assembled_ = part;
  DropChunk();
  return true;
}

bool Receiver::GrowAssembly() {
  std::shared_ptr<RequestBuffer> larger = RequestBuffer::Make(pool_, assembly_size_);
  if (!larger) return false;
  larger->ChargeFor(assembled_);
  std::memcpy(larger->data(), assembly_->data(), assembled_);
  assembly_ = std::move(larger);
  return true;
}

void Receiver::CarryPartOfLength() {
  carried_size_ = static_cast<uint8_t>(available());
  std::memcpy(carried_.data(), chunk_.get() + begin_, carried_size_);
  DropChunk();
}

void Receiver::DropChunk() {
  chunk_ = nullptr;
  begin_ = end_ = 0;
}

void Receiver::Park() {
  if (!chunk_) return;
  if (available() < kLengthBytes) {
    CarryPartOfLength();
  } else if (available() <= kLengthBytes + kParkBelow) {
    // When memory is refused the request stays where it is.
    MoveToAssembly(static_cast<size_t>(LengthAtBegin()));
  }
}

}  // namespace monkafka::net
