#include "fakes/fake_file_system.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace monkafka::fakes {
namespace {

constexpr size_t kBlock = 512;

std::unexpected<Error> Fault(std::string message) {
  return Fail(ErrorCode::kKafkaStorageError, std::move(message));
}

std::vector<std::string> Split(const std::string& path) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) names.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

// One block of a content; zeros where it has none.
std::vector<uint8_t> BlockOf(const std::vector<uint8_t>& content, size_t block) {
  std::vector<uint8_t> bytes(kBlock);
  const size_t begin = block * kBlock;
  if (begin >= content.size()) return bytes;
  const size_t count = std::min(kBlock, content.size() - begin);
  std::memcpy(bytes.data(), content.data() + begin, count);
  return bytes;
}

void PutBlock(std::vector<uint8_t>& content, size_t block, const std::vector<uint8_t>& bytes) {
  const size_t begin = block * kBlock;
  if (begin >= content.size()) return;
  std::memcpy(content.data() + begin, bytes.data(), std::min(kBlock, content.size() - begin));
}

}  // namespace

// A file or a directory.
struct FakeFileSystem::Node {
  // One change of a directory's names that is not durable yet.
  struct Change {
    std::vector<std::pair<std::string, NodePtr>> names;  // null: removed
  };

  bool directory = false;
  TimestampMs modified_at = 0;

  std::vector<uint8_t> content;
  std::vector<uint8_t> synced;
  std::set<size_t> lost;  // blocks that a failed sync should have written
  struct Write {
    size_t position = 0;
    size_t size = 0;
    std::vector<uint8_t> before;  // the whole content
  };
  std::optional<Write> last_write;  // since the last sync

  std::map<std::string, NodePtr> names;
  std::map<std::string, NodePtr> synced_names;
  std::vector<Change> changes;  // from synced_names to names

  void Apply(Change change) {
    for (const auto& [name, node] : change.names) {
      if (node) {
        names[name] = node;
      } else {
        names.erase(name);
      }
    }
    changes.push_back(std::move(change));
  }

  void Sync() {
    std::vector<uint8_t> durable = content;
    for (const size_t block : lost) PutBlock(durable, block, BlockOf(synced, block));
    synced = std::move(durable);
    last_write.reset();
  }

  void FailSync() {
    const size_t blocks = (std::max(content.size(), synced.size()) + kBlock - 1) / kBlock;
    for (size_t block = 0; block < blocks; ++block) {
      if (BlockOf(content, block) != BlockOf(synced, block)) lost.insert(block);
    }
    last_write.reset();
  }

  void SettleContent(Unsynced unsynced, bool last_written, std::mt19937_64& random) {
    switch (unsynced) {
      case Unsynced::kDropAll:
        content = synced;
        break;
      case Unsynced::kSome:
        KeepSome(random);
        break;
      case Unsynced::kTorn:
        if (last_written && last_write) Tear(random);
        break;
      case Unsynced::kKeepAll:
        return;  // nothing happened to memory
    }
    // What was lost once stays lost.
    if (unsynced != Unsynced::kDropAll) {
      for (const size_t block : lost) PutBlock(content, block, BlockOf(synced, block));
    }
    lost.clear();
    synced = content;
    last_write.reset();
  }

  void KeepSome(std::mt19937_64& random) {
    const std::vector<uint8_t> written = std::move(content);
    const size_t small = std::min(written.size(), synced.size());
    const size_t large = std::max(written.size(), synced.size());
    content.assign(small + random() % (large - small + 1), 0);
    if (random() % 2 == 0) content.resize(written.size());
    const size_t blocks = (content.size() + kBlock - 1) / kBlock;
    for (size_t block = 0; block < blocks; ++block) {
      PutBlock(content, block, BlockOf(random() % 2 == 0 ? written : synced, block));
    }
  }

  void Tear(std::mt19937_64& random) {
    const size_t kept = random() % (last_write->size + 1);
    std::vector<uint8_t> torn = last_write->before;
    torn.resize(std::max(torn.size(), last_write->position + kept));
    std::memcpy(torn.data() + last_write->position, content.data() + last_write->position,
                std::min(kept, content.size() - last_write->position));
    content = std::move(torn);
  }
};

class FakeFileSystem::OpenFile final : public storage::File {
 public:
  OpenFile(FakeFileSystem& files, NodePtr node, std::string path, int64_t boot)
      : files_(files), node_(std::move(node)), path_(std::move(path)), boot_(boot) {}

  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return Forward(std::move(status));
    const std::vector<uint8_t>& content = node_->content;
    const auto begin = static_cast<size_t>(position);
    if (begin >= content.size()) return size_t{0};
    const size_t count = std::min(out.size(), content.size() - begin);
    std::memcpy(out.data(), content.data() + begin, count);
    return count;
  }

  Status WriteAt(int64_t position, std::span<const Bytes> pieces) override {
    std::vector<uint8_t> bytes;
    for (const Bytes piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    const Verdict verdict =
        files_.Count(fmt::format("write {} at {} of {}", bytes.size(), position, path_));
    const bool fails = verdict == Verdict::kFail || files_.full_;
    if (fails && verdict != Verdict::kCrash) bytes.resize(bytes.size() / 2);
    Put(static_cast<size_t>(position), bytes);
    if (verdict == Verdict::kCrash) return Fault("write " + path_ + ": the power failed");
    if (fails) return Fault("write " + path_ + ": no space left");
    return {};
  }

  Status Truncate(int64_t size) override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    return files_.Mutate(fmt::format("truncate to {} {}", size, path_), [&]() -> Status {
      node_->content.resize(static_cast<size_t>(size));
      node_->last_write.reset();
      return {};
    });
  }

  Status Sync() override {
    std::function<void()> during;
    {
      MutexLock lock(files_.mutex_);
      during = std::exchange(files_.during_sync_, nullptr);
    }
    if (during) during();
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    const Verdict verdict = files_.Count("sync " + path_);
    if (verdict == Verdict::kCrash) return Fault("sync " + path_ + ": the power failed");
    if (verdict == Verdict::kFail) {
      node_->FailSync();
      return Fault("sync " + path_ + ": input/output error");
    }
    node_->Sync();
    return {};
  }

  Result<int64_t> Size() const override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return Forward(std::move(status));
    return static_cast<int64_t>(node_->content.size());
  }

  Result<TimestampMs> ModifiedAt() const override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return Forward(std::move(status));
    return node_->modified_at;
  }

 private:
  Status CheckAlive() const REQUIRES(files_.mutex_) {
    if (files_.boot_ == boot_ && !files_.crashed_) return {};
    return Fault(path_ + ": the power failed");
  }

  void Put(size_t position, const std::vector<uint8_t>& bytes) REQUIRES(files_.mutex_) {
    std::vector<uint8_t>& content = node_->content;
    node_->last_write = Node::Write{position, bytes.size(), content};
    files_.last_written_ = node_;
    if (content.size() < position + bytes.size()) content.resize(position + bytes.size());
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(position));
    for (size_t block = position / kBlock; block * kBlock < position + bytes.size(); ++block) {
      node_->lost.erase(block);
    }
    node_->modified_at = files_.clock_.WallMs();
  }

  FakeFileSystem& files_;
  const NodePtr node_;
  const std::string path_;
  const int64_t boot_;
};

class FakeFileSystem::HeldLock final : public storage::FileLock {
 public:
  HeldLock(FakeFileSystem& files, std::string path, int64_t boot)
      : files_(files), path_(std::move(path)), boot_(boot) {}
  ~HeldLock() override {
    MutexLock lock(files_.mutex_);
    if (files_.boot_ == boot_) files_.locks_.erase(path_);
  }

 private:
  FakeFileSystem& files_;
  const std::string path_;
  const int64_t boot_;
};

FakeFileSystem::FakeFileSystem(const Clock& clock)
    : clock_(clock), root_(std::make_shared<Node>()) {
  root_->directory = true;
}

FakeFileSystem::~FakeFileSystem() = default;

int64_t FakeFileSystem::operations() const {
  MutexLock lock(mutex_);
  return operations_;
}

void FakeFileSystem::CrashAt(int64_t operation) {
  MutexLock lock(mutex_);
  crash_at_ = operation;
}

bool FakeFileSystem::crashed() const {
  MutexLock lock(mutex_);
  return crashed_;
}

void FakeFileSystem::Crash() {
  MutexLock lock(mutex_);
  crashed_ = true;
}

void FakeFileSystem::DuringNextSync(std::function<void()> during) {
  MutexLock lock(mutex_);
  during_sync_ = std::move(during);
}

void FakeFileSystem::SetTrace(Trace trace) {
  MutexLock lock(mutex_);
  trace_ = std::move(trace);
}

size_t FakeFileSystem::failures_to_come() const {
  MutexLock lock(mutex_);
  return fail_at_.size();
}

void FakeFileSystem::FailAt(int64_t operation) {
  MutexLock lock(mutex_);
  fail_at_.insert(operation);
}

void FakeFileSystem::SetFull(bool full) {
  MutexLock lock(mutex_);
  full_ = full;
}

void FakeFileSystem::Recover(Unsynced unsynced, uint64_t seed) {
  MutexLock lock(mutex_);
  std::mt19937_64 random(seed);
  SettleDirectory(*root_, unsynced, random);
  crashed_ = false;
  crash_at_ = -1;
  locks_.clear();
  ++boot_;
}

void FakeFileSystem::SettleDirectory(Node& node, Unsynced unsynced, std::mt19937_64& random) {
  if (unsynced != Unsynced::kKeepAll) {
    size_t kept = node.changes.size();
    if (unsynced == Unsynced::kDropAll) kept = 0;
    if (unsynced == Unsynced::kSome) kept = random() % (node.changes.size() + 1);
    std::vector<Node::Change> changes = std::move(node.changes);
    changes.resize(kept);
    node.names = node.synced_names;
    for (Node::Change& change : changes) node.Apply(std::move(change));
    node.changes.clear();
    node.synced_names = node.names;
  }
  const NodePtr last_written = last_written_.lock();
  for (const auto& [name, child] : node.names) {
    if (child->directory) {
      SettleDirectory(*child, unsynced, random);
    } else {
      child->SettleContent(unsynced, child == last_written, random);
    }
  }
}

std::vector<uint8_t> FakeFileSystem::Content(const std::string& path) const {
  MutexLock lock(mutex_);
  const NodePtr node = Lookup(path);
  return node ? node->content : std::vector<uint8_t>();
}

void FakeFileSystem::SetContent(const std::string& path, std::vector<uint8_t> content) {
  MutexLock lock(mutex_);
  std::string name;
  const NodePtr parent = ParentOf(path, name);
  NodePtr& node = parent->names[name];
  if (!node) node = std::make_shared<Node>();
  node->content = content;
  node->synced = std::move(content);
  parent->synced_names[name] = node;
}

std::vector<std::string> FakeFileSystem::Files(const std::string& directory) const {
  MutexLock lock(mutex_);
  std::vector<std::string> paths;
  const std::function<void(const std::string&, const Node&)> walk = [&](const std::string& path,
                                                                        const Node& node) {
    for (const auto& [name, child] : node.names) {
      const std::string below = path + "/" + name;
      if (child->directory) {
        walk(below, *child);
      } else {
        paths.push_back(below);
      }
    }
  };
  if (const NodePtr node = Lookup(directory)) walk(directory, *node);
  return paths;
}

FakeFileSystem::NodePtr FakeFileSystem::Lookup(const std::string& path) const {
  NodePtr node = root_;
  for (const std::string& name : Split(path)) {
    const auto found = node->names.find(name);
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

FakeFileSystem::NodePtr FakeFileSystem::ParentOf(const std::string& path, std::string& name) const {
  std::vector<std::string> names = Split(path);
  if (names.empty()) return nullptr;
  name = names.back();
  NodePtr node = root_;
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    const auto found = node->names.find(names[i]);
    if (found == node->names.end() || !found->second->directory) return nullptr;
    node = found->second;
  }
  return node;
}

Status FakeFileSystem::CheckAlive() const {
  if (!crashed_) return {};
  return Fault("the power failed");
}

FakeFileSystem::Verdict FakeFileSystem::Count(const std::string& what) {
  ++operations_;
  if (trace_) trace_(operations_, what);
  if (operations_ == crash_at_) {
    crashed_ = true;
    return Verdict::kCrash;
  }
  return fail_at_.erase(operations_) > 0 ? Verdict::kFail : Verdict::kGo;
}

Status FakeFileSystem::Mutate(const std::string& what, const std::function<Status()>& change) {
  switch (Count(what)) {
    case Verdict::kCrash:
      return Fault(what + ": the power failed");
    case Verdict::kFail:
      return Fault(what + ": input/output error");
    case Verdict::kGo:
      break;
  }
  return change();
}

Result<std::shared_ptr<storage::File>> FakeFileSystem::Open(const std::string& path,
                                                            storage::OpenMode mode) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  std::string name;
  const NodePtr parent = ParentOf(path, name);
  if (!parent) return Fault("open " + path + ": no such directory");
  const auto found = parent->names.find(name);
  NodePtr node = found == parent->names.end() ? nullptr : found->second;
  if (node && node->directory) return Fault("open " + path + ": is a directory");
  const bool creates =
      mode == storage::OpenMode::kCreate || mode == storage::OpenMode::kCreateTruncate;
  if (!node && !creates) return Fault("open " + path + ": no such file");
  if (!node) {
    const bool full = full_;
    Status status = Mutate("create " + path, [&]() -> Status {
      if (full) return Fault("create " + path + ": no space left");
      node = std::make_shared<Node>();
      node->modified_at = clock_.WallMs();
      parent->Apply({{{name, node}}});
      return {};
    });
    if (!status) return Forward(std::move(status));
  } else if (mode == storage::OpenMode::kCreateTruncate && !node->content.empty()) {
    Status status = Mutate("truncate " + path, [&]() -> Status {
      node->content.clear();
      node->last_write.reset();
      return {};
    });
    if (!status) return Forward(std::move(status));
  }
  return std::make_shared<OpenFile>(*this, node, path, boot_);
}

Result<bool> FakeFileSystem::Exists(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  return Lookup(path) != nullptr;
}

Result<int64_t> FakeFileSystem::SizeOf(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  const NodePtr node = Lookup(path);
  if (!node) return Fault("stat " + path + ": no such file");
  return static_cast<int64_t>(node->content.size());
}

Result<std::vector<std::string>> FakeFileSystem::List(const std::string& directory) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  const NodePtr node = Lookup(directory);
  if (!node || !node->directory) return Fault("list " + directory + ": no such directory");
  std::vector<std::string> names;
  for (const auto& [name, child] : node->names) names.push_back(name);
  return names;
}

Result<bool> FakeFileSystem::IsDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  const NodePtr node = Lookup(path);
  return node && node->directory;
}

Status FakeFileSystem::CreateDirectories(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return status;
  NodePtr node = root_;
  for (const std::string& name : Split(path)) {
    NodePtr child = node->names.contains(name) ? node->names[name] : nullptr;
    if (child && !child->directory) return Fault("create directory " + path + ": a file");
    if (!child) {
      const bool full = full_;
      Status status = Mutate("create directory " + path, [&]() -> Status {
        if (full) return Fault("create directory " + path + ": no space left");
        child = std::make_shared<Node>();
        child->directory = true;
        node->Apply({{{name, child}}});
        return {};
      });
      if (!status) return status;
    }
    node = child;
  }
  return {};
}

Status FakeFileSystem::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return status;
  std::string old_name;
  std::string new_name;
  const NodePtr parent = ParentOf(from, old_name);
  const NodePtr node =
      parent && parent->names.contains(old_name) ? parent->names[old_name] : nullptr;
  if (!node) return Fault("rename " + from + ": no such file");
  if (ParentOf(to, new_name) != parent) return Fault("rename " + from + ": to another directory");
  return Mutate("rename " + from, [&]() -> Status {
    parent->Apply({{{old_name, nullptr}, {new_name, node}}});
    return {};
  });
}

Status FakeFileSystem::Remove(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return status;
  std::string name;
  const NodePtr parent = ParentOf(path, name);
  if (!parent || !parent->names.contains(name)) return {};
  if (parent->names[name]->directory) return Fault("remove " + path + ": is a directory");
  return Mutate("remove " + path, [&]() -> Status {
    parent->Apply({{{name, nullptr}}});
    return {};
  });
}

Status FakeFileSystem::RemoveDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return status;
  std::string name;
  const NodePtr parent = ParentOf(path, name);
  if (!parent || !parent->names.contains(name)) return {};
  const NodePtr node = parent->names[name];
  // Name by name: a crash may leave a half of it.
  while (!node->names.empty()) {
    const std::string victim = node->names.begin()->first;
    Status status = Mutate("remove " + path + "/" + victim, [&]() -> Status {
      node->Apply({{{victim, nullptr}}});
      return {};
    });
    if (!status) return status;
  }
  return Mutate("remove directory " + path, [&]() -> Status {
    parent->Apply({{{name, nullptr}}});
    return {};
  });
}

Status FakeFileSystem::SyncDirectory(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return status;
  const NodePtr node = Lookup(path);
  if (!node || !node->directory) return Fault("sync directory " + path + ": no such directory");
  return Mutate("sync directory " + path, [&]() -> Status {
    node->synced_names = node->names;
    node->changes.clear();
    return {};
  });
}

Result<std::unique_ptr<storage::FileLock>> FakeFileSystem::Lock(const std::string& path) {
  Result<std::shared_ptr<storage::File>> file = Open(path, storage::OpenMode::kCreate);
  if (!file) return Forward(std::move(file));
  MutexLock lock(mutex_);
  if (!locks_.insert(path).second) {
    return Fault(path + " is locked: another broker is using this directory");
  }
  return std::make_unique<HeldLock>(*this, path, boot_);
}

Result<storage::FileSystem::Space> FakeFileSystem::SpaceOf(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  if (!Lookup(path)) return Fault("statvfs " + path + ": no such directory");
  return Space{1 << 30, full_ ? 0 : 1 << 29};
}

}  // namespace monkafka::fakes
