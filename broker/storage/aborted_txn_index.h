// `.txnindex`: the aborted transactions whose abort marker lies in the segment, in the order of
// their markers. The file exists only when there is one.
//
//   version                 int16 = 0
//   producer id             int64
//   first offset            int64
//   last offset             int64   of the marker
//   last stable offset      int64   once the marker was written
//
// Threads: guarded by the log that owns it.
// Source: Kafka's TransactionIndex, AbortedTxn.
#pragma once

#include <span>
#include <vector>

#include "storage/open_files.h"
#include "storage/producer_state.h"

namespace monkafka::storage {

class AbortedTxnIndex {
 public:
  AbortedTxnIndex(OpenFiles& files, std::shared_ptr<const std::string> directory,
                  Offset base_offset, bool exists);

  SegmentFile& file() { return file_; }
  bool exists() const { return exists_; }
  // Appends, to the file if it takes it (created when needed), else in memory for now.
  Status Append(const CompletedTxn& txn);
  // Writes what could not be written.
  Status WritePending();
  // Removes the file.
  Status Reset();
  // All entries; what cannot be an entry is an error. Reads the file.
  Result<std::vector<CompletedTxn>> ReadAll();

 private:
  SegmentFile file_;
  bool exists_;
  int64_t on_file_ = -1;  // entries; -1: not looked at yet
  std::vector<CompletedTxn> pending_;
};

std::vector<uint8_t> EncodeAbortedTxns(std::span<const CompletedTxn> txns);
Result<std::vector<CompletedTxn>> DecodeAbortedTxns(Bytes content);

}  // namespace monkafka::storage
