// Request and response headers.
//
//   request header    v0  INT16 api_key | INT16 api_version | INT32 correlation_id
//                     v1  the same | nullable string client_id (classic form: INT16 length)
//                     v2  the same | tagged fields
//   response header   v0  INT32 correlation_id
//                     v1  the same | tagged fields
//
// Flexible versions of an API have headers v2 and v1, the others v1 and v0; an ApiVersions response
// always has v0, so that a client of any age can read it (KIP-511). Request header v0 belongs to
// ControlledShutdown v0 alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/bytes.h"
#include "common/result.h"
#include "protocol/api.h"

namespace monkafka::protocol {

class Writer;

struct RequestHeader {
  ApiKey api_key = ApiKey::kProduce;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string_view> client_id;  // a view into the frame
  size_t size = 0;                            // bytes that were read; the body follows
};

struct ResponseHeader {
  int32_t correlation_id = 0;
  size_t size = 0;
};

int16_t RequestHeaderVersion(const Api& api, int16_t api_version);
int16_t ResponseHeaderVersion(const Api& api, int16_t api_version);

// `frame` is a request without its length prefix. Fails with kInvalidRequest when it is too short
// or names an API that this room has no structs for; any api_version is read, whether supported or
// not (an ApiVersions request of a future version must be answered).
Result<RequestHeader> ReadRequestHeader(Bytes frame);
// The same, the header's version given.
Result<RequestHeader> ReadRequestHeader(Bytes frame, int16_t header_version);

// What a client does with a response.
Result<ResponseHeader> ReadResponseHeader(Bytes frame, int16_t header_version);

void WriteRequestHeader(Writer& writer, const RequestHeader& header, int16_t header_version);
void WriteResponseHeader(Writer& writer, int32_t correlation_id, int16_t header_version);

}  // namespace monkafka::protocol
