#include <fmt/core.h>

#include "protocol/codec_impl.h"

namespace monkafka::protocol {
namespace internal {

Status Finish(const Reader& reader, const char* name, Rest rest) {
  if (reader.failed()) {
    return Fail(ErrorCode::kInvalidRequest, fmt::format("{} v{}, byte {}: {}", name, reader.version,
                                                        reader.failed_at(), reader.reason()));
  }
  if (rest == Rest::kRefused && reader.left() != 0) {
    return Fail(ErrorCode::kInvalidRequest,
                fmt::format("{} v{}, byte {}: {} bytes follow the message", name, reader.version,
                            reader.position(), reader.left()));
  }
  return {};
}

std::unexpected<Error> UnsupportedVersion(const char* name, int16_t version) {
  return Fail(ErrorCode::kUnsupportedVersion,
              fmt::format("{} has no version {} here", name, version));
}

}  // namespace internal

VersionPrefix MakeVersionPrefix(int16_t version) {
  const auto bits = static_cast<uint16_t>(version);
  return {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits)};
}

Result<VersionedBytes> SplitVersionPrefix(Bytes record) {
  Reader reader(record, 0, false);
  VersionedBytes out;
  reader(out.version);
  if (reader.failed()) {
    return Fail(ErrorCode::kInvalidRequest, "a record is too short for its version");
  }
  out.body = record.subspan(reader.position());
  return out;
}

std::vector<uint8_t> MakeMetadataPrefix(int16_t type, int16_t version) {
  Writer writer(0, true);
  writer.UnsignedVarint(1);
  writer.UnsignedVarint(static_cast<uint32_t>(type));
  writer.UnsignedVarint(static_cast<uint32_t>(version));
  return writer.TakeBytes();
}

Result<MetadataBytes> SplitMetadataPrefix(Bytes record) {
  Reader reader(record, 0, true);
  const uint32_t frame_version = reader.UnsignedVarint();
  const uint32_t type = reader.UnsignedVarint();
  const uint32_t version = reader.UnsignedVarint();
  if (reader.failed() || type > INT16_MAX || version > INT16_MAX) {
    return Fail(ErrorCode::kInvalidRequest, "a metadata record has no valid prefix");
  }
  if (frame_version != 1) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("a metadata record has frame version {}", frame_version));
  }
  return MetadataBytes{static_cast<int16_t>(type), static_cast<int16_t>(version),
                       record.subspan(reader.position())};
}

}  // namespace monkafka::protocol
