#include "protocol/header.h"

#include <fmt/core.h>

#include "common/check.h"
#include "protocol/reader.h"
#include "protocol/writer.h"

namespace monkafka::protocol {
namespace {

// client_id keeps its classic form in flexible headers, so a header is read and written as classic
// but for the tagged fields at its end.
void SkipTags(Reader& reader, Bytes frame, size_t& size) {
  Reader tagged(frame.subspan(reader.position()), 0, true);
  tagged.tags();
  if (tagged.failed()) reader.Fail("the header ends within its tagged fields");
  size = reader.position() + tagged.position();
}

Status Finish(const Reader& reader, const char* name) {
  if (!reader.failed()) return {};
  return Fail(ErrorCode::kInvalidRequest,
              fmt::format("{} header, byte {}: {}", name, reader.failed_at(), reader.reason()));
}

}  // namespace

int16_t RequestHeaderVersion(const Api& api, int16_t api_version) {
  return api.IsFlexible(api_version) ? 2 : 1;
}

int16_t ResponseHeaderVersion(const Api& api, int16_t api_version) {
  return api.IsFlexible(api_version) && api.key != ApiKey::kApiVersions ? 1 : 0;
}

Result<RequestHeader> ReadRequestHeader(Bytes frame) {
  Reader reader(frame, 0, false);
  int16_t key = 0;
  int16_t version = 0;
  reader(key);
  reader(version);
  if (Status status = Finish(reader, "request"); !status) return Forward(std::move(status));
  const Api* api = FindApi(key);
  if (api == nullptr) {
    return Fail(ErrorCode::kInvalidRequest, fmt::format("API key {} is not served", key));
  }
  return ReadRequestHeader(frame, RequestHeaderVersion(*api, version));
}

Result<RequestHeader> ReadRequestHeader(Bytes frame, int16_t header_version) {
  Reader reader(frame, header_version, false);
  RequestHeader header;
  reader(header.api_key);
  reader(header.api_version);
  reader(header.correlation_id);
  if (header_version >= 1) reader(header.client_id);
  header.size = reader.position();
  if (header_version >= 2) SkipTags(reader, frame, header.size);
  if (Status status = Finish(reader, "request"); !status) return Forward(std::move(status));
  return header;
}

Result<ResponseHeader> ReadResponseHeader(Bytes frame, int16_t header_version) {
  Reader reader(frame, header_version, false);
  ResponseHeader header;
  reader(header.correlation_id);
  header.size = reader.position();
  if (header_version >= 1) SkipTags(reader, frame, header.size);
  if (Status status = Finish(reader, "response"); !status) return Forward(std::move(status));
  return header;
}

void WriteRequestHeader(Writer& writer, const RequestHeader& header, int16_t header_version) {
  writer(header.api_key);
  writer(header.api_version);
  writer(header.correlation_id);
  if (header_version >= 1) {
    const std::string_view client_id = header.client_id.value_or(std::string_view());
    CHECK(client_id.size() <= kMaxStringSize);
    writer(header.client_id ? static_cast<int16_t>(client_id.size()) : int16_t{-1});
    writer.Raw(AsBytes(client_id));
  }
  if (header_version >= 2) writer.UnsignedVarint(0);
}

void WriteResponseHeader(Writer& writer, int32_t correlation_id, int16_t header_version) {
  writer(correlation_id);
  if (header_version >= 1) writer.UnsignedVarint(0);
}

}  // namespace monkafka::protocol
