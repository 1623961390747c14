// A server on a loopback port whose requests the test answers.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "common/executor.h"
#include "common/mutex.h"
#include "net/server.h"
#include "test_client.h"
#include "test_time.h"

namespace monkafka::net {

inline Payload TextPayload(std::string_view text) {
  Payload payload;
  payload.Add(std::vector<uint8_t>(text.begin(), text.end()));
  return payload;
}
inline Reply TextReply(std::string_view text) { return Reply::Send(TextPayload(text)); }

// The request sent back without copying it.
inline Reply Echo(const Frame& frame) {
  Payload payload;
  payload.Add(MemoryPiece{frame.owner, frame.bytes});
  return Reply::Send(std::move(payload));
}

struct Request {
  std::shared_ptr<Connection> connection;
  Frame frame;
  Responder responder;

  std::string text() const { return std::string(AsText(frame.bytes)); }
};

// Requests that wait for the test to answer them.
class Inbox {
 public:
  void Put(Request request) {
    MutexLock lock(mutex_);
    requests_.push_back(std::move(request));
    changed_.NotifyAll();
  }
  // The next one; fails, and returns an empty one, when none comes.
  Request Take() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    MutexLock lock(mutex_);
    while (requests_.empty()) {
      if (!changed_.WaitUntil(mutex_, deadline)) {
        ADD_FAILURE() << "no request came";
        return {};
      }
    }
    Request request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }
  size_t size() const {
    MutexLock lock(mutex_);
    return requests_.size();
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Request> requests_ GUARDED_BY(mutex_);
};

// Hands requests to a function, and says where runs of them end.
class TestHandler final : public RequestHandler {
 public:
  using Function = std::function<void(const std::shared_ptr<Connection>&, Frame, Responder)>;
  TestHandler(Function handle, std::function<void()> end_of_run,
              std::function<size_t()> put_off_bytes)
      : handle_(std::move(handle)),
        end_of_run_(std::move(end_of_run)),
        put_off_bytes_(std::move(put_off_bytes)) {}

  void Handle(const std::shared_ptr<Connection>& connection, Frame frame,
              Responder responder) override {
    handle_(connection, std::move(frame), std::move(responder));
  }
  void EndOfRun() override {
    if (end_of_run_) end_of_run_();
  }
  size_t PutOffBytes() const override { return put_off_bytes_ ? put_off_bytes_() : 0; }

 private:
  const Function handle_;
  const std::function<void()> end_of_run_;
  const std::function<size_t()> put_off_bytes_;
};

inline RequestHandlerFactory Handlers(TestHandler::Function handle,
                                      std::function<void()> end_of_run = {},
                                      std::function<size_t()> put_off_bytes = {}) {
  return [handle = std::move(handle), end_of_run = std::move(end_of_run),
          put_off_bytes = std::move(put_off_bytes)] {
    return std::make_unique<TestHandler>(handle, end_of_run, put_off_bytes);
  };
}

class ServerTest : public testing::Test {
 protected:
  // A request that begins with "echo" is sent back at once; every other goes to the inbox.
  void StartServer() {
    StartServer(
        [this](const std::shared_ptr<Connection>& connection, Frame frame, Responder responder) {
          if (AsText(frame.bytes).starts_with("echo")) {
            responder.Send(Echo(frame));
          } else {
            inbox_.Put({connection, std::move(frame), std::move(responder)});
          }
        });
  }
  void StartServer(TestHandler::Function handler) {
    Listen([this, handler = std::move(handler)](const std::shared_ptr<Connection>& connection,
                                                Frame frame, Responder responder) {
      if (AsText(frame.bytes) == "barrier") {
        barriers_.Put({connection, {}, std::move(responder)});
      } else {
        handler(connection, std::move(frame), std::move(responder));
      }
    });
    server_->Start();
  }
  void Listen(TestHandler::Function handle) {
    if (options_.listeners.empty()) options_.listeners = {{"PLAINTEXT", "127.0.0.1", 0}};
    auto server = Server::Listen(options_, Handlers(std::move(handle), end_of_run_, put_off_bytes_),
                                 clock_, timers_, workers_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  int port() const { return server_->ports().begin()->second; }

  // With one network thread: it has attended to everything that was sent before this call. The
  // answers come from here, so each is a turn of its own; three, as what is posted to the thread
  // may overtake an event that was there before it, but not for longer.
  void Barrier() {
    if (!barrier_) barrier_ = std::make_unique<TestClient>(port());
    for (int turn = 0; turn < 3; ++turn) {
      barrier_->Send("barrier");
      barriers_.Take().responder.Send(TextReply("passed"));
      ASSERT_EQ("passed", barrier_->Receive());
    }
  }
  // For what happens without an answer. Fails when it does not.
  template <class Condition>
  void WaitUntil(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
  }

  ServerTest() { options_.network_threads = 1; }

  ServerOptions options_;
  std::function<void()> end_of_run_;  // set before the server is started
  std::function<size_t()> put_off_bytes_;
  TestClock clock_;
  TestTimers timers_{clock_};
  WorkerPool workers_{2, "workers"};
  Inbox inbox_;
  Inbox barriers_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<TestClient> barrier_;
};

}  // namespace monkafka::net
