// The definitions behind codec.h, and the same for record schemas of other rooms. To be included by
// the .cc files that instantiate codecs, not by headers.
//
// A record schema (a key or value of an internal topic, a record of the metadata log) is a struct
// like a message's, with a RecordSchema instead of an Api; it owns its strings (std::string) unless
// the record's bytes outlive it:
//
//   struct OffsetCommitValue {
//     static constexpr RecordSchema schema{"OffsetCommitValue", 0, 4, /*flexible_from=*/4};
//     int64_t offset = 0;
//     std::string metadata;
//     static void fields(auto& io, auto& m) {
//       io(m.offset);
//       io(m.metadata);
//       io.tags();
//     }
//   };
//
// In the room's .cc either call DecodeRecord/EncodeRecord directly, or write
// MONKAFKA_RECORD_CODEC(M) there (outside of namespaces) and declare the two templates by including
// record_codec.h elsewhere.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/check.h"
#include "protocol/api.h"
#include "protocol/codec.h"
#include "protocol/header.h"
#include "protocol/reader.h"
#include "protocol/record_codec.h"
#include "protocol/writer.h"

namespace monkafka::protocol {
namespace internal {

// What becomes of bytes that follow a message.
enum class Rest { kIgnored, kRefused };

// What to say of a reader that is done with a message.
Status Finish(const Reader& reader, const char* name, Rest rest);
std::unexpected<Error> UnsupportedVersion(const char* name, int16_t version);

template <class M, class View, class Schema>
Result<M> Read(View bytes, int16_t version, const Schema& schema, Rest rest) {
  if (!schema.Supports(version)) return UnsupportedVersion(schema.name, version);
  Reader reader(bytes, version, schema.IsFlexible(version));
  Result<M> message(std::in_place);
  M::fields(reader, *message);
  if (Status status = Finish(reader, schema.name, rest); !status) return Forward(std::move(status));
  return message;
}

}  // namespace internal

template <class M>
Result<M> Decode(MutableBytes body, int16_t version) {
  return internal::Read<M>(body, version, M::api, internal::Rest::kIgnored);
}

template <class M>
Payload EncodeResponse(int32_t correlation_id, const M& message, int16_t version) {
  CHECK(M::api.Supports(version));
  Writer writer(version, M::api.IsFlexible(version));
  WriteResponseHeader(writer, correlation_id, ResponseHeaderVersion(M::api, version));
  M::fields(writer, message);
  return writer.TakePayload();
}

template <class M>
std::vector<uint8_t> EncodeRequest(int32_t correlation_id,
                                   std::optional<std::string_view> client_id, const M& message,
                                   int16_t version) {
  CHECK(M::api.Supports(version));
  Writer writer(version, M::api.IsFlexible(version));
  WriteRequestHeader(writer,
                     {.api_key = M::api.key,
                      .api_version = version,
                      .correlation_id = correlation_id,
                      .client_id = client_id},
                     RequestHeaderVersion(M::api, version));
  M::fields(writer, message);
  return writer.TakeBytes();
}

template <class M>
std::vector<uint8_t> EncodeBody(const M& message, int16_t version) {
  CHECK(M::api.Supports(version));
  Writer writer(version, M::api.IsFlexible(version));
  M::fields(writer, message);
  return writer.TakeBytes();
}

template <class M>
Result<M> DecodeRecord(Bytes body, int16_t version) {
  return internal::Read<M>(body, version, M::schema, internal::Rest::kRefused);
}

template <class M>
std::vector<uint8_t> EncodeRecord(const M& message, int16_t version, Bytes prefix) {
  CHECK(M::schema.Supports(version));
  Writer writer(version, M::schema.IsFlexible(version));
  writer.Raw(prefix);
  M::fields(writer, message);
  return writer.TakeBytes();
}

}  // namespace monkafka::protocol

#define MONKAFKA_REQUEST_CODEC(M)                                                                  \
  template ::monkafka::Result<M> monkafka::protocol::Decode<M>(::monkafka::MutableBytes, int16_t); \
  template std::vector<uint8_t> monkafka::protocol::EncodeRequest<M>(                              \
      int32_t, std::optional<std::string_view>, const M&, int16_t);                                \
  template std::vector<uint8_t> monkafka::protocol::EncodeBody<M>(const M&, int16_t);

#define MONKAFKA_RESPONSE_CODEC(M)                                                                 \
  template ::monkafka::Result<M> monkafka::protocol::Decode<M>(::monkafka::MutableBytes, int16_t); \
  template ::monkafka::Payload monkafka::protocol::EncodeResponse<M>(int32_t, const M&, int16_t);  \
  template std::vector<uint8_t> monkafka::protocol::EncodeBody<M>(const M&, int16_t);

#define MONKAFKA_RECORD_CODEC(M)                                                                  \
  template ::monkafka::Result<M> monkafka::protocol::DecodeRecord<M>(::monkafka::Bytes, int16_t); \
  template std::vector<uint8_t> monkafka::protocol::EncodeRecord<M>(const M&, int16_t,            \
                                                                    ::monkafka::Bytes);
