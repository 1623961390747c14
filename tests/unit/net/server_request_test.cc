// Requests and replies of a connection.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server_fixture.h"

namespace monkafka::net {
namespace {

using std::chrono::milliseconds;

TEST_F(ServerTest, ARequestComesWithWhoSentItAndItsReplyGoesBack) {
  StartServer();
  TestClient client(port());
  client.Send("hello");
  Request request = inbox_.Take();
  EXPECT_EQ("hello", request.text());
  EXPECT_EQ("PLAINTEXT", request.connection->listener);
  EXPECT_EQ("127.0.0.1", request.connection->client_host);
  EXPECT_EQ(port(), request.connection->local_port);
  EXPECT_GT(request.connection->client_port, 0);
  EXPECT_GT(request.connection->id, 0u);
  request.responder.Send(TextReply("welcome"));
  EXPECT_EQ("welcome", client.Receive());
  client.Send("");
  Request empty = inbox_.Take();
  EXPECT_EQ("", empty.text());
  empty.responder.Send(TextReply(""));
  EXPECT_EQ("", client.Receive());
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderHoweverTheyComplete) {
  StartServer();
  TestClient client(port());
  std::string stream;
  for (int i = 0; i < 6; ++i) stream += Framed("request " + std::to_string(i));
  client.SendBytes(stream);
  std::vector<Request> requests;
  for (int i = 0; i < 6; ++i) requests.push_back(inbox_.Take());
  std::vector<std::thread> threads;
  for (int i = 5; i >= 0; --i) {
    threads.emplace_back([&request = requests[i], i] {
      EXPECT_EQ("request " + std::to_string(i), request.text());
      request.responder.Send(TextReply("reply " + std::to_string(i)));
    });
    threads.back().join();
  }
  for (int i = 0; i < 6; ++i) EXPECT_EQ("reply " + std::to_string(i), client.Receive());
}

TEST_F(ServerTest, ARunEndsBehindTheLastRequestThatCameTogether) {
  std::string seen;
  end_of_run_ = [&seen] { seen += '.'; };
  StartServer([&seen](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    seen += AsText(frame.bytes);
    responder.Send(Echo(frame));
  });
  TestClient client(port());
  client.SendBytes(Framed("a") + Framed("b") + Framed("c"));
  for (const char* answer : {"a", "b", "c"}) EXPECT_EQ(answer, client.Receive());
  client.SendBytes(Framed("d") + Framed("e").substr(0, 3));
  EXPECT_EQ("d", client.Receive());
  server_->Stop();
  EXPECT_EQ("abc.d.", seen);
}

TEST_F(ServerTest, ARunEndsBeforeARequestThatMustWaitForReplies) {
  options_.max_in_flight_per_connection = 2;
  std::vector<Responder> put_off;
  std::string seen;
  end_of_run_ = [&] {
    seen += '.';
    for (Responder& each : std::exchange(put_off, {})) each.Send(TextReply("done"));
  };
  StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    seen += AsText(frame.bytes);
    put_off.push_back(std::move(responder));
  });
  TestClient client(port());
  client.SendBytes(Framed("a") + Framed("b") + Framed("c"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ("done", client.Receive());
  server_->Stop();
  EXPECT_EQ("ab.c.", seen);
}

// What several connections have sent meanwhile, while there is little of it.
TEST_F(ServerTest, ARunGoesOnOverConnectionsWhileSomethingSmallIsPutOff) {
  std::string seen;
  size_t put_off = 0;
  std::latch both_sent(1);
  end_of_run_ = [&] {
    seen += '.';
    put_off = 0;
  };
  put_off_bytes_ = [&] { return put_off; };
  StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    const std::string text(AsText(frame.bytes));
    if (text == "first") both_sent.wait();
    seen += text + " ";
    put_off += text == "large" ? 1'000'000 : text == "alone" ? 0 : 1;
    responder.Send(Echo(frame));
  });
  TestClient first(port());
  TestClient second(port());
  TestClient third(port());
  for (TestClient* each : {&first, &second, &third}) EXPECT_EQ("alone", each->RoundTrip("alone"));
  seen.clear();
  first.Send("first");
  second.Send("large");
  third.Send("last");
  both_sent.count_down();
  EXPECT_EQ("first", first.Receive());
  EXPECT_EQ("large", second.Receive());
  EXPECT_EQ("last", third.Receive());
  server_->Stop();
  EXPECT_EQ("first large .last .", seen);
}

TEST_F(ServerTest, ARequestWithoutAReplyIsSkipped) {
  StartServer();
  TestClient client(port());
  client.SendBytes(Framed("acks=0") + Framed("echo after"));
  inbox_.Take().responder.Send(Reply::Nothing());
  EXPECT_EQ("echo after", client.Receive());
}

TEST_F(ServerTest, AnotherConnectionsRequestMayAnswerOnTheSameThread) {
  Inbox waiting;
  StartServer([&](const std::shared_ptr<Connection>& connection, Frame frame, Responder responder) {
    if (AsText(frame.bytes) == "fetch") {
      waiting.Put({connection, std::move(frame), std::move(responder)});
      return;
    }
    Request fetch = waiting.Take();
    fetch.responder.Send(TextReply("fetched"));
    responder.Send(TextReply("produced"));
  });
  TestClient consumer(port());
  TestClient producer(port());
  for (int i = 0; i < 3; ++i) {
    consumer.Send("fetch");
    producer.Send("produce");
    EXPECT_EQ("fetched", consumer.Receive());
    EXPECT_EQ("produced", producer.Receive());
  }
}

TEST_F(ServerTest, TheExecutorOfAConnectionIsItsThreadAndRunsAfterTheReplyThatIsDue) {
  std::atomic<std::thread::id> handled;
  std::atomic<int64_t> sent_before = 0;
  Inbox waiting;
  StartServer([&](const std::shared_ptr<Connection>& connection, Frame frame, Responder responder) {
    handled = std::this_thread::get_id();
    if (AsText(frame.bytes) == "fetch") {
      waiting.Put({connection, std::move(frame), std::move(responder)});
      return;
    }
    Request fetch = waiting.Take();
    Executor& executor = *fetch.connection->executor;
    executor.Post([&, fetch = std::move(fetch)]() mutable {
      EXPECT_EQ(handled.load(), std::this_thread::get_id());
      for (const ConnectionStats& each : server_->Connections()) sent_before += each.bytes_out;
      fetch.responder.Send(TextReply("fetched"));
    });
    responder.Send(TextReply("produced"));
  });
  TestClient consumer(port());
  TestClient producer(port());
  consumer.Send("fetch");
  producer.Send("produce");
  EXPECT_EQ("produced", producer.Receive());
  EXPECT_EQ("fetched", consumer.Receive());
  EXPECT_EQ(Framed("produced").size(), static_cast<size_t>(sent_before));
}

TEST_F(ServerTest, TheExecutorOfAConnectionServesOtherThreadsToo) {
  std::atomic<std::thread::id> handled;
  StartServer([&](const std::shared_ptr<Connection>& connection, Frame frame, Responder responder) {
    handled = std::this_thread::get_id();
    inbox_.Put({connection, std::move(frame), std::move(responder)});
  });
  TestClient client(port());
  client.Send("fetch");
  Request request = inbox_.Take();
  Executor& executor = *request.connection->executor;
  executor.Post([&, request = std::move(request)]() mutable {
    EXPECT_EQ(handled.load(), std::this_thread::get_id());
    request.responder.Send(TextReply("fetched"));
  });
  EXPECT_EQ("fetched", client.Receive());
}

TEST_F(ServerTest, BytesMayArriveOneAtATime) {
  StartServer();
  TestClient client(port());
  for (const char& byte : Framed("echo slowly")) {
    client.SendBytes({&byte, 1});
    Barrier();
  }
  EXPECT_EQ("echo slowly", client.Receive());
}

TEST_F(ServerTest, ARequestOfFiftyMegabytesArrivesWhole) {
  StartServer();
  TestClient client(port());
  const std::string sent = Pattern(50 * 1024 * 1024);
  client.SendBytes(Framed(sent) + Framed("echo behind"));
  Request request = inbox_.Take();
  EXPECT_TRUE(sent == AsText(request.frame.bytes));
  std::thread reader([&] {
    EXPECT_TRUE(sent == client.Receive());
    EXPECT_EQ("echo behind", client.Receive());
  });
  request.responder.Send(Echo(request.frame));
  request.frame = {};
  reader.join();
  Barrier();
  EXPECT_EQ(0, server_->receive_memory_used());
}

TEST_F(ServerTest, ABadLengthClosesThatConnectionAloneWithoutAReply) {
  options_.max_request_bytes = 1000;
  StartServer();
  for (const std::string& length :
       {std::string("\xff\xff\xff\xff", 4), std::string("\0\0\x03\xe9", 4)}) {
    TestClient good(port());
    TestClient bad(port());
    bad.SendBytes(length);
    EXPECT_EQ(TestClient::End::kClosed, bad.ReadEnd());
    EXPECT_EQ("echo x", good.RoundTrip("echo x"));
    EXPECT_EQ(std::string(1000, 'r').replace(0, 4, "echo"),
              good.RoundTrip(std::string(1000, 'r').replace(0, 4, "echo")));
  }
}

TEST_F(ServerTest, BeforeABadLengthTheRequestsThatCameAreAnswered) {
  StartServer();
  TestClient client(port());
  client.SendBytes(Framed("slow") + "\xff\xff\xff\xff" + Framed("never"));
  Barrier();
  inbox_.Take().responder.Send(TextReply("done"));
  EXPECT_EQ("done", client.Receive());
  EXPECT_EQ(std::nullopt, client.Receive());
  Barrier();
  EXPECT_EQ(0u, inbox_.size());
}

TEST_F(ServerTest, CloseSendsWhatWasAnsweredBeforeAndNothingAfter) {
  StartServer();
  TestClient client(port());
  client.SendBytes(Framed("one") + Framed("two") + Framed("three"));
  Request one = inbox_.Take();
  Request two = inbox_.Take();
  Request three = inbox_.Take();
  three.responder.Send(TextReply("3"));
  two.responder.Send(Reply::Close());
  Barrier();
  client.Send("four");  // not looked at any more
  Barrier();
  one.responder.Send(TextReply("1"));
  EXPECT_EQ("1", client.Receive());
  EXPECT_EQ(std::nullopt, client.Receive());
  EXPECT_EQ(0u, inbox_.size());
}

TEST_F(ServerTest, ADroppedResponderClosesTheConnection) {
  StartServer();
  TestClient client(port());
  client.Send("forgotten");
  inbox_.Take();
  EXPECT_EQ(TestClient::End::kClosed, client.ReadEnd());
}

TEST_F(ServerTest, APeerThatShutDownItsSideGetsItsRepliesThenTheEnd) {
  StartServer();
  TestClient client(port());
  client.SendBytes(Framed("one") + Framed("two") + std::string("\0\0\0\x09half", 8));
  client.ShutdownWrite();
  Request one = inbox_.Take();
  Request two = inbox_.Take();
  Barrier();
  two.responder.Send(TextReply("2"));
  one.responder.Send(TextReply("1"));
  EXPECT_EQ("1", client.Receive());
  EXPECT_EQ("2", client.Receive());
  EXPECT_EQ(TestClient::End::kClosed, client.ReadEnd());
}

TEST_F(ServerTest, APeerThatIsGoneIsForgotten) {
  StartServer();
  TestClient client(port());
  client.Send("question");
  Request request = inbox_.Take();
  client.Reset();
  Barrier();
  request.responder.Send(TextReply(Pattern(100'000)));
  Barrier();
  EXPECT_EQ(1, server_->connection_count());  // the barrier's own
}

TEST_F(ServerTest, AThrottledConnectionIsAnsweredFirstThenNotReadFrom) {
  StartServer();
  TestClient client(port());
  client.Send("first");
  Reply reply = TextReply("wait");
  reply.throttle = milliseconds(500);
  inbox_.Take().responder.Send(std::move(reply));
  EXPECT_EQ("wait", client.Receive());
  client.Send("second");
  Barrier();
  timers_.AdvanceBy(milliseconds(499));
  Barrier();
  EXPECT_EQ(0u, inbox_.size());
  timers_.AdvanceBy(milliseconds(1));
  EXPECT_EQ("second", inbox_.Take().text());
}

TEST_F(ServerTest, TheLongerOfTwoThrottlesHolds) {
  StartServer();
  TestClient client(port());
  client.SendBytes(Framed("one") + Framed("two"));
  Request one = inbox_.Take();
  Request two = inbox_.Take();
  for (const auto& [request, throttle] :
       {std::pair(&one, milliseconds(100)), std::pair(&two, milliseconds(900))}) {
    Reply reply = TextReply("wait");
    reply.throttle = throttle;
    request->responder.Send(std::move(reply));
    EXPECT_EQ("wait", client.Receive());
  }
  client.Send("three");
  Barrier();
  timers_.AdvanceBy(milliseconds(100));
  Barrier();
  EXPECT_EQ(0u, inbox_.size());
  timers_.AdvanceBy(milliseconds(800));
  EXPECT_EQ("three", inbox_.Take().text());
}

TEST_F(ServerTest, ThePeerReadsAllRepliesAlthoughItSentMoreThanWasLookedAt) {
  StartServer();
  TestClient client;
  client.SetReceiveBuffer(4096);
  client.Connect(port());
  client.Send("big");
  Request big = inbox_.Take();
  client.Send("then close");
  Request close = inbox_.Take();
  close.responder.Send(Reply::Close());
  Barrier();
  client.SendBytes(Framed(Pattern(20'000)));  // nobody reads this: closing would reset
  const std::string reply = Pattern(300'000, 2);
  big.responder.Send(TextReply(reply));
  Barrier();
  EXPECT_TRUE(reply == client.Receive());
  EXPECT_EQ(TestClient::End::kClosed, client.ReadEnd());
}

TEST_F(ServerTest, StatisticsSayWhoIsThereAndWhatTheyDid) {
  StartServer(
      [this](const std::shared_ptr<Connection>& connection, Frame frame, Responder responder) {
        connection->principal = "User:alice";
        connection->client_id = "orders-app";
        connection->client_software_name = "a-client";
        connection->client_software_version = "1.2.3";
        inbox_.Put({connection, std::move(frame), std::move(responder)});
      });
  TestClient client(port());
  client.SendBytes(Framed("12345") + Framed("67"));
  Request first = inbox_.Take();
  Request second = inbox_.Take();
  first.responder.Send(TextReply("abc"));
  EXPECT_EQ("abc", client.Receive());
  clock_.Advance(milliseconds(70));
  const std::vector<ConnectionStats> all = server_->Connections();
  ASSERT_EQ(1u, all.size());
  const ConnectionStats& stats = all.front();
  EXPECT_EQ(first.connection->id, stats.id);
  EXPECT_EQ("PLAINTEXT", stats.listener);
  EXPECT_EQ("127.0.0.1", stats.client_host);
  EXPECT_EQ(first.connection->client_port, stats.client_port);
  EXPECT_EQ("User:alice", stats.principal);
  EXPECT_EQ("orders-app", stats.client_id);
  EXPECT_EQ("a-client", stats.client_software_name);
  EXPECT_EQ("1.2.3", stats.client_software_version);
  EXPECT_EQ(2, stats.requests);
  EXPECT_EQ(1, stats.in_flight);
  EXPECT_EQ(15, stats.bytes_in);
  EXPECT_EQ(milliseconds(70), stats.idle);
}

TEST_F(ServerTest, AConnectionCanBeClosedByItsId) {
  StartServer();
  TestClient client(port());
  TestClient other(port());
  client.Send("who am I");
  const Request request = inbox_.Take();
  EXPECT_TRUE(server_->CloseConnection(request.connection->id));
  EXPECT_EQ(TestClient::End::kClosed, client.ReadEnd());
  EXPECT_EQ("echo x", other.RoundTrip("echo x"));
  EXPECT_FALSE(server_->CloseConnection(request.connection->id));
}

}  // namespace
}  // namespace monkafka::net
