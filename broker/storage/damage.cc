#include "storage/damage.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "common/endian.h"
#include "records/batch.h"
#include "storage/batch_reader.h"

namespace monkafka::storage {
namespace {

constexpr int64_t kChunk = 1 << 20;

bool LooksLikeBatch(Bytes bytes, int64_t bytes_left, Offset min_offset) {
  if (records::CheckBatchHeader(bytes) != records::BatchDefect::kNone) return false;
  const records::BatchView batch(bytes);
  return batch.size_in_bytes() <= bytes_left && batch.base_offset() >= min_offset &&
         batch.base_offset() - min_offset <= std::numeric_limits<int32_t>::max() &&
         batch.last_offset_delta() >= 0 && batch.record_count() >= 0;
}

Result<bool> IsWhole(const ReadableFile& file, const records::BatchView& header, int64_t position) {
  std::vector<uint8_t> buffer;
  Result<records::BatchView> batch = ReadBatch(file, DescribeBatch(header, position), buffer);
  if (!batch && batch.error().code == ErrorCode::kKafkaStorageError) {
    return Forward(std::move(batch));
  }
  return batch && batch->CrcMatches();
}

// The batch's first bytes as they should be: the base offset.
bool ShouldBeZero(Offset base_offset, int64_t from, int64_t begin, int64_t end) {
  std::array<uint8_t, sizeof(Offset)> expected;
  StoreBig<Offset>(expected.data(), base_offset);
  for (int64_t at = begin; at < end; ++at) {
    const auto index = static_cast<size_t>(at - from);
    if (index >= expected.size()) continue;
    if (expected[index] != 0) return false;
  }
  return true;
}

}  // namespace

Result<std::optional<int64_t>> FindWholeBatch(const ReadableFile& file, int64_t position,
                                              int64_t size, Offset min_offset) {
  constexpr auto kHeader = static_cast<int64_t>(records::kBatchOverhead);
  std::vector<uint8_t> chunk;
  while (size - position >= kHeader) {
    chunk.resize(static_cast<size_t>(std::min(kChunk, size - position)));
    Result<size_t> read = file.ReadAt(position, chunk);
    if (!read) return Forward(std::move(read));
    const Bytes bytes = Bytes(chunk).first(*read);
    if (bytes.size() < records::kBatchOverhead) break;
    const size_t candidates = bytes.size() - records::kBatchOverhead + 1;
    for (size_t i = 0; i < candidates; ++i) {
      if (bytes[i + records::kMagicAt] != records::kMagic) continue;
      const Bytes header = bytes.subspan(i, records::kBatchOverhead);
      const int64_t at = position + static_cast<int64_t>(i);
      if (!LooksLikeBatch(header, size - at, min_offset)) continue;
      Result<bool> whole = IsWhole(file, records::BatchView(header), at);
      if (!whole) return Forward(std::move(whole));
      if (*whole) return at;
    }
    position += static_cast<int64_t>(candidates);
  }
  return std::nullopt;
}

Result<bool> HasHole(const ReadableFile& file, int64_t from, int64_t to, Offset base_offset) {
  // Shorter than this, zeros may just be what a header begins with.
  constexpr int64_t kTelling = 16;
  std::array<uint8_t, kBlockSize> block;
  const Result<size_t> behind = file.ReadAt(to, MutableBytes(block).first(1));
  if (!behind) return std::unexpected(behind.error());
  const bool to_is_end_of_file = *behind == 0;
  for (int64_t begin = from; begin < to;) {
    const int64_t end = std::min((begin / kBlockSize + 1) * kBlockSize, to);
    Result<size_t> read =
        file.ReadAt(begin, MutableBytes(block).first(static_cast<size_t>(end - begin)));
    if (!read) return Forward(std::move(read));
    const Bytes bytes = Bytes(block).first(*read);
    const bool zeros = std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
    const bool whole_block = end % kBlockSize == 0 || (end == to && to_is_end_of_file);
    if (zeros && whole_block &&
        (end - begin >= kTelling || !ShouldBeZero(base_offset, from, begin, end))) {
      return true;
    }
    begin = end;
  }
  return false;
}

}  // namespace monkafka::storage
