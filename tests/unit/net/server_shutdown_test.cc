// Draining, stopping, and what outlives the server.
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

TEST_F(ServerTest, DrainAnswersWhatIsInFlightAndReadsNothingMore) {
  StartServer();
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<Request> requests;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->Send(std::to_string(i));
    requests.push_back(inbox_.Take());
  }
  TestClient idle(port());
  idle.RoundTrip("echo");
  bool drained = false;
  std::thread drain([&] { drained = server_->Drain(milliseconds(10'000)); });
  EXPECT_EQ(TestClient::End::kClosed, idle.ReadEnd());  // it owes nothing
  timers_.WaitForOneWithin(milliseconds(10'000));
  clients[0]->Send("too late");
  for (size_t i = 5; i-- > 0;) {  // the first one last, turns after what came too late
    requests[i].responder.Send(TextReply("done " + requests[i].text()));
    EXPECT_EQ("done " + std::to_string(i), clients[i]->Receive());
    EXPECT_EQ(std::nullopt, clients[i]->Receive());
  }
  drain.join();
  EXPECT_TRUE(drained);
  EXPECT_EQ(0u, inbox_.size());
  EXPECT_EQ(0, server_->connection_count());
}

TEST_F(ServerTest, DrainWaitsNoLongerThanItIsTold) {
  StartServer();
  TestClient client(port());
  client.Send("never answered");
  Request request = inbox_.Take();
  std::thread time([&] {
    timers_.WaitForOneWithin(milliseconds(5'000));
    timers_.AdvanceBy(milliseconds(5'000));
  });
  EXPECT_FALSE(server_->Drain(milliseconds(5'000)));
  time.join();
  EXPECT_EQ(std::nullopt, client.Receive());
  request.responder.Send(TextReply("too late"));
}

TEST_F(ServerTest, DrainWithoutConnectionsReturnsAtOnce) {
  StartServer();
  EXPECT_TRUE(server_->Drain(milliseconds(5'000)));
  timers_.AdvanceBy(milliseconds(5'000));  // what is still scheduled does nothing
  EXPECT_EQ(0u, timers_.size());
}

TEST_F(ServerTest, AServerThatWasNotStartedStopsToo) {
  StartServer();
  options_.listeners = {{"PLAINTEXT", "127.0.0.1", 0}};
  auto server = Server::Listen(options_, Handlers([](auto&&...) {}), clock_, timers_, workers_);
  ASSERT_TRUE(server);
  TestClient client((*server)->ports().at("PLAINTEXT"));
  EXPECT_TRUE((*server)->Drain(milliseconds(5'000)));
}

TEST_F(ServerTest, StopClosesAtOnceAndRespondersAndFramesOutliveTheServer) {
  StartServer();
  TestClient client(port());
  const std::string large = Pattern(30'000);
  client.SendBytes(Framed(large) + Framed("two"));
  Request one = inbox_.Take();
  Request two = inbox_.Take();
  server_->Stop();
  EXPECT_EQ(std::nullopt, client.Receive());
  server_ = nullptr;
  EXPECT_TRUE(large == one.text());
  EXPECT_EQ("127.0.0.1", two.connection->client_host);
  two.responder.Send(TextReply("2"));
  one.responder.Send(Echo(one.frame));
}

TEST_F(ServerTest, WhatIsPostedToAConnectionAfterTheServerIsDropped) {
  StartServer();
  TestClient client(port());
  client.Send("fetch");
  Request request = inbox_.Take();
  server_->Stop();
  const std::shared_ptr<Executor> executor = request.connection->executor;
  executor->Post([request = std::move(request)] { ADD_FAILURE() << "the server is gone"; });
  EXPECT_EQ(std::nullopt, client.Receive());
}

TEST_F(ServerTest, AThrottleThatEndsAfterTheServerIsHarmless) {
  StartServer();
  TestClient client(port());
  client.Send("one");
  Reply reply = TextReply("1");
  reply.throttle = seconds(1);
  inbox_.Take().responder.Send(std::move(reply));
  EXPECT_EQ("1", client.Receive());
  timers_.WaitForOneWithin(seconds(1));
  server_ = nullptr;
  timers_.AdvanceBy(seconds(60));
  EXPECT_EQ(0u, timers_.size());
}

TEST_F(ServerTest, APeerThatDoesNotTakeItsRepliesDoesNotHoldUpADrainForEver) {
  StartServer();
  TestClient client;
  client.SetReceiveBuffer(4096);
  client.Connect(port());
  client.Send("big");
  inbox_.Take().responder.Send(TextReply(Pattern(20'000'000)));
  Barrier();
  std::thread time([&] {
    timers_.WaitForOneWithin(milliseconds(5'000));
    timers_.AdvanceBy(milliseconds(5'000));
  });
  EXPECT_FALSE(server_->Drain(milliseconds(5'000)));
  time.join();
}

}  // namespace
}  // namespace monkafka::net
