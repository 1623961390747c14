// `<offset>.snapshot`: the producers of everything below the offset. Kafka's version 1:
//
//   version                 int16 = 1
//   CRC-32C                 uint32    of everything after it
//   producers               int32
//   each: producer id int64 | epoch int16 | last sequence int32 | last offset int64 |
//         offset delta int32 (last - first of the last batch) | last timestamp int64 |
//         coordinator epoch int32 | open transaction's first offset int64 (-1: none)
//
// Only the last batch of each producer is kept.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"
#include "storage/producer_state.h"

namespace monkafka::storage {

std::vector<uint8_t> EncodeProducerSnapshot(std::span<const ProducerEntry> entries);
// KAFKA_STORAGE_ERROR when it is not whole, of another version, or its checksum is wrong.
Result<std::vector<ProducerEntry>> DecodeProducerSnapshot(Bytes content);

}  // namespace monkafka::storage
