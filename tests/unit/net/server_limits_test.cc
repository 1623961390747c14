// What one peer, or many, can make the server hold.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server_fixture.h"

namespace monkafka::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(ServerTest, NoMoreThanTheLimitOfRequestsIsInFlight) {
  options_.max_in_flight_per_connection = 2;
  StartServer();
  TestClient client(port());
  std::string stream;
  for (int i = 0; i < 5; ++i) stream += Framed(std::to_string(i));
  client.SendBytes(stream);
  Request zero = inbox_.Take();
  Request one = inbox_.Take();
  Barrier();
  EXPECT_EQ(0u, inbox_.size());
  one.responder.Send(TextReply("1"));  // cannot be sent before the other: no room yet
  Barrier();
  EXPECT_EQ(0u, inbox_.size());
  zero.responder.Send(TextReply("0"));
  EXPECT_EQ("2", inbox_.Take().text());  // dropped at once: closes after the replies
  EXPECT_EQ("0", client.Receive());
  EXPECT_EQ("1", client.Receive());
  EXPECT_EQ(std::nullopt, client.Receive());
}

TEST_F(ServerTest, APeerThatDoesNotReadIsNotReadFrom) {
  options_.max_queued_reply_bytes = 1'000'000;
  options_.send_buffer_bytes = 65536;
  constexpr int kRequests = 60;
  const std::string reply = Pattern(200'000);
  std::atomic<int> seen = 0;
  StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    if (AsText(frame.bytes).starts_with("echo")) return responder.Send(Echo(frame));
    ++seen;
    responder.Send(TextReply(reply));
  });
  TestClient slow;
  slow.SetReceiveBuffer(4096);
  slow.Connect(port());
  std::string stream;
  for (int i = 0; i < kRequests; ++i) stream += Framed("more");
  slow.SendBytes(stream);
  Barrier();
  const int before_reading = seen;
  EXPECT_GE(before_reading, 5);
  EXPECT_LT(before_reading, 20);
  for (int i = 0; i < kRequests; ++i) ASSERT_TRUE(reply == slow.Receive()) << i;
  EXPECT_EQ(kRequests, seen);
}

TEST_F(ServerTest, ClaimsAloneCostLittle) {
  StartServer();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->RoundTrip("echo");
    clients.back()->SendBytes(Framed(std::string(100 * 1024 * 1024, 'x')).substr(0, 5));
  }
  Barrier();
  EXPECT_GT(server_->receive_memory_used(), 0);
  EXPECT_LE(server_->receive_memory_used(), 20 * 64 * 1024);
}

TEST_F(ServerTest, HalfReceivedRequestsLargerThanTheMemoryAllGetThrough) {
  options_.receive_memory_bytes = 1'000'000;
  StartServer();
  constexpr int kClients = 6;
  const std::string request = "echo" + Pattern(900'000);
  const std::string stream = Framed(request);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->SendBytes(std::string_view(stream).substr(0, 300'000));
  }
  std::vector<std::thread> threads;
  for (auto& client : clients) {
    threads.emplace_back([&] {
      client->SendBytes(std::string_view(stream).substr(300'000));
      EXPECT_TRUE(request == client->Receive());
    });
  }
  for (std::thread& thread : threads) thread.join();
  Barrier();
  EXPECT_EQ(0, server_->receive_memory_used());
}

TEST_F(ServerTest, WithoutReceiveMemoryReadingWaitsUntilARequestIsReleased) {
  options_.receive_memory_bytes = 500'000;
  StartServer();
  TestClient big(port());
  TestClient other(port());
  TestClient another(port());
  big.SendBytes(Framed(Pattern(600'000)));
  Request held = inbox_.Take();
  other.Send("small");
  another.Send("small");
  WaitUntil([this] { return server_->connections_without_memory() >= 2; });
  EXPECT_EQ(0u, inbox_.size());
  held.frame = {};
  EXPECT_EQ("small", inbox_.Take().text());
  EXPECT_EQ("small", inbox_.Take().text());
  EXPECT_EQ(0, server_->connections_without_memory());
}

TEST_F(ServerTest, WhoStallsInTheWayOfOthersIsClosed) {
  options_.receive_memory_bytes = 300'000;
  StartServer();
  TestClient stalled(port());
  TestClient waiting(port());
  stalled.SendBytes(Framed(std::string(800'000, 'x')).substr(0, 400'000));
  WaitUntil([this] {
    const auto all = server_->Connections();
    return all.size() == 2 && all[0].bytes_in + all[1].bytes_in == 400'000;
  });
  waiting.Send("echo at last");
  WaitUntil([this] { return server_->connections_without_memory() == 1; });
  timers_.AdvanceBy(seconds(30));
  EXPECT_EQ("echo at last", waiting.Receive());
  EXPECT_NE(TestClient::End::kMoreBytes, stalled.ReadEnd());
}

TEST_F(ServerTest, TwoThousandIdleConnectionsHoldNoReceiveMemory) {
  options_.backlog = 4096;
  StartServer();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 2000; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->Send("echo " + std::to_string(i));
  }
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ("echo " + std::to_string(i), clients[static_cast<size_t>(i)]->Receive());
  }
  EXPECT_EQ(2000, server_->connection_count());
  EXPECT_EQ(2000u, server_->Connections().size());
  clients.resize(1000);
  Barrier();
  EXPECT_EQ(1001, server_->connection_count());
  EXPECT_EQ(0, server_->receive_memory_used());
}

TEST_F(ServerTest, AnIdleConnectionIsClosedAndOneThatWaitsForUsIsNot) {
  options_.connections_max_idle = seconds(60);
  StartServer();
  TestClient idle(port());
  TestClient waits(port());
  TestClient active(port());
  idle.RoundTrip("echo");
  active.RoundTrip("echo");
  waits.Send("long poll");
  Request poll = inbox_.Take();
  timers_.AdvanceBy(seconds(40));
  active.RoundTrip("echo");
  timers_.AdvanceBy(seconds(24));
  EXPECT_EQ(TestClient::End::kClosed, idle.ReadEnd());
  EXPECT_EQ("echo", active.RoundTrip("echo"));
  poll.responder.Send(TextReply("data"));
  EXPECT_EQ("data", waits.Receive());
}

TEST_F(ServerTest, APeerThatNeverReadsItsReplyIsIdle) {
  options_.connections_max_idle = seconds(60);
  StartServer();
  TestClient client;
  client.SetReceiveBuffer(4096);
  client.Connect(port());
  client.SendBytes(Framed("big") + Framed("not answered"));
  Request big = inbox_.Take();
  const Request not_answered = inbox_.Take();
  big.responder.Send(TextReply(Pattern(20'000'000)));
  Barrier();
  barrier_->Close();
  timers_.AdvanceBy(seconds(64));
  WaitUntil([this] { return server_->connection_count() == 0; });
}

TEST_F(ServerTest, WithoutConnectionsNothingWakes) {
  StartServer();
  EXPECT_EQ(0u, timers_.size());
  TestClient client(port());
  client.RoundTrip("echo");
  EXPECT_EQ(1u, timers_.size());
  client.Close();
  WaitUntil([this] { return server_->connection_count() == 0; });
  timers_.AdvanceBy(seconds(30));
  EXPECT_EQ(0u, timers_.size());
}

}  // namespace
}  // namespace monkafka::net
