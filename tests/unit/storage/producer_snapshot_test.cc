#include "storage/producer_snapshot.h"

#include <gtest/gtest.h>

namespace monkafka::storage {
namespace {

std::vector<ProducerEntry> TwoProducers() {
  ProducerEntry plain;
  plain.producer_id = 7;
  plain.epoch = 2;
  plain.last_timestamp = 1234;
  plain.Push({9, 4, 104, 1234});
  ProducerEntry open;
  open.producer_id = 8;
  open.epoch = 0;
  open.coordinator_epoch = 3;
  open.txn_first_offset = 99;
  return {plain, open};
}

TEST(ProducerSnapshot, LayoutIsKafkas) {
  const std::vector<uint8_t> content = EncodeProducerSnapshot(TwoProducers());
  EXPECT_EQ(content.size(), 10u + 2 * 46);
  EXPECT_EQ(content[1], 1);  // version
  EXPECT_EQ(content[9], 2);  // producers
  EXPECT_EQ(content[10 + 7], 7);
  EXPECT_EQ(content[10 + 9], 2);
  EXPECT_EQ(content[10 + 13], 9);
  EXPECT_EQ(content[10 + 21], 104);
  EXPECT_EQ(content[10 + 25], 4);
}

TEST(ProducerSnapshot, ComesBackAsItWas) {
  const std::vector<ProducerEntry> entries = TwoProducers();
  EXPECT_EQ(DecodeProducerSnapshot(EncodeProducerSnapshot(entries)).value(), entries);
  EXPECT_TRUE(DecodeProducerSnapshot(EncodeProducerSnapshot({})).value().empty());
}

TEST(ProducerSnapshot, AnyFlippedByteIsNoticed) {
  const std::vector<uint8_t> good = EncodeProducerSnapshot(TwoProducers());
  for (size_t i = 0; i < good.size(); ++i) {
    std::vector<uint8_t> bad = good;
    bad[i] ^= 0x10;
    EXPECT_EQ(CodeOf(DecodeProducerSnapshot(bad)), ErrorCode::kKafkaStorageError) << i;
  }
}

TEST(ProducerSnapshot, AnyShorterFileIsNoticed) {
  const std::vector<uint8_t> good = EncodeProducerSnapshot(TwoProducers());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeProducerSnapshot(Bytes(good).first(size))) << size;
  }
}

}  // namespace
}  // namespace monkafka::storage
