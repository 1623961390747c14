#include "storage/damage.h"

#include "log_harness.h"
#include "records/batch.h"

namespace monkafka::storage {
namespace {

class MemoryFile final : public ReadableFile {
 public:
  explicit MemoryFile(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    const auto begin = static_cast<size_t>(position);
    if (begin >= bytes_.size()) return size_t{0};
    const size_t count = std::min(out.size(), bytes_.size() - begin);
    std::copy_n(bytes_.begin() + position, count, out.begin());
    return count;
  }

 private:
  std::vector<uint8_t> bytes_;
};

std::vector<uint8_t> BatchAt(Offset offset, int value_size = 50) {
  std::vector<uint8_t> bytes = Build({.records = 2, .value_size = value_size});
  records::BatchEditor(bytes).SetBaseOffset(offset);
  return bytes;
}

std::vector<uint8_t> Concat(std::initializer_list<std::vector<uint8_t>> parts) {
  std::vector<uint8_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Damage, AWholeBatchIsFoundBehindGarbage) {
  const std::vector<uint8_t> garbage(1000, 0x02);
  const std::vector<uint8_t> all = Concat({garbage, BatchAt(10)});
  const MemoryFile file(all);
  EXPECT_EQ(FindWholeBatch(file, 0, static_cast<int64_t>(all.size()), 10).value(), 1000);
  EXPECT_EQ(FindWholeBatch(file, 0, static_cast<int64_t>(all.size()), 11).value(), std::nullopt);
  EXPECT_EQ(FindWholeBatch(file, 0, static_cast<int64_t>(all.size()) - 1, 10).value(),
            std::nullopt);
  EXPECT_EQ(FindWholeBatch(file, 1001, static_cast<int64_t>(all.size()), 10).value(), std::nullopt);
}

TEST(Damage, AWholeBatchIsFoundFarBehind) {
  const std::vector<uint8_t> garbage((1 << 20) - 30, 0x00);
  const std::vector<uint8_t> all = Concat({garbage, BatchAt(10)});
  EXPECT_EQ(FindWholeBatch(MemoryFile(all), 0, static_cast<int64_t>(all.size()), 10).value(),
            (1 << 20) - 30);
}

TEST(Damage, ABatchWithAWrongChecksumIsNotWhole) {
  std::vector<uint8_t> all = BatchAt(10);
  all.back() ^= 1;
  EXPECT_EQ(FindWholeBatch(MemoryFile(all), 0, static_cast<int64_t>(all.size()), 0).value(),
            std::nullopt);
}

TEST(Damage, ABlockThatWasNeverWrittenIsAHole) {
  std::vector<uint8_t> all(4096, 0xaa);
  EXPECT_FALSE(HasHole(MemoryFile(all), 100, 4096, 7).value());
  std::fill(all.begin() + 1024, all.begin() + 1536, 0);
  EXPECT_TRUE(HasHole(MemoryFile(all), 100, 4096, 7).value());
  all[1535] = 1;
  EXPECT_FALSE(HasHole(MemoryFile(all), 100, 4096, 7).value());
}

TEST(Damage, TheRestOfABlockIsAHole) {
  std::vector<uint8_t> all(2048, 0xaa);
  std::fill(all.begin() + 400, all.begin() + 512, 0);
  EXPECT_TRUE(HasHole(MemoryFile(all), 400, 2048, 7).value());
}

TEST(Damage, ZerosUpToTheEndOfTheFileAreAHole) {
  std::vector<uint8_t> all(2000, 0xaa);
  std::fill(all.begin() + 1900, all.end(), 0);
  EXPECT_TRUE(HasHole(MemoryFile(all), 1900, 2000, 7).value());
  all.push_back(0xaa);
  EXPECT_FALSE(HasHole(MemoryFile(all), 1900, 2000, 7).value());
}

TEST(Damage, ZerosThatAHeaderBeginsWithAreNoHole) {
  std::vector<uint8_t> all(2048, 0xaa);
  std::fill(all.begin() + 508, all.begin() + 512, 0);
  EXPECT_FALSE(HasHole(MemoryFile(all), 508, 2048, 7).value());
  EXPECT_TRUE(HasHole(MemoryFile(all), 508, 2048, Offset{1} << 40).value());
}

}  // namespace
}  // namespace monkafka::storage
