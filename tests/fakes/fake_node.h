// A file or a directory of FakeFileSystem: what it has in memory, what of it is durable, and what a
// power cut makes of the difference. Threads: guarded by the file system.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/types.h"

namespace monkafka::fakes {

// What a power cut leaves of what was not synced.
enum class Unsynced {
  kDropAll,
  kSome,     // some blocks, sizes and names, by the seed
  kTorn,     // everything, but the last write only in part
  kKeepAll,  // the process died, the machine did not
};

struct FakeNode {
  // One change of a directory's names that is not durable yet.
  struct Change {
    std::vector<std::pair<std::string, std::shared_ptr<FakeNode>>> names;  // null: removed
  };
  struct LastWrite {
    size_t position = 0;
    size_t size = 0;
    std::vector<uint8_t> before;  // the whole content
  };

  void Write(size_t position, const std::vector<uint8_t>& bytes, TimestampMs now);
  void Truncate(size_t size);
  void Sync();
  // What it should have written is lost, although it can still be read.
  void FailSync();
  // `last_written`: this one was the last file to be written before the power failed.
  void SettleContent(Unsynced unsynced, bool last_written, std::mt19937_64& random);

  void Apply(Change change);
  void SyncNames();
  void SettleNames(Unsynced unsynced, std::mt19937_64& random);

  bool directory = false;
  TimestampMs modified_at = 0;

  std::vector<uint8_t> content;
  std::vector<uint8_t> synced;
  size_t reserved = 0;                  // so many bytes of content always find room
  std::set<size_t> lost;                // blocks that a failed sync should have written
  std::optional<LastWrite> last_write;  // since the last sync

  std::map<std::string, std::shared_ptr<FakeNode>> names;
  std::map<std::string, std::shared_ptr<FakeNode>> synced_names;
  std::vector<Change> changes;  // from synced_names to names

 private:
  void KeepSome(std::mt19937_64& random);
  void Tear(std::mt19937_64& random);
};

}  // namespace monkafka::fakes
