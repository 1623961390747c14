#include "net/receiver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "test_client.h"

namespace monkafka::net {
namespace {

constexpr int32_t kMaxRequest = 8 * 1024 * 1024;

class ReceiverTest : public testing::Test {
 protected:
  // Feeds the bytes as one read after the other would find them, at most `per_read` at a time, and
  // cuts after each. Returns the last answer.
  Receiver::Cut Feed(std::string_view bytes, size_t per_read, Receiver& receiver) {
    Receiver::Cut cut = Receiver::Cut::kMore;
    while (!bytes.empty() && cut == Receiver::Cut::kMore) {
      std::array<iovec, 2> space;
      const int ranges = receiver.Prepare(space);
      if (ranges == 0) {
        ADD_FAILURE() << "no receive memory";
        return cut;
      }
      size_t offered = std::min(per_read, bytes.size());
      size_t taken = 0;
      for (int i = 0; i < ranges && offered > 0; ++i) {
        const size_t n = std::min(space[i].iov_len, offered);
        std::memcpy(space[i].iov_base, bytes.data() + taken, n);
        taken += n;
        offered -= n;
      }
      bytes.remove_prefix(taken);
      receiver.Received(taken);
      cut = CutAll(receiver);
    }
    return cut;
  }
  Receiver::Cut CutAll(Receiver& receiver) {
    for (;;) {
      Frame frame;
      const Receiver::Cut cut = receiver.Next(frame);
      if (cut != Receiver::Cut::kFrame) return cut;
      frames_.push_back(std::move(frame));
    }
  }
  Receiver::Cut Feed(std::string_view bytes) { return Feed(bytes, bytes.size(), receiver_); }

  std::shared_ptr<ReceiveMemory> memory_ = std::make_shared<ReceiveMemory>(64 << 20);
  std::shared_ptr<ChunkPool> pool_ = std::make_shared<ChunkPool>(memory_);
  std::function<bool(Bytes)> copy_out_;
  Receiver receiver_{pool_, memory_, kMaxRequest, copy_out_};
  std::vector<Frame> frames_;
};

TEST_F(ReceiverTest, PipelinedRequestsOfOneReadAreCut) {
  EXPECT_EQ(Receiver::Cut::kMore, Feed(Framed("one") + Framed("") + Framed("three")));
  ASSERT_EQ(3u, frames_.size());
  EXPECT_EQ("one", AsText(frames_[0].bytes));
  EXPECT_EQ("", AsText(frames_[1].bytes));
  EXPECT_EQ("three", AsText(frames_[2].bytes));
}

TEST_F(ReceiverTest, HoweverTheBytesAreSplitTheRequestsAreTheSame) {
  const std::vector<size_t> sizes = {
      0,      1, 4096,   4097,  16384, 20000,      100000,          256 * 1024, 262140,
      262139, 3, 300000, 65536, 65537, 262144 * 2, 3 * 1024 * 1024, 5,          70000};
  std::vector<std::string> requests;
  std::string stream;
  for (size_t i = 0; i < sizes.size(); ++i) {
    requests.push_back(Pattern(sizes[i], static_cast<unsigned>(i)));
    stream += Framed(requests.back());
  }
  std::mt19937 random(7);
  for (const size_t per_read : {997u, 4096u, 60000u, 262144u, 1u << 24}) {
    for (const bool parks : {false, true}) {
      SCOPED_TRACE(testing::Message() << per_read << " bytes per read, parks: " << parks);
      frames_.clear();
      Receiver receiver(pool_, memory_, kMaxRequest, copy_out_);
      std::string_view rest = stream;
      while (!rest.empty()) {
        const size_t n = std::min<size_t>(rest.size(), 1 + random() % per_read);
        ASSERT_EQ(Receiver::Cut::kMore, Feed(rest.substr(0, n), per_read, receiver));
        rest.remove_prefix(n);
        if (parks) receiver.Park();
      }
      ASSERT_EQ(requests.size(), frames_.size());
      for (size_t i = 0; i < requests.size(); ++i) {
        EXPECT_TRUE(requests[i] == AsText(frames_[i].bytes)) << "request " << i;
      }
    }
  }
}

TEST_F(ReceiverTest, OneByteAtATime) {
  const std::string request = Pattern(9000);
  const std::string stream = Framed(request) + Framed("next");
  for (const char& byte : stream) {
    ASSERT_EQ(Receiver::Cut::kMore, Feed({&byte, 1}));
    receiver_.Park();
  }
  ASSERT_EQ(2u, frames_.size());
  EXPECT_TRUE(request == AsText(frames_[0].bytes));
  EXPECT_EQ("next", AsText(frames_[1].bytes));
}

TEST_F(ReceiverTest, FramesMayBePatchedAndDoNotOverlap) {
  std::string stream;
  for (int i = 0; i < 40; ++i) stream += Framed(Pattern(5000 + 1000 * i, i));
  ASSERT_EQ(Receiver::Cut::kMore, Feed(stream, 100'000, receiver_));
  ASSERT_EQ(40u, frames_.size());
  for (size_t i = 0; i < frames_.size(); ++i) {
    std::ranges::fill(frames_[i].bytes, static_cast<uint8_t>(i));
  }
  for (size_t i = 0; i < frames_.size(); ++i) {
    EXPECT_TRUE(std::ranges::all_of(frames_[i].bytes, [i](uint8_t b) { return b == i; })) << i;
  }
}

TEST_F(ReceiverTest, LargeRequestsViewTheChunkAndSmallOnesAreCopiedOut) {
  Feed(Framed(Pattern(20'000)) + Framed(Pattern(20'000)) + Framed("small"));
  receiver_.Park();
  ASSERT_EQ(3u, frames_.size());
  EXPECT_EQ(frames_[0].owner, frames_[1].owner);
  EXPECT_EQ(frames_[0].bytes.data() + 20'004, frames_[1].bytes.data());
  EXPECT_NE(frames_[0].owner, frames_[2].owner);
  frames_.erase(frames_.begin(), frames_.begin() + 2);
  EXPECT_EQ(5, memory_->used());  // what waits does not keep the chunk
}

// What is in the chunk of a request that does not fit there is copied to where the rest arrives.
TEST_F(ReceiverTest, BehindALargeRequestLittleIsReadOfTheNext) {
  const auto offered = [this] {
    std::array<iovec, 2> space;
    EXPECT_EQ(1, receiver_.Prepare(space));
    return space[0].iov_len;
  };
  EXPECT_EQ(kChunkBytes, offered());
  Feed(Framed(Pattern(1024 * 1024, 1)));
  EXPECT_EQ(size_t{64 * 1024 + 4}, offered());
  Feed(Framed(Pattern(1024 * 1024, 2)));
  EXPECT_EQ(size_t{64 * 1024 + 4}, offered());
  Feed(Framed("small"));
  EXPECT_LT(size_t{128 * 1024}, offered());
  ASSERT_EQ(3u, frames_.size());
  EXPECT_EQ(Pattern(1024 * 1024, 2), AsText(frames_[1].bytes));
}

TEST_F(ReceiverTest, IsBetweenLargeRequestsBehindAWholeOneAlone) {
  EXPECT_FALSE(receiver_.between_large());
  const std::string large = Framed(Pattern(1024 * 1024));
  Feed(large);
  EXPECT_TRUE(receiver_.between_large());
  Feed(large.substr(0, 2));
  EXPECT_FALSE(receiver_.between_large());
  Feed(large.substr(2, 1000));
  EXPECT_FALSE(receiver_.between_large());
  Feed(large.substr(1002));
  EXPECT_TRUE(receiver_.between_large());
  Feed(Framed(Pattern(20'000)));
  EXPECT_FALSE(receiver_.between_large());
}

TEST_F(ReceiverTest, RequestsThatTheOptionsNameAreCopiedOut) {
  copy_out_ = [](Bytes request) { return request[0] == 'w'; };
  Feed(Framed(std::string(20'000, 'w')) + Framed(std::string(20'000, 'p')));
  receiver_.Park();
  ASSERT_EQ(2u, frames_.size());
  frames_.pop_back();
  EXPECT_EQ(20'000, memory_->used());
}

TEST_F(ReceiverTest, AnIdleReceiverHoldsNothing) {
  Feed(Framed(Pattern(50'000)) + Framed("a"));
  receiver_.Park();
  frames_.clear();
  EXPECT_FALSE(receiver_.holds_memory());
  EXPECT_EQ(0, memory_->used());
}

TEST_F(ReceiverTest, PartOfALengthIsKeptWithoutMemory) {
  const std::string stream = Framed("hello");
  Feed(stream.substr(0, 3));
  receiver_.Park();
  EXPECT_EQ(0, memory_->used());
  Feed(stream.substr(3));
  ASSERT_EQ(1u, frames_.size());
  EXPECT_EQ("hello", AsText(frames_[0].bytes));
}

TEST_F(ReceiverTest, AClaimAloneCostsLittle) {
  Feed(Framed(Pattern(kMaxRequest)).substr(0, 100));
  receiver_.Park();
  EXPECT_LE(memory_->used(), 64 * 1024);
}

TEST_F(ReceiverTest, AStartedSmallRequestDoesNotKeepAChunk) {
  Feed(Framed(Pattern(9'000)).substr(0, 100));
  receiver_.Park();
  EXPECT_EQ(9'000, memory_->used());
}

TEST_F(ReceiverTest, LengthsOutsideTheLimitsAreRefused) {
  const std::string negative("\xff\xff\xff\xff", 4);
  const std::string largest("\x7f\xff\xff\xff", 4);
  const std::string one_more = Framed(std::string(kMaxRequest + 1, 'x')).substr(0, 4);
  for (const std::string& length : {negative, largest, one_more}) {
    receiver_.Clear();
    frames_.clear();
    EXPECT_EQ(Receiver::Cut::kBadLength, Feed(Framed("good") + length));
    EXPECT_EQ(1u, frames_.size());
  }
  EXPECT_EQ(kMaxRequest + 1, receiver_.bad_length());
}

TEST_F(ReceiverTest, WithoutReceiveMemoryOneStartedRequestGoesOnAndTheOthersWait) {
  memory_ = std::make_shared<ReceiveMemory>(150'000);
  pool_ = std::make_shared<ChunkPool>(memory_);
  Receiver first(pool_, memory_, kMaxRequest, copy_out_);
  Receiver second(pool_, memory_, kMaxRequest, copy_out_);
  Receiver third(pool_, memory_, kMaxRequest, copy_out_);
  const std::string request = Pattern(400'000);
  const std::string stream = Framed(request);
  for (Receiver* receiver : {&first, &second}) {
    Feed(std::string_view(stream).substr(0, 10'000), 10'000, *receiver);
    receiver->Park();
  }
  memory_->Charge(150'000);
  std::array<iovec, 2> space;
  EXPECT_EQ(0, third.Prepare(space));
  EXPECT_EQ(1, first.Prepare(space));
  EXPECT_EQ(0, second.Prepare(space));
  Feed(std::string_view(stream).substr(10'000), 1 << 20, first);
  ASSERT_EQ(1u, frames_.size());
  EXPECT_TRUE(request == AsText(frames_[0].bytes));
  EXPECT_EQ(1, second.Prepare(space));
  second.Clear();  // as when its connection is closed
  EXPECT_TRUE(memory_->BeginOverdraft());
}

// Who holds a chunk reads on without room; what is in it must not then take megabytes.
TEST_F(ReceiverTest, ALargeRequestThatBeginsInAHeldChunkWaitsForRoom) {
  constexpr size_t kPart = 100'000;
  const std::string fits = Pattern(150'000, 1);
  const std::string large = Pattern(3'000'000, 2);
  const std::string stream = Framed(fits) + Framed(large);
  const size_t begun = Framed(fits).size() + kPart;
  ASSERT_EQ(Receiver::Cut::kMore, Feed(std::string_view(stream).substr(0, kPart)));
  memory_->Charge(64 << 20);
  ASSERT_TRUE(memory_->BeginOverdraft());
  const int64_t before = memory_->used();

  ASSERT_EQ(Receiver::Cut::kMore, Feed(std::string_view(stream).substr(kPart, begun - kPart)));
  ASSERT_EQ(1u, frames_.size());
  EXPECT_EQ(memory_->used(), before);
  std::array<iovec, 2> space;
  EXPECT_EQ(0, receiver_.Prepare(space));
  EXPECT_TRUE(receiver_.could_overdraft());
  EXPECT_EQ(Receiver::Cut::kMore, CutAll(receiver_));
  EXPECT_EQ(memory_->used(), before);

  memory_->EndOverdraft();
  EXPECT_EQ(Receiver::Cut::kMore, CutAll(receiver_));
  EXPECT_EQ(Receiver::Cut::kMore, Feed(std::string_view(stream).substr(begun)));
  ASSERT_EQ(2u, frames_.size());
  EXPECT_TRUE(fits == AsText(frames_[0].bytes));
  EXPECT_TRUE(large == AsText(frames_[1].bytes));
  EXPECT_TRUE(memory_->BeginOverdraft()) << "given back when the request was whole";
}

TEST_F(ReceiverTest, ASmallAssemblyGrowsOnlyWhenThereIsRoom) {
  const std::string large = Pattern(3'000'000);
  const std::string stream = Framed(large);
  Feed(std::string_view(stream).substr(0, 1000));
  std::array<iovec, 2> space;
  ASSERT_EQ(1, receiver_.Prepare(space));
  const size_t n = space[0].iov_len;  // all of the small assembly
  std::memcpy(space[0].iov_base, stream.data() + 1000, n);
  memory_->Charge(64 << 20);  // others were faster
  ASSERT_TRUE(memory_->BeginOverdraft());
  const int64_t before = memory_->used();
  receiver_.Received(n);
  EXPECT_EQ(Receiver::Cut::kMore, CutAll(receiver_));
  EXPECT_EQ(memory_->used(), before);
  EXPECT_EQ(0, receiver_.Prepare(space));

  memory_->Release(64 << 20);
  EXPECT_EQ(Receiver::Cut::kMore, CutAll(receiver_));
  EXPECT_EQ(Receiver::Cut::kMore, Feed(std::string_view(stream).substr(1000 + n)));
  ASSERT_EQ(1u, frames_.size());
  EXPECT_TRUE(large == AsText(frames_[0].bytes));
}

}  // namespace
}  // namespace monkafka::net
