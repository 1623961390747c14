#include "storage/inspect/batch_scanner.h"

#include "inspect/inspect_harness.h"
#include "storage/inspect/interruptible_file.h"

namespace monkafka::storage {
namespace {

class BatchScannerTest : public InspectTest {
 protected:
  std::shared_ptr<const ReadableFile> Open0(std::stop_token stop = {}) {
    auto file = OpenInterruptible(files, FileOf(0, kLogSuffix), std::move(stop));
    EXPECT_TRUE(file);
    return *std::move(file);
  }
  int64_t Size() { return *files.SizeOf(FileOf(0, kLogSuffix)); }
};

TEST_F(BatchScannerTest, GivesWholeBatchesAlsoAcrossAndBeyondItsPieces) {
  config.segment_bytes = 64 << 20;
  config.max_message_bytes = 8 << 20;
  Open();
  const std::vector<int> sizes{10, 300'000, 300'000, 2'000'000, 10, 600'000};
  for (const int size : sizes) Append({.value_size = size});
  BatchScanner scanner(Open0(), 0, Size());
  HeaderScanner headers(Open0(), 0, Size());
  int64_t position = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Result<std::optional<records::BatchView>> batch = scanner.Next();
    ASSERT_TRUE(batch && *batch);
    EXPECT_EQ(position, scanner.position());
    EXPECT_EQ(static_cast<Offset>(i), (*batch)->base_offset());
    EXPECT_TRUE((*batch)->CrcMatches());
    position += (*batch)->size_in_bytes();
    Result<std::optional<BatchInfo>> info = headers.Next();
    ASSERT_TRUE(info && *info);
    EXPECT_EQ(position, (*info)->end_position());
  }
  EXPECT_FALSE(scanner.Next()->has_value());
  EXPECT_FALSE(headers.Next()->has_value());
}

TEST_F(BatchScannerTest, StaysWhereThereIsNoBatchUntilItIsToldToSkip) {
  WriteAndClose(10);
  const int64_t bad = PositionOf(0, 3);
  const int64_t good = PositionOf(0, 4);
  Put<int32_t>(FileOf(0, kLogSuffix), bad + 8, 5);
  BatchScanner scanner(Open0(), 0, Size());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(scanner.Next());
  EXPECT_EQ(ErrorCode::kCorruptMessage, CodeOf(scanner.Next()));
  EXPECT_EQ(ErrorCode::kCorruptMessage, CodeOf(scanner.Next()));
  EXPECT_EQ(bad, scanner.position());
  scanner.SkipTo(good);
  auto batch = scanner.Next();
  ASSERT_TRUE(batch && *batch);
  EXPECT_EQ(4, (*batch)->base_offset());
  scanner.SkipTo(0);
  batch = scanner.Next();
  ASSERT_TRUE(batch && *batch);
  EXPECT_EQ(0, (*batch)->base_offset());
}

TEST_F(BatchScannerTest, NothingBehindTheLimitIsLookedAt) {
  WriteAndClose(10);
  BatchScanner scanner(Open0(), 0, PositionOf(0, 2));
  EXPECT_TRUE(scanner.Next()->has_value());
  EXPECT_TRUE(scanner.Next()->has_value());
  EXPECT_FALSE(scanner.Next()->has_value());
}

TEST_F(BatchScannerTest, CalledOffItFails) {
  WriteAndClose(10);
  std::stop_source stop;
  BatchScanner scanner(Open0(stop.get_token()), 0, Size());
  stop.request_stop();
  const auto batch = scanner.Next();
  ASSERT_FALSE(batch);
  EXPECT_TRUE(IsInterruption(batch.error()));
}

}  // namespace
}  // namespace monkafka::storage
