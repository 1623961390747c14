#include "net/receive_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "net/chunk_pool.h"

namespace monkafka::net {
namespace {

TEST(ReceiveMemoryTest, WhoWaitsIsWokenWhenThereIsRoomAgain) {
  ReceiveMemory memory(100);
  memory.Charge(150);
  EXPECT_FALSE(memory.HasRoom());
  int woken = 0;
  EXPECT_TRUE(memory.WaitForRoom(false, [&] { ++woken; }));
  EXPECT_TRUE(memory.contended());
  EXPECT_EQ(1, memory.waiting());
  memory.Release(40);  // 110 are still more than 100
  EXPECT_EQ(0, woken);
  memory.Release(20);
  EXPECT_EQ(1, woken);
  EXPECT_FALSE(memory.contended());
  EXPECT_EQ(0, memory.waiting());
  memory.Release(90);
  EXPECT_EQ(1, woken);
}

TEST(ReceiveMemoryTest, WaitingIsRefusedWhenThereIsRoom) {
  ReceiveMemory memory(100);
  EXPECT_FALSE(memory.WaitForRoom(false, [] { FAIL(); }));
  EXPECT_FALSE(memory.contended());
}

TEST(ReceiveMemoryTest, TheOverdraftHasOneHolderAndItsEndWakesTheOthers) {
  ReceiveMemory memory(100);
  memory.Charge(100);
  EXPECT_TRUE(memory.BeginOverdraft());
  EXPECT_FALSE(memory.BeginOverdraft());
  int woken = 0;
  EXPECT_TRUE(memory.WaitForRoom(true, [&] { ++woken; }));
  memory.EndOverdraft();
  EXPECT_EQ(1, woken);
  EXPECT_FALSE(memory.WaitForRoom(true, [] { FAIL(); }));
  EXPECT_TRUE(memory.WaitForRoom(false, [] {}));  // it could not use the overdraft
}

TEST(ChunkPoolTest, AChunkIsChargedWhileItIsLentAndThePoolLivesAsLong) {
  auto memory = std::make_shared<ReceiveMemory>(1 << 20);
  auto pool = std::make_shared<ChunkPool>(memory);
  auto chunk = pool->Borrow();
  EXPECT_EQ(static_cast<int64_t>(kChunkBytes), memory->used());
  uint8_t* first = chunk.get();
  chunk = nullptr;
  EXPECT_EQ(0, memory->used());
  chunk = pool->Borrow();
  EXPECT_EQ(first, chunk.get());  // the one that is still in the processor's cache
  pool = nullptr;
  chunk[kChunkBytes - 1] = 1;
  chunk = nullptr;
  EXPECT_EQ(0, memory->used());
}

TEST(RequestBufferTest, ALargeBufferIsChargedAsItsBytesArrive) {
  auto memory = std::make_shared<ReceiveMemory>(1 << 20);
  constexpr size_t kMb = 1 << 20;
  auto buffer = RequestBuffer::Make(std::make_shared<ChunkPool>(memory), 100 * kMb);
  EXPECT_LE(memory->used(), static_cast<int64_t>(2 * kMb));
  buffer->ChargeFor(50 * kMb);
  EXPECT_GE(memory->used(), static_cast<int64_t>(50 * kMb));
  EXPECT_LE(memory->used(), static_cast<int64_t>(52 * kMb));
  buffer->ChargeFor(100 * kMb);
  EXPECT_EQ(static_cast<int64_t>(100 * kMb), memory->used());
  buffer = nullptr;
  EXPECT_EQ(0, memory->used());
}

TEST(RequestBufferTest, OneRequestAfterTheOtherHasTheSameMemory) {
  auto memory = std::make_shared<ReceiveMemory>(64 << 20);
  auto pool = std::make_shared<ChunkPool>(memory);
  uint8_t* first = nullptr;
  for (const size_t size : {1'000'000, 999'000, 1'040'000, 600'000}) {
    const auto buffer = RequestBuffer::Make(pool, size);
    EXPECT_EQ(size, buffer->bytes().size());
    if (first == nullptr) first = buffer->data();
    EXPECT_EQ(first, buffer->data());
    EXPECT_EQ(16 * 64 * 1024, memory->used());  // all of it, whatever is used
    std::ranges::fill(buffer->bytes(), uint8_t{1});
  }
  EXPECT_EQ(0, memory->used());
  // Less than half of it would waste memory.
  EXPECT_NE(first, RequestBuffer::Make(pool, 300'000)->data());
  EXPECT_EQ(first, RequestBuffer::Make(pool, 1'000'000)->data());
}

TEST(RequestBufferTest, TheNewestOfThoseGivenBackAreKept) {
  auto pool = std::make_shared<ChunkPool>(std::make_shared<ReceiveMemory>(64 << 20));
  std::vector<std::shared_ptr<RequestBuffer>> buffers;
  for (int i = 0; i < 3; ++i) buffers.push_back(RequestBuffer::Make(pool, 1'000'000));
  const uint8_t* second = buffers[1]->data();
  const uint8_t* third = buffers[2]->data();
  for (auto& buffer : buffers) buffer = nullptr;
  buffers[0] = RequestBuffer::Make(pool, 1'000'000);
  buffers[1] = RequestBuffer::Make(pool, 1'000'000);
  EXPECT_EQ(third, buffers[0]->data());
  EXPECT_EQ(second, buffers[1]->data());
  pool->Trim();
  pool = nullptr;  // the buffers keep it
}

}  // namespace
}  // namespace monkafka::net
