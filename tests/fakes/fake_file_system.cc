#include "fakes/fake_file_system.h"

#include <algorithm>
#include <utility>

#include "fakes/fake_node.h"

namespace monkafka::fakes {
FakeFileSystem::FakeFileSystem(const Clock& clock)
    : clock_(clock), root_(std::make_shared<FakeNode>()) {
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

void FakeFileSystem::SetCold(bool cold) {
  MutexLock lock(mutex_);
  cold_ = cold;
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

void FakeFileSystem::SettleDirectory(FakeNode& node, Unsynced unsynced, std::mt19937_64& random) {
  node.SettleNames(unsynced, random);
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
  if (!node) node = std::make_shared<FakeNode>();
  node->content = content;
  node->synced = std::move(content);
  parent->synced_names[name] = node;
}

size_t FakeFileSystem::Reserved(const std::string& path) const {
  MutexLock lock(mutex_);
  const NodePtr node = Lookup(path);
  return node ? node->reserved : 0;
}

std::vector<std::string> FakeFileSystem::Files(const std::string& directory) const {
  MutexLock lock(mutex_);
  std::vector<std::string> paths;
  const std::function<void(const std::string&, const FakeNode&)> walk = [&](const std::string& path,
                                                                            const FakeNode& node) {
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

std::vector<std::string> FakeFileSystem::Split(const std::string& path) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) names.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
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

std::unexpected<Error> FakeFileSystem::Fault(std::string message) {
  return Fail(ErrorCode::kKafkaStorageError, std::move(message));
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

}  // namespace monkafka::fakes
