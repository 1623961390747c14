#include "records/record.h"

#include <string>

#include "records/record_parse.h"
#include "records/varint.h"

namespace monkafka::records {
namespace {

// Takes fields off the front of one record's body. Nearly all numbers have one byte: that case is
// inlined.
class Fields {
 public:
  explicit Fields(Bytes body) : at_(body.data()), end_(body.data() + body.size()) {}

  bool Byte(int8_t& value) {
    if (at_ == end_) return false;
    value = static_cast<int8_t>(*at_++);
    return true;
  }
  bool Varint(int32_t& value) {
    if (at_ != end_ && *at_ < 0x80) {
      value = UnZigZag(uint32_t{*at_++});
      return true;
    }
    return Skip(ReadVarint(rest(), value));
  }
  bool Varlong(int64_t& value) {
    if (at_ != end_ && *at_ < 0x80) {
      value = UnZigZag(uint64_t{*at_++});
      return true;
    }
    return Skip(ReadVarlong(rest(), value));
  }
  // A length, then as many bytes; absent if the length is negative.
  bool NullableBytes(std::optional<Bytes>& value) {
    int32_t length = 0;
    if (!Varint(length)) return false;
    if (length < 0) {
      value.reset();
      return true;
    }
    if (length > end_ - at_) return false;
    value.emplace(at_, static_cast<size_t>(length));
    at_ += length;
    return true;
  }
  Bytes rest() const { return {at_, end_}; }

 private:
  bool Skip(size_t used) {
    at_ += used;
    return used > 0;
  }

  const uint8_t* at_;
  const uint8_t* end_;
};

bool ParseHeader(Fields& fields, RecordHeader& header) {
  std::optional<Bytes> key;
  if (!fields.NullableBytes(key) || !key || !fields.NullableBytes(header.value)) return false;
  header.key = AsText(*key);
  return true;
}

const char* ParseHeaders(Fields& fields, HeaderList& headers) {
  int32_t count = 0;
  if (!fields.Varint(count)) return "the header count runs past the record's end";
  if (count < 0) return "negative header count";
  const Bytes bytes = fields.rest();
  if (static_cast<size_t>(count) > bytes.size()) return "more headers than the record has bytes";
  RecordHeader header;
  for (int32_t i = 0; i < count; ++i) {
    if (!ParseHeader(fields, header)) return "invalid header";
  }
  headers = HeaderList(count, bytes.first(bytes.size() - fields.rest().size()));
  return nullptr;
}

const char* ParseBody(Bytes body, RecordView& record) {
  Fields fields(body);
  if (!fields.Byte(record.attributes)) return "empty record";
  if (!fields.Varlong(record.timestamp_delta)) return "invalid timestamp delta";
  if (!fields.Varint(record.offset_delta)) return "invalid offset delta";
  if (!fields.NullableBytes(record.key)) return "the key runs past the record's end";
  if (!fields.NullableBytes(record.value)) return "the value runs past the record's end";
  if (const char* defect = ParseHeaders(fields, record.headers)) return defect;
  return fields.rest().empty() ? nullptr : "the record has bytes after its last field";
}

}  // namespace

ParsedRecord ParseRecord(Bytes from, RecordView& record) {
  int32_t length = 0;
  const size_t used = ReadVarint(from, length);
  if (used == 0) {
    const bool incomplete = from.size() < kMaxVarintBytes;
    return {incomplete ? "the data ends inside a record" : "invalid record length", incomplete};
  }
  if (length < 0) return {"negative record length"};
  const Bytes rest = from.subspan(used);
  if (static_cast<size_t>(length) > rest.size()) return {"the data ends inside a record", true};
  record.size_in_bytes = used + static_cast<size_t>(length);
  return {ParseBody(rest.first(static_cast<size_t>(length)), record)};
}

void HeaderList::Iterator::Decode() {
  if (left_ == 0) return;
  Fields fields(rest_);
  ParseHeader(fields, header_);
  rest_ = fields.rest();
}

Result<bool> RecordReader::Next(RecordView& record) {
  if (rest_.empty()) return false;
  const ParsedRecord parsed = ParseRecord(rest_, record);
  if (parsed.defect != nullptr) return Fail(ErrorCode::kInvalidRecord, parsed.defect);
  rest_ = rest_.subspan(record.size_in_bytes);
  return true;
}

}  // namespace monkafka::records
