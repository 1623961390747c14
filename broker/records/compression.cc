#include "records/compression.h"

#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <string>

#include "common/endian.h"
#include "records/xerial.h"

namespace monkafka::records {
namespace {

std::unexpected<Error> CannotCompress(Codec codec, const std::string& why) {
  return Fail(ErrorCode::kUnknownServerError,
              std::string(CodecName(codec)) + " cannot compress: " + why);
}

int ClampedLevel(Codec codec, int level) {
  const LevelRange range = LevelsOf(codec);
  return level == range.default_level ? level : std::clamp(level, range.min, range.max);
}

// Makes room for the most that can come, lets `compress` fill it, keeps what came.
template <class Fn>
void AppendAtMost(std::vector<uint8_t>& out, size_t most, Fn compress) {
  const size_t before = out.size();
  out.resize(before + most);
  out.resize(before + compress(out.data() + before));
}

Status CompressGzip(int level, Bytes bytes, std::vector<uint8_t>& out) {
  constexpr int kGzipFraming = 16;
  constexpr int kDefaultMemory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + kGzipFraming, kDefaultMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return CannotCompress(Codec::kGzip, "out of memory");
  }
  const uLong most = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  int code = Z_OK;
  AppendAtMost(out, most, [&](uint8_t* to) {
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = to;
    stream.avail_out = static_cast<uInt>(most);
    code = deflate(&stream, Z_FINISH);
    return static_cast<size_t>(stream.total_out);
  });
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return CannotCompress(Codec::kGzip, "zlib " + std::to_string(code));
  return {};
}

void CompressSnappy(Bytes bytes, std::vector<uint8_t>& out) {
  out.insert(out.end(), kXerialHeader.begin(), kXerialHeader.end());
  while (!bytes.empty()) {
    const Bytes block = bytes.first(std::min(bytes.size(), kXerialBlockBytes));
    bytes = bytes.subspan(block.size());
    const size_t most = sizeof(int32_t) + snappy::MaxCompressedLength(block.size());
    AppendAtMost(out, most, [&](uint8_t* to) {
      size_t size = 0;
      snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                          reinterpret_cast<char*>(to + sizeof(int32_t)), &size);
      StoreBig(to, static_cast<int32_t>(size));
      return sizeof(int32_t) + size;
    });
  }
}

Status CompressLz4(int level, Bytes bytes, std::vector<uint8_t>& out) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  // Kafka's default level means the fast compressor, every other one the high compressor, whose
  // levels begin at 3 here.
  constexpr int kLeastHighCompression = 3;
  const bool fast = level == LevelsOf(Codec::kLz4).default_level;
  preferences.compressionLevel = fast ? 0 : std::max(level, kLeastHighCompression);
  size_t size = 0;
  const size_t most = LZ4F_compressFrameBound(bytes.size(), &preferences);
  AppendAtMost(out, most, [&](uint8_t* to) {
    size = LZ4F_compressFrame(to, most, bytes.data(), bytes.size(), &preferences);
    return LZ4F_isError(size) ? 0 : size;
  });
  if (LZ4F_isError(size)) return CannotCompress(Codec::kLz4, LZ4F_getErrorName(size));
  return {};
}

Status CompressZstd(int level, Bytes bytes, std::vector<uint8_t>& out) {
  size_t size = 0;
  const size_t most = ZSTD_compressBound(bytes.size());
  AppendAtMost(out, most, [&](uint8_t* to) {
    size = ZSTD_compress(to, most, bytes.data(), bytes.size(), level);
    return ZSTD_isError(size) ? 0 : size;
  });
  if (ZSTD_isError(size)) return CannotCompress(Codec::kZstd, ZSTD_getErrorName(size));
  return {};
}

}  // namespace

Status Compress(Codec codec, int level, Bytes bytes, std::vector<uint8_t>& out) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return Fail(ErrorCode::kMessageTooLarge, "more than one batch can hold");
  }
  level = ClampedLevel(codec, level);
  switch (codec) {
    case Codec::kNone:
      out.insert(out.end(), bytes.begin(), bytes.end());
      return {};
    case Codec::kGzip:
      return CompressGzip(level, bytes, out);
    case Codec::kSnappy:
      CompressSnappy(bytes, out);
      return {};
    case Codec::kLz4:
      return CompressLz4(level, bytes, out);
    case Codec::kZstd:
      return CompressZstd(level, bytes, out);
  }
  return Fail(ErrorCode::kUnsupportedCompressionType,
              "unknown codec " + std::to_string(static_cast<int>(codec)));
}

Status Decompress(Codec codec, Bytes bytes, size_t max, std::vector<uint8_t>& out) {
  constexpr size_t kFirstPiece = 64 << 10;
  const size_t before = out.size();
  const auto undo = [&](Error error) {
    out.resize(before);
    return std::unexpected(std::move(error));
  };
  Decompressor decompressor;
  Status started = decompressor.Start(codec, bytes, static_cast<int64_t>(max));
  if (!started) return started;
  size_t room = kFirstPiece;
  while (true) {
    const size_t filled = out.size();
    out.resize(filled + room);
    Result<size_t> read = decompressor.Read(MutableBytes(out).subspan(filled));
    if (!read) return undo(std::move(read).error());
    out.resize(filled + *read);
    if (*read < room) return {};
    room = out.size() - before;  // as much again
  }
}

}  // namespace monkafka::records
