// Where the metadata records are kept: a log that is read whole at start and appended to by
// changes. The local form is a partition log on this machine (local_metadata_store.h).
//
// Threads: one at a time (the metadata strand); callbacks on the thread that finished the work.
#pragma once

#include <functional>
#include <span>

#include "cluster/metadata_records.h"
#include "common/executor.h"
#include "common/result.h"
#include "common/types.h"

namespace monkafka::cluster {

class MetadataStore {
 public:
  virtual ~MetadataStore() = default;

  // Hands over every record in order, from the first or from the newest snapshot on. Once, before
  // anything else. Gives the last offset (kNoOffset: nothing there); an error of `apply` ends it.
  using Apply = std::function<Status(const MetadataRecord&)>;
  virtual Result<Offset> Load(const Apply& apply) = 0;

  enum class Durability { kDurable, kWritten };
  // Appends the records as one batch: after a crash all of them are there or none. Completes with
  // the last record's offset; `records` are read during the call. A batch only written becomes
  // durable with the next durable one.
  virtual void Append(std::span<const MetadataRecord> records, Durability durability,
                      Callback<Result<Offset>> done) = 0;

  // Makes durable what was only written, if there is such.
  virtual void Flush(Callback<Status> done) = 0;

  // So much was appended since the last snapshot that a new one is due, and all of it is durable.
  virtual bool SnapshotIsDue() const = 0;
  // Replaces everything up to and including `last_offset` by the records that make its image.
  virtual Status WriteSnapshot(std::span<const MetadataRecord> records, Offset last_offset) = 0;
};

}  // namespace monkafka::cluster
