#include "storage/aborted_txn_index.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/endian.h"
#include "storage/names.h"

namespace monkafka::storage {
namespace {

constexpr size_t kEntrySize = 34;

}  // namespace

std::vector<uint8_t> EncodeAbortedTxns(std::span<const CompletedTxn> txns) {
  std::vector<uint8_t> content(txns.size() * kEntrySize);
  uint8_t* out = content.data();
  for (const CompletedTxn& txn : txns) {
    StoreBig<int16_t>(out, 0);
    StoreBig<int64_t>(out + 2, txn.producer_id);
    StoreBig<int64_t>(out + 10, txn.first_offset);
    StoreBig<int64_t>(out + 18, txn.last_offset);
    StoreBig<int64_t>(out + 26, txn.last_stable_offset);
    out += kEntrySize;
  }
  return content;
}

Result<std::vector<CompletedTxn>> DecodeAbortedTxns(Bytes content) {
  std::vector<CompletedTxn> txns;
  for (; content.size() >= kEntrySize; content = content.subspan(kEntrySize)) {
    const auto version = LoadBig<int16_t>(content.data());
    if (version != 0) {
      return Fail(ErrorCode::kKafkaStorageError,
                  fmt::format("transaction index: unknown version {}", version));
    }
    CompletedTxn txn;
    txn.producer_id = LoadBig<int64_t>(content.data() + 2);
    txn.first_offset = LoadBig<int64_t>(content.data() + 10);
    txn.last_offset = LoadBig<int64_t>(content.data() + 18);
    txn.last_stable_offset = LoadBig<int64_t>(content.data() + 26);
    txn.aborted = true;
    if (txn.first_offset < 0 || txn.last_offset < txn.first_offset) {
      return Fail(ErrorCode::kKafkaStorageError, fmt::format("transaction index: offsets {} to {}",
                                                             txn.first_offset, txn.last_offset));
    }
    txns.push_back(txn);
  }
  return txns;
}

AbortedTxnIndex::AbortedTxnIndex(OpenFiles& files, std::shared_ptr<const std::string> directory,
                                 Offset base_offset, bool exists)
    : file_(files, std::move(directory), base_offset, kTxnIndexSuffix), exists_(exists) {}

Status AbortedTxnIndex::Append(const CompletedTxn& txn) {
  exists_ = true;
  pending_.push_back(txn);
  return WritePending();
}

Status AbortedTxnIndex::WritePending() {
  if (pending_.empty()) return {};
  Result<std::shared_ptr<File>> file = file_.Get(OpenMode::kCreate);
  if (!file) return Forward(std::move(file));
  if (on_file_ < 0) {
    Result<int64_t> size = (*file)->Size();
    if (!size) return Forward(std::move(size));
    on_file_ = *size / static_cast<int64_t>(kEntrySize);
  }
  file_.MarkDirty();
  const std::vector<uint8_t> bytes = EncodeAbortedTxns(pending_);
  const Bytes piece(bytes);
  const int64_t position = on_file_ * static_cast<int64_t>(kEntrySize);
  if (Status status = (*file)->WriteAt(position, std::span(&piece, 1)); !status) return status;
  on_file_ += static_cast<int64_t>(pending_.size());
  pending_.clear();
  return {};
}

Status AbortedTxnIndex::Reset() {
  if (!exists_) return {};
  file_.Reopen();
  exists_ = false;
  on_file_ = -1;
  pending_.clear();
  return file_.Remove();
}

Result<std::vector<CompletedTxn>> AbortedTxnIndex::ReadAll() {
  if (!exists_) return std::vector<CompletedTxn>();
  Result<std::shared_ptr<File>> file = file_.Get(OpenMode::kCreate);
  if (!file) return Forward(std::move(file));
  Result<int64_t> size = (*file)->Size();
  if (!size) return Forward(std::move(size));
  std::vector<uint8_t> content(static_cast<size_t>(*size));
  Result<size_t> read = (*file)->ReadAt(0, content);
  if (!read) return Forward(std::move(read));
  size_t wanted = *read;
  if (on_file_ >= 0) wanted = std::min(wanted, static_cast<size_t>(on_file_) * kEntrySize);
  Result<std::vector<CompletedTxn>> txns = DecodeAbortedTxns(Bytes(content).first(wanted));
  if (txns) txns->insert(txns->end(), pending_.begin(), pending_.end());
  return txns;
}

}  // namespace monkafka::storage
