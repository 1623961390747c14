// The files of a data directory, as a disk or somebody's editor may have left them. The first byte
// chooses which; whatever is read without an error must survive being written and read again.
//
//   0 producer snapshot   1 aborted transactions   2 offset checkpoint   3 leader epochs
//   4 partition.metadata  5 meta.properties        6 index entries
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/format.h"
#include "common/bytes.h"
#include "common/check.h"
#include "common/endian.h"
#include "records/crc32c.h"
#include "storage/aborted_txn_index.h"
#include "storage/checkpoint_files.h"
#include "storage/producer_snapshot.h"
#include "storage/sparse_index.h"

namespace monkafka {
namespace {

constexpr size_t kSnapshotCrcAt = 2;
constexpr size_t kSnapshotBodyAt = 6;

void ProducerSnapshot(Bytes bytes) {
  (void)storage::DecodeProducerSnapshot(bytes);
  if (bytes.size() < kSnapshotBodyAt) return;
  // With its version and checksum made right, so that the rest is looked at.
  std::vector<uint8_t> whole(bytes.begin(), bytes.end());
  StoreBig<int16_t>(whole.data(), 1);
  StoreBig<uint32_t>(whole.data() + kSnapshotCrcAt,
                     records::Crc32c(Bytes(whole).subspan(kSnapshotBodyAt)));
  const auto entries = storage::DecodeProducerSnapshot(whole);
  if (!entries) return;
  const auto again = storage::DecodeProducerSnapshot(storage::EncodeProducerSnapshot(*entries));
  CHECK(again && *again == *entries);
}

void AbortedTxns(Bytes bytes) {
  const auto txns = storage::DecodeAbortedTxns(bytes);
  if (!txns) return;
  const auto again = storage::DecodeAbortedTxns(storage::EncodeAbortedTxns(*txns));
  CHECK(again && again->size() == txns->size());
}

template <class Parse, class Format>
void Text(std::string_view text, Parse parse, Format format) {
  const auto value = parse(text);
  if (!value) return;
  const std::string written = format(*value);
  const auto again = parse(written);
  CHECK(again.has_value());
  CHECK(format(*again) == written);
}

template <class Entry>
void IndexEntries(Bytes bytes) {
  for (; bytes.size() >= Entry::kSize; bytes = bytes.subspan(Entry::kSize)) {
    const Entry entry = Entry::Decode(0, bytes.data());
    uint8_t written[Entry::kSize];
    entry.Encode(0, written);
    CHECK(Entry::Decode(0, written) == entry);
  }
}

void Run(Bytes data) {
  if (data.empty()) return;
  const Bytes bytes = data.subspan(1);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  switch (data[0] % 7) {
    case 0:
      return ProducerSnapshot(bytes);
    case 1:
      return AbortedTxns(bytes);
    case 2:
      return Text(text, storage::ParseOffsetCheckpoint, storage::FormatOffsetCheckpoint);
    case 3:
      return Text(text, storage::ParseLeaderEpochs, storage::FormatLeaderEpochs);
    case 4:
      return Text(text, storage::ParsePartitionMetadata, storage::FormatPartitionMetadata);
    case 5:
      return Text(text, cluster::ParseMetaProperties, cluster::FormatMetaProperties);
    default:
      IndexEntries<storage::OffsetIndexEntry>(bytes);
      IndexEntries<storage::TimeIndexEntry>(bytes);
  }
}

}  // namespace
}  // namespace monkafka

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  monkafka::Run({data, size});
  return 0;
}
