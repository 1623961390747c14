#include "common/bytes.h"

#include <cstring>

namespace monkafka {

Result<std::vector<uint8_t>> Payload::ReadAll() const {
  std::vector<uint8_t> out(static_cast<size_t>(size_));
  size_t at = 0;
  for (const Piece& piece : pieces_) {
    if (const auto* memory = std::get_if<MemoryPiece>(&piece)) {
      std::memcpy(out.data() + at, memory->bytes.data(), memory->bytes.size());
      at += memory->bytes.size();
      continue;
    }
    const FilePiece& slice = std::get<FilePiece>(piece);
    const auto length = static_cast<size_t>(slice.length);
    Result<size_t> got = slice.file->ReadAt(slice.position, MutableBytes(out).subspan(at, length));
    if (!got) return Forward(std::move(got));
    if (*got != length) {
      return Fail(ErrorCode::kKafkaStorageError, "a file is shorter than what was to be read");
    }
    at += length;
  }
  return out;
}

}  // namespace monkafka
