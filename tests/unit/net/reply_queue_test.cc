#include "net/reply_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace monkafka::net {
namespace {

using Front = ReplyQueue::Front;

class TextFile final : public ReadableFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    return text_.copy(reinterpret_cast<char*>(out.data()), out.size(),
                      static_cast<size_t>(position));
  }

 private:
  std::string text_;
};

Payload Text(std::string_view text) {
  Payload payload;
  payload.Add(std::vector<uint8_t>(text.begin(), text.end()));
  return payload;
}

std::string Gathered(const ReplyQueue& queue, size_t ranges = 16) {
  std::vector<iovec> space(ranges);
  bool more = false;
  const size_t count = queue.Gather(space, more);
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(space[i].iov_base), space[i].iov_len);
  }
  return bytes + (more ? "+" : "");
}

std::string Prefixed(std::string_view text) {
  return std::string("\0\0\0", 3) + static_cast<char>(text.size()) + std::string(text);
}

TEST(ReplyQueueTest, RepliesLeaveInTheOrderOfTheRequests) {
  ReplyQueue queue;
  const auto first = queue.Add();
  const auto second = queue.Add();
  queue.Set(second, Reply::Send(Text("two")));
  EXPECT_EQ(Front::kNothing, queue.Look());
  EXPECT_EQ(1u, queue.unanswered());
  queue.Set(first, Reply::Send(Text("one")));
  EXPECT_EQ(Front::kMemory, queue.Look());
  EXPECT_EQ(Prefixed("one") + Prefixed("two"), Gathered(queue));
  EXPECT_EQ(6, queue.memory_bytes());
  queue.Advance(14);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(0, queue.memory_bytes());
}

TEST(ReplyQueueTest, ASendMayStopAfterAnyByte) {
  const std::string all = Prefixed("one") + Prefixed("") + Prefixed("three");
  for (size_t first = 0; first <= all.size(); ++first) {
    ReplyQueue queue;
    for (const char* text : {"one", "", "three"}) queue.Set(queue.Add(), Reply::Send(Text(text)));
    queue.Advance(static_cast<int64_t>(first));
    if (first < all.size()) {
      ASSERT_EQ(Front::kMemory, queue.Look());
    }
    EXPECT_EQ(all.substr(first), Gathered(queue));
    queue.Advance(static_cast<int64_t>(all.size() - first));
    EXPECT_TRUE(queue.empty());
  }
}

TEST(ReplyQueueTest, FewerRangesThanPiecesAreFilledAndSayThatMoreFollows) {
  ReplyQueue queue;
  queue.Set(queue.Add(), Reply::Send(Text("one")));
  queue.Set(queue.Add(), Reply::Send(Text("two")));
  EXPECT_EQ(Prefixed("one") + Prefixed("two").substr(0, 4) + "+", Gathered(queue, 3));
  EXPECT_EQ(Prefixed("one") + Prefixed("two"), Gathered(queue, 4));
}

TEST(ReplyQueueTest, FilesStandBetweenMemory) {
  ReplyQueue queue;
  Payload payload = Text("head");
  payload.Add(FilePiece{std::make_shared<TextFile>("0123456789"), 2, 6});
  payload.Add(Text("tail"));
  queue.Set(queue.Add(), Reply::Send(std::move(payload)));
  EXPECT_EQ(std::string("\0\0\0\x0e", 4) + "head+", Gathered(queue));
  queue.Advance(8);
  ASSERT_EQ(Front::kFile, queue.Look());
  EXPECT_EQ(2, queue.file().position);
  queue.Advance(2);
  ASSERT_EQ(Front::kFile, queue.Look());
  EXPECT_EQ(2, queue.file_offset());
  // The next three bytes come as memory, then the file goes on behind them.
  auto owner = std::make_shared<std::string>("456");
  queue.ReplaceFile(MemoryPiece{owner, AsBytes(*owner)});
  EXPECT_EQ("456+", Gathered(queue));
  queue.Advance(3);
  ASSERT_EQ(Front::kFile, queue.Look());
  EXPECT_EQ(7, queue.file().position);
  EXPECT_EQ(1, queue.file().length);
  queue.ReplaceFile(MemoryPiece{owner, AsBytes(*owner).first(1)});
  EXPECT_EQ("4tail", Gathered(queue));
  queue.Advance(5);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(0, queue.memory_bytes());
}

TEST(ReplyQueueTest, WhatIsSentReleasesItsOwner) {
  ReplyQueue queue;
  auto owner = std::make_shared<std::string>("abc");
  Payload payload;
  payload.Add(MemoryPiece{owner, AsBytes(*owner)});
  payload.Add(Text("def"));
  queue.Set(queue.Add(), Reply::Send(std::move(payload)));
  EXPECT_EQ(2, owner.use_count());
  queue.Advance(7);
  EXPECT_EQ(1, owner.use_count());
}

TEST(ReplyQueueTest, NothingTakesNoBytesButItsTurn) {
  ReplyQueue queue;
  const auto first = queue.Add();
  queue.Set(queue.Add(), Reply::Nothing());
  queue.Set(queue.Add(), Reply::Send(Text("x")));
  EXPECT_EQ(Front::kNothing, queue.Look());
  queue.Set(first, Reply::Nothing());
  EXPECT_EQ(Front::kMemory, queue.Look());
  EXPECT_EQ(Prefixed("x"), Gathered(queue));
}

TEST(ReplyQueueTest, CloseComesAfterWhatWasAnsweredBefore) {
  ReplyQueue queue;
  queue.Set(queue.Add(), Reply::Send(Text("x")));
  queue.Set(queue.Add(), Reply::Close());
  queue.Set(queue.Add(), Reply::Send(Text("never")));
  EXPECT_EQ(Prefixed("x"), Gathered(queue));
  queue.Advance(5);
  EXPECT_EQ(Front::kClose, queue.Look());
}

TEST(ReplyQueueTest, AThrottleCountsFromWhenItsReplyIsSent) {
  using std::chrono::milliseconds;
  ReplyQueue queue;
  Reply reply = Reply::Send(Text("x"));
  reply.throttle = milliseconds(30);
  queue.Set(queue.Add(), std::move(reply));
  Reply nothing = Reply::Nothing();
  nothing.throttle = milliseconds(20);
  queue.Set(queue.Add(), std::move(nothing));
  queue.Advance(4);
  EXPECT_EQ(milliseconds(0), queue.TakeThrottle());
  queue.Advance(1);
  queue.Look();
  EXPECT_EQ(milliseconds(30), queue.TakeThrottle());
  EXPECT_EQ(milliseconds(0), queue.TakeThrottle());
}

TEST(ReplyQueueTest, AReplyWithoutALengthClosesInstead) {
  ReplyQueue queue;
  Payload payload;
  payload.Add(FilePiece{std::make_shared<TextFile>(""), 0, int64_t{1} << 31});
  EXPECT_FALSE(queue.Set(queue.Add(), Reply::Send(std::move(payload))));
  EXPECT_EQ(Front::kClose, queue.Look());
}

}  // namespace
}  // namespace monkafka::net
