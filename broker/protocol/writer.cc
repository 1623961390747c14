#include "protocol/writer.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "common/check.h"

namespace monkafka::protocol {
namespace {

struct Varint {
  uint8_t bytes[5];
  size_t size = 0;

  explicit Varint(uint32_t value) {
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<uint8_t>(value | 0x80);
    bytes[size++] = static_cast<uint8_t>(value);
  }
};

// The longest beginning that a Kafka string can hold and that doesn't end within a UTF-8 character.
std::string_view Cut(std::string_view text) {
  if (text.size() <= kMaxStringSize) return text;
  size_t size = kMaxStringSize;
  const auto continues = [&](size_t i) { return (static_cast<uint8_t>(text[i]) & 0xc0) == 0x80; };
  while (size > kMaxStringSize - 3 && continues(size)) --size;
  return text.substr(0, size);
}

}  // namespace

void Writer::UnsignedVarint(uint32_t value) {
  const Varint varint(value);
  Raw({varint.bytes, varint.size});
}

void Writer::operator()(std::string_view value) {
  value = Cut(value);
  if (flexible) {
    UnsignedVarint(static_cast<uint32_t>(value.size() + 1));
  } else {
    (*this)(static_cast<int16_t>(value.size()));
  }
  Raw(AsBytes(value));
}

void Writer::operator()(const Payload& value) {
  Length(static_cast<size_t>(value.size()));
  if (!value.empty()) splices_.push_back({size_, &value});
}

void Writer::Length(size_t length) {
  CHECK(length < INT32_MAX);
  if (flexible) {
    UnsignedVarint(static_cast<uint32_t>(length + 1));
  } else {
    (*this)(static_cast<int32_t>(length));
  }
}

void Writer::NullLength() {
  if (flexible) {
    UnsignedVarint(0);
  } else {
    (*this)(int32_t{-1});
  }
}

void Writer::NullString() {
  if (flexible) {
    UnsignedVarint(0);
  } else {
    (*this)(int16_t{-1});
  }
}

void Writer::InsertSize(size_t start) {
  const size_t written = size_ - start;
  const Varint size(static_cast<uint32_t>(written));
  Room(size.size);
  uint8_t* const place = buffer_.data() + start;
  std::memmove(place + size.size, place, written);
  std::memcpy(place, size.bytes, size.size);
}

void Writer::Grow(size_t size) {
  constexpr size_t kFirst = 512;
  buffer_.resize(std::max({kFirst, size_ + size, 2 * buffer_.size()}));
}

std::vector<uint8_t> Writer::TakeBuffer() {
  buffer_.resize(size_);
  return std::move(buffer_);
}

Payload Writer::TakePayload() {
  Payload out;
  if (splices_.empty()) {
    out.Add(TakeBuffer());
    return out;
  }
  const auto owner = std::make_shared<const std::vector<uint8_t>>(TakeBuffer());
  const Bytes bytes(*owner);
  size_t sent = 0;
  for (const Splice& splice : splices_) {
    out.Add(MemoryPiece{owner, bytes.subspan(sent, splice.position - sent)});
    for (const Payload::Piece& piece : splice.payload->pieces()) {
      std::visit([&](const auto& known) { out.Add(known); }, piece);
    }
    sent = splice.position;
  }
  out.Add(MemoryPiece{owner, bytes.subspan(sent)});
  return out;
}

std::vector<uint8_t> Writer::TakeBytes() {
  if (splices_.empty()) return TakeBuffer();
  const Payload payload = TakePayload();
  std::vector<uint8_t> out;
  out.reserve(static_cast<size_t>(payload.size()));
  for (const Payload::Piece& piece : payload.pieces()) {
    CHECK(std::holds_alternative<MemoryPiece>(piece));
    const Bytes bytes = std::get<MemoryPiece>(piece).bytes;
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

}  // namespace monkafka::protocol
