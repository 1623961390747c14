#include "fakes/fake_node.h"

#include <algorithm>
#include <cstring>

namespace monkafka::fakes {
namespace {

constexpr size_t kBlock = 512;

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

void FakeNode::Write(size_t position, const std::vector<uint8_t>& bytes, TimestampMs now) {
  last_write = LastWrite{position, bytes.size(), content};
  if (content.size() < position + bytes.size()) content.resize(position + bytes.size());
  std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(position));
  for (size_t block = position / kBlock; block * kBlock < position + bytes.size(); ++block) {
    lost.erase(block);
  }
  modified_at = now;
}

void FakeNode::Truncate(size_t size) {
  content.resize(size);
  reserved = 0;
  last_write.reset();
}

void FakeNode::Apply(Change change) {
  for (const auto& [name, node] : change.names) {
    if (node) {
      names[name] = node;
    } else {
      names.erase(name);
    }
  }
  changes.push_back(std::move(change));
}

void FakeNode::Sync() {
  std::vector<uint8_t> durable = content;
  for (const size_t block : lost) PutBlock(durable, block, BlockOf(synced, block));
  synced = std::move(durable);
  last_write.reset();
}

void FakeNode::FailSync() {
  const size_t blocks = (std::max(content.size(), synced.size()) + kBlock - 1) / kBlock;
  for (size_t block = 0; block < blocks; ++block) {
    if (BlockOf(content, block) != BlockOf(synced, block)) lost.insert(block);
  }
  last_write.reset();
}

void FakeNode::SettleContent(Unsynced unsynced, bool last_written, std::mt19937_64& random) {
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

void FakeNode::KeepSome(std::mt19937_64& random) {
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

void FakeNode::Tear(std::mt19937_64& random) {
  const size_t kept = random() % (last_write->size + 1);
  std::vector<uint8_t> torn = last_write->before;
  torn.resize(std::max(torn.size(), last_write->position + kept));
  std::copy_n(content.data() + last_write->position,
              std::min(kept, content.size() - last_write->position),
              torn.data() + last_write->position);
  content = std::move(torn);
}

void FakeNode::SyncNames() {
  synced_names = names;
  changes.clear();
}

void FakeNode::SettleNames(Unsynced unsynced, std::mt19937_64& random) {
  if (unsynced == Unsynced::kKeepAll) return;
  size_t kept = changes.size();
  if (unsynced == Unsynced::kDropAll) kept = 0;
  if (unsynced == Unsynced::kSome) kept = random() % (changes.size() + 1);
  std::vector<Change> survivors = std::exchange(changes, {});
  survivors.resize(kept);
  names = synced_names;
  for (Change& change : survivors) Apply(std::move(change));
  changes.clear();
  synced_names = names;
}

}  // namespace monkafka::fakes
