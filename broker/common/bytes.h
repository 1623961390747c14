// Byte ranges and who keeps them alive. Record bytes are never copied in user space on the Produce
// and Fetch paths: a request is a Frame (a view of a receive chunk), a reply is a Payload (pieces
// of memory and of files, in order).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/result.h"

namespace monkafka {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One whole request without its length prefix. The bytes may be patched in place by whoever handles
// the request (base offset and leader epoch of a batch). Copying a Frame copies the reference.
struct Frame {
  std::shared_ptr<void> owner;  // the receive chunk; empty when the caller keeps the bytes alive
  MutableBytes bytes;
};

// Something that can be read at a position and, when it is a real file, handed to sendfile.
// Safe to call from any thread.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Reads up to out.size() bytes; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(int64_t position, MutableBytes out) const = 0;
  // The same from memory alone: nothing when that would mean to wait for a disk. A file that cannot
  // tell may wait.
  virtual Result<std::optional<size_t>> ReadCached(int64_t position, MutableBytes out) const {
    return ReadAt(position, out);
  }
  // The file descriptor, or -1 when there is none (fakes): then the caller uses ReadAt.
  virtual int descriptor() const { return -1; }
};

struct MemoryPiece {
  std::shared_ptr<const void> owner;
  Bytes bytes;
};

struct FilePiece {
  std::shared_ptr<const ReadableFile> file;
  int64_t position = 0;
  int64_t length = 0;
};

// What is sent, in order. Few pieces; a piece is never empty.
class Payload {
 public:
  using Piece = std::variant<MemoryPiece, FilePiece>;

  Payload() = default;

  void Add(MemoryPiece piece) {
    if (piece.bytes.empty()) return;
    size_ += static_cast<int64_t>(piece.bytes.size());
    pieces_.emplace_back(std::move(piece));
  }
  void Add(FilePiece piece) {
    if (piece.length == 0) return;
    size_ += piece.length;
    pieces_.emplace_back(std::move(piece));
  }
  void Add(Payload other) {
    for (Piece& piece : other.pieces_) pieces_.push_back(std::move(piece));
    size_ += other.size_;
  }
  // Takes the bytes over.
  void Add(std::vector<uint8_t> bytes) {
    auto owner = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
    const Bytes view(*owner);
    Add(MemoryPiece{std::move(owner), view});
  }

  int64_t size() const { return size_; }  // bytes
  bool empty() const { return size_ == 0; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  std::vector<Piece>& pieces() { return pieces_; }

  // Copies everything into one buffer; for tests, tools and internal readers, not for Fetch.
  Result<std::vector<uint8_t>> ReadAll() const;

 private:
  std::vector<Piece> pieces_;
  int64_t size_ = 0;
};

}  // namespace monkafka
