// Threads that do a sleeping network thread's work instead of waking it.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/stand_in.h"
#include "net/mailbox.h"
#include "server_fixture.h"

namespace monkafka::net {
namespace {

class MailboxTest : public testing::Test {
 protected:
  struct TestOwner final : Mailbox::Owner {
    explicit TestOwner(Mailbox& its) : mailbox(its) {}
    void ReadMail() override {
      EXPECT_EQ(&mailbox, Mailbox::OfThisThread());
      ++reads;
      for (Task& task : mailbox.Take()) task();
    }
    bool IsStopping() const override { return stopping; }

    Mailbox& mailbox;
    int reads = 0;
    bool stopping = false;
  };

  bool WasWoken() const {
    pollfd wake_up{mailbox_->wake_up(), POLLIN, 0};
    return poll(&wake_up, 1, 0) == 1;
  }
  void PostStandingIn(Task task = [] {}) {
    const StandIn stand_in;
    mailbox_->Post(std::move(task));
  }

  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  TestOwner owner_{*mailbox_};
};

TEST_F(MailboxTest, WhoIsAwakeIsLeftAlone) {
  mailbox_->SetOwner(&owner_);
  PostStandingIn();
  EXPECT_EQ(0, owner_.reads);
  EXPECT_FALSE(WasWoken());
  EXPECT_FALSE(mailbox_->FallAsleep());
}

TEST_F(MailboxTest, WhoSleepsSleepsOn) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  int ran = 0;
  PostStandingIn([&] { ++ran; });
  EXPECT_EQ(1, ran);
  EXPECT_EQ(nullptr, Mailbox::OfThisThread());
  EXPECT_FALSE(WasWoken());
  // Still asleep: the next post has to do something about it.
  PostStandingIn([&] { ++ran; });
  EXPECT_EQ(2, ran);
}

TEST_F(MailboxTest, WithoutAStandInItIsWoken) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  mailbox_->Post([] {});
  EXPECT_EQ(0, owner_.reads);
  EXPECT_TRUE(WasWoken());
}

TEST_F(MailboxTest, WhoseTurnIsTakenIsWoken) {
  mailbox_->SetOwner(&owner_);
  {
    const Mailbox::Turn turn(*mailbox_);
    ASSERT_TRUE(mailbox_->FallAsleep());  // as it is before another's turn ends
    std::thread([this] { PostStandingIn(); }).join();
  }
  EXPECT_EQ(0, owner_.reads);
  EXPECT_TRUE(WasWoken());
}

TEST_F(MailboxTest, MoreMailIsLeftToItsThread) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  PostStandingIn([this] { mailbox_->Post([] {}); });
  EXPECT_EQ(1, owner_.reads);
  EXPECT_TRUE(WasWoken());
}

TEST_F(MailboxTest, MuchMailIsLeftToItsThread) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  {
    const StandIn stand_in;
    for (int i = 0; i < 100; ++i) mailbox_->Post([] {});
  }
  EXPECT_EQ(0, owner_.reads);
  EXPECT_TRUE(WasWoken());
}

// Whoever has noted it may still have a lot to do.
TEST_F(MailboxTest, ASecondOneDoesNotWaitForWhoHasNotedIt) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  {
    const StandIn stand_in;
    mailbox_->Post([] {});
    mailbox_->Post([] {});
    EXPECT_FALSE(WasWoken());
    std::thread([this] { mailbox_->Post([] {}); }).join();
    EXPECT_TRUE(WasWoken());
  }
  EXPECT_EQ(0, owner_.reads);
  EXPECT_EQ(3u, mailbox_->Take().size());
}

TEST_F(MailboxTest, AnotherStandInDoesNotWaitForWhoHasNotedItEither) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  {
    const StandIn stand_in;
    mailbox_->Post([] {});
    std::thread([this] { PostStandingIn(); }).join();
    EXPECT_TRUE(WasWoken());
  }
  EXPECT_EQ(0, owner_.reads);
}

TEST_F(MailboxTest, WhoIsToStopIsWoken) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  PostStandingIn([this] { owner_.stopping = true; });
  EXPECT_TRUE(WasWoken());
}

TEST_F(MailboxTest, NobodyStandsInForWhoIsGone) {
  mailbox_->SetOwner(&owner_);
  ASSERT_TRUE(mailbox_->FallAsleep());
  mailbox_->SetOwner(nullptr);
  PostStandingIn();
  EXPECT_EQ(0, owner_.reads);
}

TEST_F(ServerTest, AnAnswerCanLeaveFromTheThreadThatGivesIt) {
  StartServer();
  TestClient client(port());
  client.Send("question");
  const Request request = inbox_.Take();
  std::atomic<bool> here = false;
  // Until it has gone to sleep it does the work itself.
  WaitUntil([&] {
    const StandIn stand_in;
    request.connection->executor->Post(
        [&, self = std::this_thread::get_id()] { here = self == std::this_thread::get_id(); });
    return here.load();
  });
}

// A request on one connection answers those that wait on others, as a produced record does.
TEST_F(ServerTest, NetworkThreadsStandInForEachOther) {
  constexpr int kPairs = 3;
  constexpr int kRounds = 300;
  const SystemClock clock;
  struct Held {
    Mutex mutex;
    Responder responder GUARDED_BY(mutex);
  };
  std::array<Held, kPairs> held;
  options_.network_threads = 2;
  options_.listeners = {{"PLAINTEXT", "127.0.0.1", 0}};
  auto server = Server::Listen(
      options_, Handlers([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
        const std::string text(AsText(frame.bytes));
        Held& pair = held[static_cast<size_t>(text[1] - '0')];
        Responder waiting;
        {
          MutexLock lock(pair.mutex);
          waiting = std::exchange(pair.responder, {});
          if (text[0] == 'w') pair.responder = std::move(responder);
        }
        if (text[0] == 'w') return;
        EXPECT_TRUE(waiting.pending());
        waiting.Send(TextReply("woken"));
        responder.Send(TextReply("done"));
      }),
      clock, timers_, workers_);
  ASSERT_TRUE(server);
  (*server)->Start();
  const int port = (*server)->ports().at("PLAINTEXT");
  std::vector<std::thread> threads;
  for (int pair = 0; pair < kPairs; ++pair) {
    threads.emplace_back([&, pair] {
      TestClient waits(port);
      TestClient wakes(port);
      for (int round = 0; round < kRounds; ++round) {
        waits.Send("w" + std::to_string(pair));
        const auto is_held = [&] {
          MutexLock lock(held[static_cast<size_t>(pair)].mutex);
          return held[static_cast<size_t>(pair)].responder.pending();
        };
        while (!is_held()) std::this_thread::yield();
        wakes.Send("a" + std::to_string(pair));
        ASSERT_EQ("done", wakes.Receive());
        ASSERT_EQ("woken", waits.Receive());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace monkafka::net
