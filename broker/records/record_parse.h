// Parses one record from decoded bytes; shared by the reader of memory and the one that
// decompresses. The layout is in record.h.
#pragma once

#include "common/bytes.h"
#include "records/record.h"

namespace monkafka::records {

struct ParsedRecord {
  // What is wrong, or null.
  const char* defect = nullptr;
  // The bytes end inside the record (then `defect` says so too); with more of them, try again.
  bool incomplete = false;
};

// On success record.size_in_bytes tells how far the next record is.
ParsedRecord ParseRecord(Bytes from, RecordView& record);

}  // namespace monkafka::records
