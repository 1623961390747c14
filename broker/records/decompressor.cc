#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include "common/check.h"
#include "common/endian.h"
#include "records/compression.h"
#include "records/xerial.h"

namespace monkafka::records {
namespace {

std::unexpected<Error> Undecodable(Codec codec, std::string_view why) {
  return Fail(ErrorCode::kInvalidRecord,
              "compressed records cannot be read: " + std::string(CodecName(codec)) + ": " +
                  std::string(why));
}
constexpr std::string_view kEndsEarly = "the data ends early";

// A zstd frame may ask for a window of up to 128 MB, a snappy block be as large as the limit: such
// memory is not kept for the next batch.
constexpr size_t kLargestKeptContext = 16 << 20;

// No snappy element yields more than 64 bytes from 3: a longer claim is a lie, found out before any
// memory is taken for it.
constexpr uint64_t kMostSnappyExpansion = 22;

}  // namespace

// One Read function per codec; each leaves `input` at what it has not consumed and sets `ended`.
struct Decompressor::State {
  struct Lz4Free {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
  };
  struct ZstdFree {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  Codec codec = Codec::kNone;
  Bytes input;
  int64_t left = 0;  // of the limit
  bool ended = false;
  std::unique_ptr<inflate_state> gzip;  // ISA-L: two to three times as fast as zlib
  std::unique_ptr<LZ4F_dctx, Lz4Free> lz4;
  std::unique_ptr<ZSTD_DCtx, ZstdFree> zstd;
  bool framed = false;         // snappy: in xerial framing
  std::vector<uint8_t> block;  // snappy: a decompressed block that did not fit `out`
  size_t block_at = 0;         // snappy: what of it was given out

  Status StartGzip();
  Status StartSnappy();
  Status StartLz4();
  Status StartZstd();
  Result<size_t> ReadPlain(MutableBytes out);
  Result<size_t> ReadGzip(MutableBytes out);
  Result<size_t> ReadSnappy(MutableBytes out);
  Result<size_t> ReadLz4(MutableBytes out);
  Result<size_t> ReadZstd(MutableBytes out);
  Result<Bytes> NextSnappyBlock();
  Result<size_t> UnpackSnappyBlock(Bytes compressed, MutableBytes out);
  bool SkipXerialHeader();
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::~Decompressor() = default;

Status Decompressor::Start(Codec codec, Bytes input, int64_t max_bytes) {
  State& state = *state_;
  state.codec = codec;
  state.input = input;
  state.left = max_bytes;
  state.ended = false;
  if (input.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return Fail(ErrorCode::kMessageTooLarge, "more than one batch can hold");
  }
  switch (codec) {
    case Codec::kNone:
      return {};
    case Codec::kGzip:
      return state.StartGzip();
    case Codec::kSnappy:
      return state.StartSnappy();
    case Codec::kLz4:
      return state.StartLz4();
    case Codec::kZstd:
      return state.StartZstd();
  }
  return Fail(ErrorCode::kUnsupportedCompressionType,
              "unknown codec " + std::to_string(static_cast<int>(codec)));
}

Result<size_t> Decompressor::Read(MutableBytes out) {
  State& state = *state_;
  if (state.ended || out.empty()) return 0;
  Result<size_t> read = [&]() -> Result<size_t> {
    switch (state.codec) {
      case Codec::kNone:
        return state.ReadPlain(out);
      case Codec::kGzip:
        return state.ReadGzip(out);
      case Codec::kSnappy:
        return state.ReadSnappy(out);
      case Codec::kLz4:
        return state.ReadLz4(out);
      case Codec::kZstd:
        return state.ReadZstd(out);
    }
    return 0;
  }();
  if (!read) {
    state.ended = true;
    return read;
  }
  state.left -= static_cast<int64_t>(*read);
  if (state.left >= 0) return read;
  state.ended = true;
  return Fail(ErrorCode::kMessageTooLarge, "compressed records exceed the decompression limit");
}

Result<size_t> Decompressor::State::ReadPlain(MutableBytes out) {
  const size_t size = std::min(out.size(), input.size());
  std::copy_n(input.data(), size, out.data());
  input = input.subspan(size);
  ended = size < out.size();
  return size;
}

Status Decompressor::State::StartGzip() {
  if (!gzip) gzip = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(gzip.get());
  gzip->crc_flag = ISAL_GZIP;
  return {};
}

Result<size_t> Decompressor::State::ReadGzip(MutableBytes out) {
  inflate_state& stream = *gzip;
  stream.next_in = const_cast<uint8_t*>(input.data());
  stream.avail_in = static_cast<uint32_t>(input.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uint32_t>(out.size());
  while (stream.avail_out > 0 && !ended) {
    const int code = isal_inflate(&stream);
    if (code < 0) return Undecodable(codec, "invalid data");
    if (stream.block_state == ISAL_BLOCK_FINISH) {
      constexpr uint8_t kMagic1 = 0x1f;
      constexpr uint8_t kMagic2 = 0x8b;
      const bool another =
          stream.avail_in >= 2 && stream.next_in[0] == kMagic1 && stream.next_in[1] == kMagic2;
      if (another) {
        isal_inflate_reset(&stream);
      } else {
        ended = true;
      }
    } else if (stream.avail_out > 0) {
      return Undecodable(codec, kEndsEarly);  // room to spare and nothing left to read
    }
  }
  input = input.last(stream.avail_in);
  return out.size() - stream.avail_out;
}

Status Decompressor::State::StartSnappy() {
  if (block.capacity() > kLargestKeptContext) block = {};
  block.clear();
  block_at = 0;
  framed =
      input.size() >= kXerialHeader.size() &&
      std::equal(kXerialHeader.begin(), kXerialHeader.begin() + kXerialMagicBytes, input.begin());
  if (framed && !SkipXerialHeader()) return Undecodable(codec, "unknown xerial version");
  return {};
}

bool Decompressor::State::SkipXerialHeader() {
  const auto version = LoadBig<int32_t>(input.data() + kXerialMagicBytes);
  input = input.subspan(kXerialHeader.size());
  return version >= 1;
}

// The next raw block; empty at the end.
Result<Bytes> Decompressor::State::NextSnappyBlock() {
  if (!framed) return std::exchange(input, {});
  while (!input.empty()) {
    if (input.size() < sizeof(int32_t)) return Undecodable(codec, kEndsEarly);
    if (input.size() >= kXerialHeader.size() &&
        std::equal(kXerialHeader.begin(), kXerialHeader.begin() + kXerialMagicBytes,
                   input.begin())) {
      // Streams may follow each other, each with its header.
      if (!SkipXerialHeader()) return Undecodable(codec, "unknown xerial version");
      continue;
    }
    const auto size = LoadBig<int32_t>(input.data());
    input = input.subspan(sizeof(int32_t));
    if (size <= 0) return Undecodable(codec, "invalid block length");
    if (static_cast<size_t>(size) > input.size()) return Undecodable(codec, kEndsEarly);
    const Bytes compressed = input.first(static_cast<size_t>(size));
    input = input.subspan(compressed.size());
    return compressed;
  }
  return Bytes{};
}

Result<size_t> Decompressor::State::ReadSnappy(MutableBytes out) {
  size_t filled = 0;
  while (filled < out.size()) {
    if (block_at < block.size()) {
      const size_t size = std::min(out.size() - filled, block.size() - block_at);
      std::memcpy(out.data() + filled, block.data() + block_at, size);
      block_at += size;
      filled += size;
      continue;
    }
    Result<Bytes> compressed = NextSnappyBlock();
    if (!compressed) return Forward(std::move(compressed));
    if (compressed->empty()) {
      ended = true;
      break;
    }
    Result<size_t> unpacked = UnpackSnappyBlock(*compressed, out.subspan(filled));
    if (!unpacked) return unpacked;
    filled += *unpacked;
  }
  return filled;
}

// Into `out` if it fits there (the size is returned), else into `block` (0 is returned).
Result<size_t> Decompressor::State::UnpackSnappyBlock(Bytes compressed, MutableBytes out) {
  const char* data = reinterpret_cast<const char*>(compressed.data());
  size_t size = 0;
  if (!snappy::GetUncompressedLength(data, compressed.size(), &size) ||
      size > compressed.size() * kMostSnappyExpansion) {
    return Undecodable(codec, "invalid block header");
  }
  if (static_cast<int64_t>(size) > left) {
    return Fail(ErrorCode::kMessageTooLarge, "compressed records exceed the decompression limit");
  }
  const bool direct = size <= out.size();
  if (!direct) block.resize(size);
  uint8_t* const to = direct ? out.data() : block.data();
  if (!snappy::RawUncompress(data, compressed.size(), reinterpret_cast<char*>(to))) {
    block.clear();
    return Undecodable(codec, "invalid block");
  }
  if (direct) return size;
  block_at = 0;
  return 0;
}

Status Decompressor::State::StartLz4() {
  if (!lz4) {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) {
      return Fail(ErrorCode::kUnknownServerError, "lz4: out of memory");
    }
    lz4.reset(context);
  }
  LZ4F_resetDecompressionContext(lz4.get());
  return {};
}

Result<size_t> Decompressor::State::ReadLz4(MutableBytes out) {
  size_t filled = 0;
  while (filled < out.size()) {
    size_t produced = out.size() - filled;
    size_t consumed = input.size();
    const size_t hint = LZ4F_decompress(lz4.get(), out.data() + filled, &produced, input.data(),
                                        &consumed, nullptr);
    if (LZ4F_isError(hint)) return Undecodable(codec, LZ4F_getErrorName(hint));
    filled += produced;
    input = input.subspan(consumed);
    if (hint == 0) {
      ended = true;
      break;
    }
    if (produced == 0 && consumed == 0) return Undecodable(codec, kEndsEarly);
  }
  return filled;
}

Status Decompressor::State::StartZstd() {
  if (zstd && ZSTD_sizeof_DCtx(zstd.get()) > kLargestKeptContext) zstd.reset();
  if (!zstd) zstd.reset(ZSTD_createDCtx());
  if (!zstd) return Fail(ErrorCode::kUnknownServerError, "zstd: out of memory");
  ZSTD_DCtx_reset(zstd.get(), ZSTD_reset_session_only);
  return {};
}

Result<size_t> Decompressor::State::ReadZstd(MutableBytes out) {
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer from{input.data(), input.size(), 0};
  while (to.pos < to.size) {
    const size_t out_before = to.pos;
    const size_t in_before = from.pos;
    const size_t hint = ZSTD_decompressStream(zstd.get(), &to, &from);
    if (ZSTD_isError(hint)) return Undecodable(codec, ZSTD_getErrorName(hint));
    if (hint == 0 && from.pos == from.size) {
      ended = true;
      break;
    }
    if (to.pos == out_before && from.pos == in_before) return Undecodable(codec, kEndsEarly);
  }
  input = input.subspan(from.pos);
  return to.pos;
}

}  // namespace monkafka::records
