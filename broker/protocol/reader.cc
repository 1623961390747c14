#include "protocol/reader.h"

namespace monkafka::protocol {

void Reader::Fail(const char* reason) {
  if (failed()) return;
  reason_ = reason;
  failed_at_ = position();
  end_ = at_;  // nothing is left to read from now on
}

void Reader::operator()(Uuid& value) {
  value = Uuid{};
  if (!Need(value.bytes.size())) return;
  std::memcpy(value.bytes.data(), at_, value.bytes.size());
  at_ += value.bytes.size();
}

void Reader::tags() {
  if (!flexible) return;
  const uint32_t count = UnsignedVarint();
  for (uint32_t i = 0; i < count && !failed(); ++i) {
    UnsignedVarint();
    const uint32_t size = UnsignedVarint();
    if (Need(size)) at_ += size;
  }
}

int64_t Reader::StringLength() {
  int64_t length = 0;
  if (flexible) {
    length = CompactLength();
  } else {
    int16_t classic = 0;
    (*this)(classic);
    length = classic;
  }
  if (length > static_cast<int64_t>(kMaxStringSize)) {
    Fail("a string is longer than 32767 bytes");
    return 0;
  }
  return Checked(length, 1);
}

int64_t Reader::BytesLength() { return ArrayCount(1); }

int64_t Reader::ArrayCount(size_t minimum_element_size) {
  if (flexible) return Checked(CompactLength(), minimum_element_size);
  int32_t classic = 0;
  (*this)(classic);
  return Checked(classic, minimum_element_size);
}

// After a failure the varint is 0, which would mean null.
int64_t Reader::CompactLength() {
  const int64_t length = static_cast<int64_t>(UnsignedVarint()) - 1;
  return failed() ? 0 : length;
}

int64_t Reader::Checked(int64_t length, size_t minimum_element_size) {
  if (length <= static_cast<int64_t>(left() / minimum_element_size)) return length;
  Fail("a length is greater than what is left of the message");
  return 0;
}

uint32_t Reader::LongUnsignedVarint() {
  uint32_t value = 0;
  for (int shift = 0; shift <= 28; shift += 7) {
    if (!Need(1)) return 0;
    const uint8_t byte = *at_++;
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail("a variable-length integer has more than five bytes");
  return 0;
}

}  // namespace monkafka::protocol
