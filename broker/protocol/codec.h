// Bytes to message structs and back. Pure functions; safe from any thread.
//
// M is a message struct of this room's family headers (produce.h, fetch.h, ...). The definitions of
// these templates are instantiated in codec_*.cc, so this header costs nothing to include. For
// structs of another room see codec_impl.h.
//
// A message struct names its fields once, in wire order, for the reader and the writer alike:
//
//   struct HeartbeatRequest {
//     static constexpr Api api{ApiKey::kHeartbeat, "Heartbeat", 0, 4, 4};
//     std::string_view group_id;
//     int32_t generation_id = 0;
//     ...
//     static void fields(auto& io, auto& m) {
//       io(m.group_id);                                       // always there
//       if (io.version >= 3) io(m.group_instance_id);         // from version 3 on
//       io.nullable(m.protocol_name, io.version >= 7);        // null only from version 7 on
//       io.tags(Tag{0, m.current_leader, io.version >= 10});  // ends each struct; often io.tags()
//     }
//   };
//
// Which C++ type stands for which wire type: wire_types.h. A field that a version doesn't have
// keeps its default (the one of Kafka's schema) when read, and is left out when written.
//
// Lifetime: strings and bytes of requests are views into the frame, so are topic names in Produce,
// Fetch and ListOffsets responses; all other strings and bytes of responses own what they hold.
// Records in ProduceRequest are a mutable view: base offset and leader epoch are patched in place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"

namespace monkafka::protocol {

// `body` is what follows the header. Bytes after the message are ignored, as Kafka does: librdkafka
// sends three after a Metadata request of v9 and later for all topics. Fails with
// kUnsupportedVersion when the codec doesn't know that version of M, else with kInvalidRequest,
// which names message, version and position.
template <class M>
Result<M> Decode(MutableBytes body, int16_t version);

// Response header and body without the length in front. Record data in `message` is not copied: its
// pieces become pieces of the result. M::api must support `version` (CHECK, as below).
template <class M>
Payload EncodeResponse(int32_t correlation_id, const M& message, int16_t version);

// Request header and body without the length in front: what a client sends.
template <class M>
std::vector<uint8_t> EncodeRequest(int32_t correlation_id,
                                   std::optional<std::string_view> client_id, const M& message,
                                   int16_t version);

// The body alone. Record data must be in memory (CHECK); it is copied.
template <class M>
std::vector<uint8_t> EncodeBody(const M& message, int16_t version);

}  // namespace monkafka::protocol
