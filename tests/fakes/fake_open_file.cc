#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "fakes/fake_file_system.h"
#include "fakes/fake_node.h"

namespace monkafka::fakes {

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

  Result<std::optional<size_t>> ReadCached(int64_t position, MutableBytes out) const override {
    {
      MutexLock lock(files_.mutex_);
      if (files_.cold_) return std::nullopt;
    }
    return ReadAt(position, out);
  }

  Status WriteAt(int64_t position, std::span<const Bytes> pieces) override {
    std::vector<uint8_t> bytes;
    for (const Bytes piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    const Verdict verdict =
        files_.Count(fmt::format("write {} at {} of {}", bytes.size(), position, path_));
    const bool has_room = static_cast<size_t>(position) + bytes.size() <= node_->reserved;
    const bool fails = verdict == Verdict::kFail || (files_.full_ && !has_room);
    if (fails && verdict != Verdict::kCrash) bytes.resize(bytes.size() / 2);
    node_->Write(static_cast<size_t>(position), bytes, files_.clock_.WallMs());
    files_.last_written_ = node_;
    if (verdict == Verdict::kCrash) return Fault("write " + path_ + ": the power failed");
    if (fails) return Fault("write " + path_ + ": no space left");
    return {};
  }

  Status Truncate(int64_t size) override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    return files_.Mutate(fmt::format("truncate to {} {}", size, path_), [&]() -> Status {
      node_->Truncate(static_cast<size_t>(size));
      return {};
    });
  }

  Status Reserve(int64_t size) override {
    MutexLock lock(files_.mutex_);
    if (Status status = CheckAlive(); !status) return status;
    const bool full = files_.full_;
    const std::string what = fmt::format("reserve {} for {}", size, path_);
    return files_.Mutate(what, [&]() -> Status {
      if (full) return Fault(what + ": no space left");
      node_->reserved = std::max(node_->reserved, static_cast<size_t>(size));
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

std::shared_ptr<storage::File> FakeFileSystem::MakeFile(NodePtr node, std::string path) {
  return std::make_shared<OpenFile>(*this, std::move(node), std::move(path), boot_);
}

std::unique_ptr<storage::FileLock> FakeFileSystem::MakeLock(std::string path) {
  return std::make_unique<HeldLock>(*this, std::move(path), boot_);
}

}  // namespace monkafka::fakes
