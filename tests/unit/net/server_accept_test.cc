// Listening and accepting.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fcntl.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server_fixture.h"

namespace monkafka::net {
namespace {

using std::chrono::seconds;

TestHandler::Function EchoHandler() {
  return [](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    responder.Send(Echo(frame));
  };
}

TEST_F(ServerTest, APortInUseIsSaidInOneSentence) {
  StartServer();
  options_.listeners = {{"EXTERNAL", "127.0.0.1", port()}};
  const auto second = Server::Listen(options_, Handlers(EchoHandler()), clock_, timers_, workers_);
  ASSERT_FALSE(second);
  const std::string& message = second.error().message;
  EXPECT_NE(std::string::npos, message.find("listener EXTERNAL"));
  EXPECT_NE(std::string::npos, message.find("127.0.0.1:" + std::to_string(port())));
  EXPECT_NE(std::string::npos, message.find("in use"));
}

TEST_F(ServerTest, AHostThatIsNotOursIsSaidInOneSentence) {
  options_.listeners = {{"PLAINTEXT", "192.0.2.1", 0}};
  const auto server = Server::Listen(options_, Handlers(EchoHandler()), clock_, timers_, workers_);
  ASSERT_FALSE(server);
  EXPECT_NE(std::string::npos,
            server.error().message.find("listener PLAINTEXT: cannot listen on 192.0.2.1:0"));
}

TEST_F(ServerTest, EachListenerHasItsPortAndAnEmptyHostMeansAllAddresses) {
  options_.listeners = {{"INTERNAL", "localhost", 0}, {"EXTERNAL", "", 0}};
  StartServer();
  ASSERT_EQ(2u, server_->ports().size());
  EXPECT_NE(server_->ports().at("INTERNAL"), server_->ports().at("EXTERNAL"));
  TestClient client(server_->ports().at("EXTERNAL"));
  client.Send("hello");
  const Request request = inbox_.Take();
  EXPECT_EQ("EXTERNAL", request.connection->listener);
  EXPECT_EQ("127.0.0.1", request.connection->client_host);  // not ::ffff:127.0.0.1
  EXPECT_EQ(server_->ports().at("EXTERNAL"), request.connection->local_port);
}

TEST_F(ServerTest, ConnectionsMadeBeforeStartAreServedAfterIt) {
  Listen(EchoHandler());
  TestClient client(port());
  client.Send("early");
  server_->Start();
  EXPECT_EQ("early", client.Receive());
}

TEST_F(ServerTest, ConnectionsAreSpreadEvenlyOverTheThreads) {
  options_.network_threads = 3;
  Mutex mutex;
  std::map<std::thread::id, int> connections;
  StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    {
      MutexLock lock(mutex);
      ++connections[std::this_thread::get_id()];
    }
    responder.Send(Echo(frame));
  });
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<TestClient>(port()));
    clients.back()->RoundTrip("x");
  }
  MutexLock lock(mutex);
  ASSERT_EQ(3u, connections.size());
  for (const auto& [thread, count] : connections) EXPECT_EQ(3, count);
}

TEST_F(ServerTest, AConnectionOverTheLimitIsClosedAtOnce) {
  options_.max_connections = 2;
  StartServer();
  TestClient first(port());
  TestClient second(port());
  first.RoundTrip("echo");
  second.RoundTrip("echo");
  TestClient third(port());
  EXPECT_EQ(TestClient::End::kClosed, third.ReadEnd());
  first.Close();
  second.RoundTrip("echo");  // by now the first is seen to be closed
  TestClient fourth(port());
  EXPECT_EQ("echo x", fourth.RoundTrip("echo x"));
}

TEST_F(ServerTest, AnAddressHasItsOwnLimit) {
  options_.max_connections_per_ip = 1;
  StartServer();
  TestClient first(port());
  first.RoundTrip("echo");
  TestClient second(port());
  EXPECT_EQ(TestClient::End::kClosed, second.ReadEnd());
  EXPECT_EQ("echo x", first.RoundTrip("echo x"));
}

// Lowers the limit of open files to what is open, and gives it back.
class NoFilesLeft {
 public:
  NoFilesLeft() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd next(open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(next.get());
    setrlimit(RLIMIT_NOFILE, &lowered);
  }
  ~NoFilesLeft() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

#ifndef MONKAFKA_SANITIZED  // UBSan itself needs a descriptor to look at a vptr
TEST_F(ServerTest, WithoutFreeFileDescriptorsAcceptingPausesAndGoesOnLater) {
  StartServer();
  Barrier();
  TestClient client;
  {
    const NoFilesLeft no_files_left;
    client.Connect(port());
    client.Send("echo late");
    timers_.WaitForOneWithin(seconds(1));
    Barrier();  // the thread serves the others meanwhile
  }
  timers_.AdvanceBy(seconds(1));
  EXPECT_EQ("echo late", client.Receive());
}
#endif

TEST_F(ServerTest, AfterStopAcceptingTheConnectionsGoOn) {
  StartServer();
  TestClient client(port());
  client.RoundTrip("echo");
  const int closed_port = port();
  server_->StopAccepting();
  EXPECT_EQ("echo x", client.RoundTrip("echo x"));
  const UniqueFd late(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(closed_port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(0, connect(late.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
}

}  // namespace
}  // namespace monkafka::net
