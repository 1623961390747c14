#include "records/compression.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/endian.h"
#include "test_batches.h"

namespace monkafka::records {
namespace {

constexpr size_t kPlenty = 64 << 20;

std::vector<uint8_t> Compressed(Codec codec, Bytes bytes) {
  std::vector<uint8_t> out;
  EXPECT_TRUE(Compress(codec, LevelsOf(codec).default_level, bytes, out));
  return out;
}

std::vector<uint8_t> Decompressed(Codec codec, Bytes bytes) {
  std::vector<uint8_t> out;
  const Status status = Decompress(codec, bytes, kPlenty, out);
  EXPECT_TRUE(status) << status.error().message;
  return out;
}

ErrorCode DecompressionError(Codec codec, Bytes bytes, size_t max = kPlenty) {
  std::vector<uint8_t> out = {9};
  const Status status = Decompress(codec, bytes, max, out);
  if (!status) {
    EXPECT_EQ(out, std::vector<uint8_t>{9});
  }
  return CodeOf(status);
}

std::vector<uint8_t> Join(std::initializer_list<std::vector<uint8_t>> parts) {
  std::vector<uint8_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

class CompressionCodecTest : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, CompressionCodecTest, ::testing::ValuesIn(kAllCodecs),
                         CodecTestName);

TEST_P(CompressionCodecTest, RoundTripsEverySize) {
  for (const size_t size :
       {0, 1, 100, 32 << 10, (32 << 10) + 1, 64 << 10, (64 << 10) + 1, 200'000, 5'000'000}) {
    const std::vector<uint8_t> text = Repeated("some text that repeats ", size);
    EXPECT_EQ(Decompressed(GetParam(), Compressed(GetParam(), text)), text) << size;
    const std::vector<uint8_t> noise = RandomBytes(size);
    EXPECT_EQ(Decompressed(GetParam(), Compressed(GetParam(), noise)), noise) << size;
  }
}

TEST_P(CompressionCodecTest, AppendsBehindWhatIsThere) {
  const std::vector<uint8_t> text = Repeated("text", 1000);
  std::vector<uint8_t> compressed = {7, 7};
  ASSERT_TRUE(Compress(GetParam(), 1, text, compressed));
  std::vector<uint8_t> out = {1, 2, 3};
  ASSERT_TRUE(Decompress(GetParam(), Bytes(compressed).subspan(2), kPlenty, out));
  EXPECT_EQ(out, Join({{1, 2, 3}, text}));
}

TEST_P(CompressionCodecTest, TheLimitIsExact) {
  for (const size_t size : {1000, 64 << 10, 1 << 20}) {
    const std::vector<uint8_t> compressed = Compressed(GetParam(), Repeated("x", size));
    EXPECT_EQ(DecompressionError(GetParam(), compressed, size), ErrorCode::kNone);
    EXPECT_EQ(DecompressionError(GetParam(), compressed, size - 1), ErrorCode::kMessageTooLarge);
  }
}

TEST_P(CompressionCodecTest, LevelsOutsideTheRangeAreTheNearest) {
  const std::vector<uint8_t> text = Repeated("some text that repeats ", 100'000);
  for (const int level : {-1'000'000, -5, 0, 1, 2, 5, 9, 12, 17, 22, 1000}) {
    std::vector<uint8_t> compressed;
    ASSERT_TRUE(Compress(GetParam(), level, text, compressed)) << level;
    EXPECT_EQ(Decompressed(GetParam(), compressed), text) << level;
  }
}

TEST_P(CompressionCodecTest, ReadsByAnyPieces) {
  const std::vector<uint8_t> noise = RandomBytes(200'000);
  const std::vector<uint8_t> compressed = Compressed(GetParam(), noise);
  for (const size_t piece : {1, 7, 4096, 65'537, 200'000, 1 << 20}) {
    Decompressor decompressor;
    ASSERT_TRUE(decompressor.Start(GetParam(), compressed, kPlenty));
    std::vector<uint8_t> out;
    std::vector<uint8_t> buffer(piece);
    size_t read = piece;
    while (read == piece) {
      read = decompressor.Read(buffer).value();
      out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(read));
    }
    EXPECT_EQ(out, noise) << piece;
    EXPECT_EQ(decompressor.Read(buffer).value(), 0U);
  }
}

TEST_P(CompressionCodecTest, IsReadyAgainAfterAnError) {
  const std::vector<uint8_t> text = Repeated("text ", 100'000);
  const std::vector<uint8_t> compressed = Compressed(GetParam(), text);
  Decompressor decompressor;
  std::vector<uint8_t> out(text.size());
  ASSERT_TRUE(
      decompressor.Start(GetParam(), Bytes(compressed).first(compressed.size() / 2), kPlenty));
  const Result<size_t> cut = decompressor.Read(out);
  if (GetParam() != Codec::kNone) {
    EXPECT_EQ(CodeOf(cut), ErrorCode::kInvalidRecord);
  }
  ASSERT_TRUE(decompressor.Start(GetParam(), compressed, kPlenty));
  EXPECT_EQ(decompressor.Read(out).value(), text.size());
  EXPECT_EQ(out, text);
}

class RealCodecTest : public ::testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, RealCodecTest,
                         ::testing::Values(Codec::kGzip, Codec::kSnappy, Codec::kLz4, Codec::kZstd),
                         CodecTestName);

TEST_P(RealCodecTest, InputThatEndsEarlyIsRefusedAtEveryByte) {
  const std::vector<uint8_t> compressed = Compressed(GetParam(), Repeated("text ", 70'000));
  for (size_t size = 0; size < compressed.size(); ++size) {
    // Xerial streams end where a block ends; an empty one is the header alone.
    if (GetParam() == Codec::kSnappy && size == 16) continue;
    std::vector<uint8_t> out;
    const Status status = Decompress(GetParam(), Bytes(compressed).first(size), kPlenty, out);
    if (GetParam() == Codec::kSnappy && status) {
      EXPECT_EQ(out.size() % (32 << 10), 0U) << size;
      continue;
    }
    EXPECT_EQ(CodeOf(status), ErrorCode::kInvalidRecord) << size;
  }
}

TEST_P(RealCodecTest, NoiseIsRefused) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    EXPECT_NE(DecompressionError(GetParam(), RandomBytes(300, seed)), ErrorCode::kNone);
  }
}

TEST(CompressionTest, UnknownCodecsAreRefused) {
  std::vector<uint8_t> out;
  for (const int id : {5, 6, 7, -1}) {
    const auto codec = static_cast<Codec>(id);
    EXPECT_EQ(CodeOf(Compress(codec, 0, {}, out)), ErrorCode::kUnsupportedCompressionType);
    EXPECT_EQ(CodeOf(Decompress(codec, {}, 1, out)), ErrorCode::kUnsupportedCompressionType);
  }
}

TEST(CompressionTest, CodecNamesAreKafkas) {
  for (const Codec codec : kAllCodecs) EXPECT_EQ(CodecFromName(CodecName(codec)), codec);
  EXPECT_EQ(CodecFromName("uncompressed"), Codec::kNone);
  EXPECT_EQ(CodecFromName("producer"), std::nullopt);
  EXPECT_EQ(CodecName(static_cast<Codec>(5)), "unknown");
}

TEST(GzipTest, MembersMayFollowEachOtherAndTrailingBytesAreIgnored) {
  const auto hello = Compressed(Codec::kGzip, AsBytes("hello "));
  const auto world = Compressed(Codec::kGzip, AsBytes("world"));
  EXPECT_EQ(AsText(Decompressed(Codec::kGzip, Join({hello, world}))), "hello world");
  EXPECT_EQ(AsText(Decompressed(Codec::kGzip, Join({hello, {0, 0, 0}}))), "hello ");
}

TEST(GzipTest, AChecksumOrALengthThatIsWrongIsRefused) {
  const auto text = RandomBytes(200'000);
  const auto good = Compressed(Codec::kGzip, text);
  EXPECT_EQ(Decompressed(Codec::kGzip, good), text);
  for (const size_t from_end : {1, 4, 5, 8}) {
    auto bad = good;
    bad[bad.size() - from_end] ^= 1;
    EXPECT_EQ(DecompressionError(Codec::kGzip, bad), ErrorCode::kInvalidRecord) << from_end;
  }
}

TEST(SnappyTest, WritesXerialBlocksOf32Kilobytes) {
  const auto compressed = Compressed(Codec::kSnappy, RandomBytes(40'000));
  EXPECT_EQ(ToHex(Bytes(compressed).first(16)), "82534e41505059000000000100000001");
  const auto first_block = LoadBig<int32_t>(compressed.data() + 16);
  ASSERT_GT(first_block, 32 << 10);
  const auto second_block =
      LoadBig<int32_t>(compressed.data() + 20 + static_cast<size_t>(first_block));
  EXPECT_EQ(20 + static_cast<size_t>(first_block) + 4 + static_cast<size_t>(second_block),
            compressed.size());
}

TEST(SnappyTest, ReadsRawBlocksAsLibrdkafkaSendsThem) {
  const std::vector<uint8_t> raw = {5, 4 << 2, 'h', 'e', 'l', 'l', 'o'};
  EXPECT_EQ(AsText(Decompressed(Codec::kSnappy, raw)), "hello");
}

TEST(SnappyTest, XerialStreamsMayFollowEachOther) {
  const auto hello = Compressed(Codec::kSnappy, AsBytes("hello "));
  const auto world = Compressed(Codec::kSnappy, AsBytes("world"));
  EXPECT_EQ(AsText(Decompressed(Codec::kSnappy, Join({hello, world}))), "hello world");
}

TEST(SnappyTest, ALengthThatSnappyCannotReachCostsNothing) {
  // Seven bytes that claim to hold 4 GiB - 1.
  const std::vector<uint8_t> raw = {0xff, 0xff, 0xff, 0xff, 0x0f, 0, 'x'};
  EXPECT_EQ(DecompressionError(Codec::kSnappy, raw), ErrorCode::kInvalidRecord);
}

TEST(SnappyTest, BlockLengthsAreChecked) {
  auto compressed = Compressed(Codec::kSnappy, AsBytes("hello"));
  for (const int32_t length : {-1, 0, 1000, std::numeric_limits<int32_t>::max()}) {
    StoreBig<int32_t>(compressed.data() + 16, length);
    EXPECT_EQ(DecompressionError(Codec::kSnappy, compressed), ErrorCode::kInvalidRecord) << length;
  }
}

TEST(Lz4Test, WritesTheFramesThatJavaReads) {
  // Magic, version 1 with independent blocks and nothing else, blocks of at most 64 KB, and the
  // descriptor's checksum: the seven bytes that Kafka's own writer begins with.
  const auto compressed = Compressed(Codec::kLz4, Repeated("text", 200'000));
  EXPECT_EQ(ToHex(Bytes(compressed).first(7)), "04224d18604082");
  EXPECT_EQ(ToHex(Bytes(compressed).last(4)), "00000000");
}

TEST(Lz4Test, BytesAfterTheFrameAreIgnored) {
  const auto hello = Compressed(Codec::kLz4, AsBytes("hello"));
  EXPECT_EQ(AsText(Decompressed(Codec::kLz4, Join({hello, {1, 2, 3}}))), "hello");
}

TEST(ZstdTest, FramesMayFollowEachOther) {
  const auto hello = Compressed(Codec::kZstd, AsBytes("hello "));
  const auto world = Compressed(Codec::kZstd, AsBytes("world"));
  EXPECT_EQ(AsText(Decompressed(Codec::kZstd, Join({hello, world}))), "hello world");
  EXPECT_EQ(DecompressionError(Codec::kZstd, Join({hello, {1, 2, 3, 4, 5}})),
            ErrorCode::kInvalidRecord);
}

}  // namespace
}  // namespace monkafka::records
