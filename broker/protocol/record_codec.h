// Codecs of record schemas: keys and values of internal topics, records of the metadata log. The
// structs belong to the rooms that keep those records; codec_impl.h says how they are written.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/bytes.h"
#include "common/result.h"

namespace monkafka::protocol {

struct RecordSchema {
  const char* name;
  int16_t min_version;
  int16_t max_version;
  int16_t flexible_from;  // kNeverFlexible (api.h) when no version is

  constexpr bool Supports(int16_t version) const {
    return min_version <= version && version <= max_version;
  }
  constexpr bool IsFlexible(int16_t version) const { return version >= flexible_from; }
};

// `body` is what follows the prefix below, the whole of it. Views in M point into `body`. Fails as
// Decode does: kUnsupportedVersion or kInvalidRequest; the caller knows what a bad record means.
template <class M>
Result<M> DecodeRecord(Bytes body, int16_t version);

// `prefix` and the record; M::schema must support `version` (CHECK).
template <class M>
std::vector<uint8_t> EncodeRecord(const M& message, int16_t version, Bytes prefix = {});

// The prefix of keys and values in __consumer_offsets and __transaction_state:
//   INT16 version   (in a key: the type of the record, which there is the version of the key's
//   schema)
using VersionPrefix = std::array<uint8_t, 2>;
VersionPrefix MakeVersionPrefix(int16_t version);
// The version, and what follows it; fails with kInvalidRequest on fewer than two bytes.
struct VersionedBytes {
  int16_t version = 0;
  Bytes body;
};
Result<VersionedBytes> SplitVersionPrefix(Bytes record);

// The prefix of records in the metadata log (KIP-631):
//   UVARINT frame version, always 1 | UVARINT type of the record (its apiKey) | UVARINT version
std::vector<uint8_t> MakeMetadataPrefix(int16_t type, int16_t version);
struct MetadataBytes {
  int16_t type = 0;
  int16_t version = 0;
  Bytes body;
};
Result<MetadataBytes> SplitMetadataPrefix(Bytes record);

}  // namespace monkafka::protocol
