// Many connections, many threads, replies from everywhere.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/stand_in.h"
#include "server_fixture.h"

namespace monkafka::net {
namespace {

constexpr int kClients = 8;
constexpr int kRequests = 400;

// Sizes that take every path: copied out, in the chunk, assembled.
size_t SizeOfRequest(std::mt19937& random) {
  switch (random() % 8) {
    case 0:
      return 200'000 + random() % 300'000;
    case 1:
    case 2:
      return 4'000 + random() % 30'000;
    default:
      return 4 + random() % 300;
  }
}

TEST_F(ServerTest, ManyThreadsKeepEveryConnectionsOrder) {
  options_.network_threads = 3;
  options_.receive_memory_bytes = 2'000'000;
  options_.max_in_flight_per_connection = 16;
  WorkerPool answering(4, "answering");
  std::atomic<unsigned> count = 0;
  StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
    if (++count % 3 == 0) return responder.Send(Echo(frame));
    answering.Post([frame = std::move(frame), responder = std::move(responder)]() mutable {
      const StandIn stand_in;
      responder.Send(Echo(frame));
    });
  });
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([this, c] {
      TestClient client(port());
      std::thread sender([&client, c] {
        std::mt19937 random(static_cast<unsigned>(c));
        std::string batch;
        for (int i = 0; i < kRequests; ++i) {
          batch += Framed(Pattern(SizeOfRequest(random), static_cast<unsigned>(i)));
          if (random() % 4 == 0 || i + 1 == kRequests) {
            client.SendBytes(batch);
            batch.clear();
          }
        }
      });
      std::mt19937 random(static_cast<unsigned>(c));
      for (int i = 0; i < kRequests; ++i) {
        const std::string expected = Pattern(SizeOfRequest(random), static_cast<unsigned>(i));
        const auto reply = client.Receive();
        if (!reply || *reply != expected) {
          ADD_FAILURE() << "client " << c << ", reply " << i;
          break;
        }
        if (random() % 4 == 0) continue;  // as the sender's draw
      }
      sender.join();
    });
  }
  std::thread observer([this] {
    for (int i = 0; i < 200; ++i) EXPECT_LE(server_->Connections().size(), kClients);
  });
  for (std::thread& thread : threads) thread.join();
  observer.join();
  EXPECT_TRUE(server_->Drain(std::chrono::seconds(10)));
  answering.Stop();
  EXPECT_EQ(0, server_->receive_memory_used());
}

TEST_F(ServerTest, StoppingInTheMiddleOfEverythingIsSafe) {
  for (int round = 0; round < 10; ++round) {
    options_.network_threads = 2;
    auto answering = std::make_unique<WorkerPool>(2, "answering");
    StartServer([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
      answering->Post([frame = std::move(frame), responder = std::move(responder)]() mutable {
        const StandIn stand_in;
        responder.Send(Echo(frame));
      });
    });
    std::array<TestClient, 4> clients;
    std::vector<std::thread> threads;
    std::atomic<int> replies = 0;
    for (TestClient& client : clients) {
      client.Connect(port());
      threads.emplace_back([&client, &replies] {
        while (client.TrySend(Framed("0123456789")) == 14 && client.Receive()) ++replies;
      });
    }
    while (replies < 100) std::this_thread::yield();
    server_->Stop();
    for (std::thread& thread : threads) thread.join();
    if (round % 2 == 0) server_ = nullptr;
    answering = nullptr;
  }
}

}  // namespace
}  // namespace monkafka::net
