// Compresses and decompresses the records of a batch, byte-compatible with Kafka's clients:
//
//   gzip    RFC 1952; several members may follow each other
//   snappy  written in xerial framing, as Java's SnappyOutputStream does:
//             82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version = 1 (4) | compatible with = 1 (4)
//             then blocks of at most 32 KB input: length (4) | raw snappy
//           read in that framing or as one raw snappy block, as librdkafka sends it
//   lz4     one LZ4 frame; written with independent 64 KB blocks and no content size or checksum,
//           the subset Java reads; any valid frame is read
//   zstd    one frame written; several may follow each other when reading
//
// Library errors and input that ends early are INVALID_RECORD; a codec id that Kafka does not
// define is UNSUPPORTED_COMPRESSION_TYPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "records/codec.h"

namespace monkafka::records {

// How much the records of one batch may decompress to.
struct DecompressionLimits {
  int64_t max_bytes = int64_t{256} << 20;
};

// Appends the compressed bytes to `out`. Levels as Kafka counts them (LevelsOf); ignored by codecs
// that have none; a level outside the range counts as the nearest one inside.
Status Compress(Codec codec, int level, Bytes bytes, std::vector<uint8_t>& out);

// Appends the decompressed bytes to `out`; more than `max` of them are MESSAGE_TOO_LARGE, found out
// before the memory is taken. On an error `out` is as before.
Status Decompress(Codec codec, Bytes bytes, size_t max, std::vector<uint8_t>& out);

// Decompresses piece by piece, so that a small input that would grow huge costs no more than the
// pieces that were asked for. Contexts of the libraries are kept for the next Start. One thread at
// a time.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // Begins with new input, which stays valid until it is read to its end or another Start.
  Status Start(Codec codec, Bytes input, int64_t max_bytes);

  // Fills `out` as far as there is something left; fewer bytes than out.size() mean the end.
  // MESSAGE_TOO_LARGE once there are more than max_bytes in all. After an error: Start again.
  Result<size_t> Read(MutableBytes out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monkafka::records
