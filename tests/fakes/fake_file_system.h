// A file system in memory that forgets, tears and fails as real ones do.
//
// It counts the operations that change something. At a chosen one the power fails: from then on
// everything fails, until Recover() starts the machine again with what survived. What survives of
// unsynced data is chosen by a seed, in blocks of 512 bytes; of unsynced directory entries
// (created, renamed, removed names) a prefix, as a journal would have it.
//
// A failed sync is as on Linux: what it should have written is lost although it can still be read,
// and the next sync succeeds without it.
//
// Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "common/executor.h"
#include "common/mutex.h"
#include "fakes/fake_node.h"
#include "storage/file_system.h"

namespace monkafka::fakes {

class FakeFileSystem final : public storage::FileSystem {
 public:
  using Unsynced = fakes::Unsynced;

  explicit FakeFileSystem(const Clock& clock);
  ~FakeFileSystem() override;

  // Operations that changed something, or tried, so far.
  int64_t operations() const;
  // The power fails at this operation (counted as operations() counts, from 1): a write still
  // reaches memory, anything else does not happen.
  void CrashAt(int64_t operation);
  bool crashed() const;
  // The power fails now.
  void Crash();
  // Starts again after a crash (or crashes now). Files opened before stay dead.
  void Recover(Unsynced unsynced, uint64_t seed);

  // The operation with this number fails: a write leaves half of its bytes behind and says that
  // there is no space, a sync loses what it should have written.
  void FailAt(int64_t operation);
  // Every operation, as it is counted, with its number and path.
  using Trace = std::function<void(int64_t operation, const std::string& what)>;
  void SetTrace(Trace trace);
  // Runs in the middle of the next sync of a file, before it has an effect; may itself use files.
  void DuringNextSync(std::function<void()> during);
  // How many of the failures that FailAt asked for are still to come.
  size_t failures_to_come() const;
  // Every write and every new file fails for want of space.
  void SetFull(bool full);

  // Nothing is in the page cache, whatever is read.
  void SetCold(bool cold);

  // For damage tests: the content as read, and replacing it (synced).
  std::vector<uint8_t> Content(const std::string& path) const;
  void SetContent(const std::string& path, std::vector<uint8_t> content);
  // How many bytes of it find room although the disk is full.
  size_t Reserved(const std::string& path) const;
  // All files under a directory, with their paths, sorted.
  std::vector<std::string> Files(const std::string& directory) const;

  // FileSystem
  Result<std::shared_ptr<storage::File>> Open(const std::string& path,
                                              storage::OpenMode mode) override;
  Result<bool> Exists(const std::string& path) override;
  Result<int64_t> SizeOf(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Result<bool> IsDirectory(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<storage::FileLock>> Lock(const std::string& path) override;
  Result<bool> IsLocked(const std::string& path) override;
  Result<Space> SpaceOf(const std::string& path) override;

 private:
  class OpenFile;
  class HeldLock;
  using NodePtr = std::shared_ptr<FakeNode>;
  enum class Verdict { kGo, kFail, kCrash };

  static std::vector<std::string> Split(const std::string& path);  // its names
  static std::unexpected<Error> Fault(std::string message);
  // fake_open_file.cc
  std::shared_ptr<storage::File> MakeFile(NodePtr node, std::string path) REQUIRES(mutex_);
  std::unique_ptr<storage::FileLock> MakeLock(std::string path) REQUIRES(mutex_);

  NodePtr Lookup(const std::string& path) const REQUIRES(mutex_);
  // The directory that holds the path's last name.
  NodePtr ParentOf(const std::string& path, std::string& name) const REQUIRES(mutex_);
  Status CheckAlive() const REQUIRES(mutex_);
  // Counts an operation and says what becomes of it.
  Verdict Count(const std::string& what) REQUIRES(mutex_);
  Status Mutate(const std::string& what, const std::function<Status()>& change) REQUIRES(mutex_);
  void SettleDirectory(FakeNode& node, Unsynced unsynced, std::mt19937_64& random) REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  NodePtr root_ GUARDED_BY(mutex_);
  int64_t operations_ GUARDED_BY(mutex_) = 0;
  int64_t crash_at_ GUARDED_BY(mutex_) = -1;
  std::set<int64_t> fail_at_ GUARDED_BY(mutex_);
  bool full_ GUARDED_BY(mutex_) = false;
  bool cold_ GUARDED_BY(mutex_) = false;
  Trace trace_ GUARDED_BY(mutex_);
  std::function<void()> during_sync_ GUARDED_BY(mutex_);
  bool crashed_ GUARDED_BY(mutex_) = false;
  int64_t boot_ GUARDED_BY(mutex_) = 0;
  std::weak_ptr<FakeNode> last_written_ GUARDED_BY(mutex_);
  std::set<std::string> locks_ GUARDED_BY(mutex_);
};

}  // namespace monkafka::fakes
