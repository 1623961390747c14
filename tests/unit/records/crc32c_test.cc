#include "records/crc32c.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace monkafka::records {
namespace {

// RFC 3720, appendix B.4 (which prints the bytes of the checksum in wire order).
TEST(Crc32cTest, Rfc3720Vectors) {
  std::vector<uint8_t> bytes(32, 0);
  EXPECT_EQ(Crc32c(bytes), 0x8a9136aaU);
  bytes.assign(32, 0xff);
  EXPECT_EQ(Crc32c(bytes), 0x62a8ab43U);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(Crc32c(bytes), 0x46dd794eU);
  std::iota(bytes.rbegin(), bytes.rend(), uint8_t{0});
  EXPECT_EQ(Crc32c(bytes), 0x113fdb5cU);
}

TEST(Crc32cTest, CheckValueAndNothing) {
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xe3069283U);
  EXPECT_EQ(Crc32c({}), 0U);
}

TEST(Crc32cTest, ExtendingEqualsAllAtOnce) {
  std::vector<uint8_t> bytes(1000);
  std::iota(bytes.begin(), bytes.end(), uint8_t{7});
  const uint32_t whole = Crc32c(bytes);
  for (size_t split = 0; split <= bytes.size(); split += 37) {
    const uint32_t first = Crc32c(Bytes(bytes).first(split));
    EXPECT_EQ(ExtendCrc32c(first, Bytes(bytes).subspan(split)), whole) << split;
  }
}

}  // namespace
}  // namespace monkafka::records
