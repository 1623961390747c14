// The seam itself: files and directories by their paths.
#include <utility>

#include "fakes/fake_file_system.h"
#include "fakes/fake_node.h"

namespace monkafka::fakes {
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
      node = std::make_shared<FakeNode>();
      node->modified_at = clock_.WallMs();
      parent->Apply({{{name, node}}});
      return {};
    });
    if (!status) return Forward(std::move(status));
  } else if (mode == storage::OpenMode::kCreateTruncate && !node->content.empty()) {
    Status status = Mutate("truncate " + path, [&]() -> Status {
      node->Truncate(0);
      return {};
    });
    if (!status) return Forward(std::move(status));
  }
  return MakeFile(node, path);
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
        child = std::make_shared<FakeNode>();
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
    node->SyncNames();
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
  return MakeLock(path);
}

Result<bool> FakeFileSystem::IsLocked(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  return locks_.contains(path);
}

Result<storage::FileSystem::Space> FakeFileSystem::SpaceOf(const std::string& path) {
  MutexLock lock(mutex_);
  if (Status status = CheckAlive(); !status) return Forward(std::move(status));
  if (!Lookup(path)) return Fault("statvfs " + path + ": no such directory");
  return Space{1 << 30, full_ ? 0 : 1 << 29};
}

}  // namespace monkafka::fakes
