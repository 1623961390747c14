#include "admin/listener.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

namespace monkafka::admin {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// What the servers of one listener did; waits for it without polling.
class Journal {
 public:
  void Note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    done_.push_back(what);
    changed_.notify_all();
  }
  void WaitFor(const std::vector<std::string>& all) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return done_.size() >= all.size(); });
    EXPECT_EQ(done_, all);
  }
  void WaitForMoreThan(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return done_.size() > count; });
  }
  size_t size() {
    const std::lock_guard lock(mutex_);
    return done_.size();
  }
  std::string last() {
    const std::lock_guard lock(mutex_);
    return done_.back();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> done_;
};

class FakeServer final : public ConnectionServer {
 public:
  explicit FakeServer(Journal& journal) : journal_(journal) { journal_.Note("made"); }
  ~FakeServer() override { journal_.Note("destroyed"); }
  void Adopt(UniqueFd socket, Transport transport, Admission admission) override {
    sockets_.push_back(std::move(socket));
    if (admission == Admission::kRefused) return journal_.Note("refused");
    journal_.Note(transport == Transport::kTcp ? "tcp" : "unix");
  }

 private:
  Journal& journal_;
  std::vector<UniqueFd> sockets_;
};

class ListenerTest : public testing::Test {
 protected:
  ~ListenerTest() override { std::filesystem::remove_all(directory); }

  std::unique_ptr<Listener> Bind(const std::string& text) {
    Result<std::unique_ptr<Listener>> bound = Listener::Bind(*ParseListenAddresses(text));
    EXPECT_TRUE(bound) << bound.error().message;
    return *std::move(bound);
  }
  Listener::Factory Factory() {
    return [this] { return std::make_unique<FakeServer>(journal); };
  }
  static UniqueFd Connect(const ListenAddress& address) {
    UniqueFd fd(socket(address.unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in ip4{};
    sockaddr_un path{};
    ip4.sin_family = AF_INET;
    ip4.sin_port = htons(static_cast<uint16_t>(address.port));
    ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    path.sun_family = AF_UNIX;
    address.host.copy(path.sun_path, sizeof path.sun_path - 1);
    const int failed = address.unix_socket
                           ? connect(fd.get(), reinterpret_cast<sockaddr*>(&path), sizeof path)
                           : connect(fd.get(), reinterpret_cast<sockaddr*>(&ip4), sizeof ip4);
    EXPECT_EQ(failed, 0);
    return fd;
  }
  // One that says something at once, as clients do.
  static UniqueFd Greet(const ListenAddress& address) {
    UniqueFd fd = Connect(address);
    EXPECT_EQ(send(fd.get(), "P", 1, 0), 1);
    return fd;
  }
  // Waits until the other side closes it.
  static bool IsClosed(const UniqueFd& fd) {
    char byte = 0;
    return recv(fd.get(), &byte, 1, 0) <= 0;
  }

  Journal journal;
  const std::string directory = testing::TempDir() + "listener-" + std::to_string(getpid());
  const std::string path = directory + "/admin.sock";
  const bool made_ = std::filesystem::create_directories(directory);
};

TEST_F(ListenerTest, TheServerIsMadeForTheFirstConnectionAndGoesAfterTheLast) {
  const auto listener = Bind("127.0.0.1:0");
  EXPECT_NE(listener->addresses().front().port, 0);
  listener->Start(Factory(), milliseconds(0));
  UniqueFd first = Greet(listener->addresses().front());
  journal.WaitFor({"made", "tcp"});
  UniqueFd second = Greet(listener->addresses().front());
  journal.WaitFor({"made", "tcp", "tcp"});
  first = UniqueFd();
  second = UniqueFd();
  journal.WaitFor({"made", "tcp", "tcp", "destroyed"});
  const UniqueFd third = Greet(listener->addresses().front());
  journal.WaitFor({"made", "tcp", "tcp", "destroyed", "made", "tcp"});
  listener->Stop();
  journal.WaitFor({"made", "tcp", "tcp", "destroyed", "made", "tcp", "destroyed"});
}

TEST_F(ListenerTest, AUnixSocketIsForItsOwnerAndGoesWithTheListener) {
  const auto listener = Bind("unix:" + path);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  listener->Start(Factory());
  const UniqueFd client = Greet(listener->addresses().front());
  journal.WaitFor({"made", "unix"});
  listener->Stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ListenerTest, ASocketThatADeadProcessLeftIsReplacedALiveOneIsNot) {
  {
    UniqueFd dead(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    ASSERT_EQ(bind(dead.get(), reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto alive = Bind("unix:" + path);
  const auto second = Listener::Bind(*ParseListenAddresses("unix:" + path));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another process listens there"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ListenerTest, AFileThatIsNoSocketIsLeftAlone) {
  std::filesystem::create_directories(path);
  EXPECT_FALSE(Listener::Bind(*ParseListenAddresses("unix:" + path)));
  EXPECT_TRUE(std::filesystem::is_directory(path));
}

TEST_F(ListenerTest, APortThatIsTakenIsOneClearSentence) {
  const auto first = Bind("127.0.0.1:0");
  const ListenAddress taken = first->addresses().front();
  const auto second = Listener::Bind({taken});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            "the admin service cannot listen on " + taken.ToString() +
                ": another process listens there (choose another address with --admin-listen, or "
                "--admin-listen off)");
}

TEST_F(ListenerTest, OverTheLimitClientsAreToldAndThenClosed) {
  const auto listener = Bind("127.0.0.1:0,unix:" + path);
  const ListenAddress tcp = listener->addresses().front();
  listener->Start(Factory(), Listener::kKeepUnused,
                  {.served = 2, .refused = 1, .refused_for = milliseconds(10)});
  std::vector<UniqueFd> clients;
  clients.push_back(Greet(tcp));
  clients.push_back(Greet(tcp));
  journal.WaitFor({"made", "tcp", "tcp"});
  const UniqueFd extra = Greet(tcp);
  journal.WaitFor({"made", "tcp", "tcp", "refused"});
  EXPECT_TRUE(IsClosed(extra));
  // What comes over the network keeps nobody of this machine out.
  const UniqueFd local = Greet(listener->addresses().back());
  journal.WaitFor({"made", "tcp", "tcp", "refused", "unix"});
  clients.pop_back();
  // Its end is seen before the next is served, or else that one is told to come again.
  for (bool served = false; !served;) {
    const size_t before = journal.size();
    clients.push_back(Greet(tcp));
    journal.WaitForMoreThan(before);
    served = journal.last() == "tcp";
  }
}

TEST_F(ListenerTest, ARefusedClientMakesRoomForTheNextThatIsTold) {
  const auto listener = Bind("127.0.0.1:0");
  const ListenAddress tcp = listener->addresses().front();
  listener->Start(Factory(), Listener::kKeepUnused, {.served = 0, .refused = 1});
  const UniqueFd first = Greet(tcp);
  journal.WaitFor({"made", "refused"});
  const UniqueFd second = Greet(tcp);
  journal.WaitFor({"made", "refused", "refused"});
  EXPECT_TRUE(IsClosed(first));
}

TEST_F(ListenerTest, WhoSaysNothingIsClosedAndKeepsNobodyOut) {
  const auto listener = Bind("127.0.0.1:0");
  const ListenAddress tcp = listener->addresses().front();
  listener->Start(Factory(), Listener::kKeepUnused,
                  {.served = 1, .silent = 2, .silent_for = std::chrono::hours(1)});
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(Connect(tcp));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(IsClosed(silent[static_cast<size_t>(i)])) << i;
  const UniqueFd client = Greet(tcp);
  journal.WaitFor({"made", "tcp"});
}

TEST_F(ListenerTest, WhoSaysNothingForTooLongIsClosed) {
  const auto listener = Bind("127.0.0.1:0");
  listener->Start(Factory(), Listener::kKeepUnused, {.silent_for = milliseconds(10)});
  const UniqueFd silent = Connect(listener->addresses().front());
  EXPECT_TRUE(IsClosed(silent));
  journal.WaitFor({});
}

}  // namespace
}  // namespace monkafka::admin
