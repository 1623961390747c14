// Replies whose bytes come from files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/file_reading.h"
#include "server_fixture.h"

namespace monkafka::net {
namespace {

// A real file that vanishes with the test.
class RealFile final : public ReadableFile {
 public:
  explicit RealFile(std::string_view text) {
    std::string path = testing::TempDir() + "net_test_XXXXXX";
    fd_ = UniqueFd(mkstemp(path.data()));
    EXPECT_TRUE(fd_.valid());
    unlink(path.c_str());
    EXPECT_EQ(static_cast<ssize_t>(text.size()), pwrite(fd_.get(), text.data(), text.size(), 0));
  }
  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    const ssize_t n = pread(fd_.get(), out.data(), out.size(), position);
    if (n < 0) return Fail(ErrorCode::kKafkaStorageError, "pread failed");
    return static_cast<size_t>(n);
  }
  int descriptor() const override { return fd_.get(); }

  // Takes it out of the page cache; false where the file system does not do so.
  bool Evict(size_t length) const {
    fdatasync(fd_.get());
    posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
    void* mapped = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd_.get(), 0);
    EXPECT_NE(MAP_FAILED, mapped);
    unsigned char first_page = 0;
    EXPECT_EQ(0, mincore(mapped, 1, &first_page));
    munmap(mapped, length);
    return (first_page & 1) == 0;
  }

 private:
  UniqueFd fd_;
};

// Has no descriptor, reads less than it is asked for, and fails on request.
class FakeFile final : public ReadableFile {
 public:
  explicit FakeFile(std::string text) : text_(std::move(text)) {}
  Result<size_t> ReadAt(int64_t position, MutableBytes out) const override {
    if (fails) return Fail(ErrorCode::kKafkaStorageError, "the disk is on fire");
    const size_t most = std::min<size_t>(out.size(), 70'000);
    return text_.copy(reinterpret_cast<char*>(out.data()), most, static_cast<size_t>(position));
  }
  bool fails = false;

 private:
  std::string text_;
};

class ServerFileTest : public ServerTest {
 protected:
  // Sends head, [position, position + length) of the file, tail, and the first ten bytes again.
  static Reply FileReply(const std::shared_ptr<const ReadableFile>& file, int64_t position,
                         int64_t length) {
    Payload payload = TextPayload("head");
    payload.Add(FilePiece{file, position, length});
    payload.Add(TextPayload("tail"));
    payload.Add(FilePiece{file, 0, 10});
    return Reply::Send(std::move(payload));
  }
  static std::string Expected(const std::string& text, size_t position, size_t length) {
    return "head" + text.substr(position, length) + "tail" + text.substr(0, 10);
  }

  void AnswersFrom(const std::shared_ptr<const ReadableFile>& file, const std::string& text) {
    StartServer();
    TestClient client(port());
    client.SendBytes(Framed("file") + Framed("echo behind") + Framed("file"));
    const size_t length = text.size() - 200;
    for (int i = 0; i < 2; ++i) {
      inbox_.Take().responder.Send(FileReply(file, 100, static_cast<int64_t>(length)));
    }
    EXPECT_TRUE(Expected(text, 100, length) == client.Receive());
    EXPECT_EQ("echo behind", client.Receive());
    EXPECT_TRUE(Expected(text, 100, length) == client.Receive());
  }

  void ClosesInTheMiddleOf(const std::shared_ptr<const ReadableFile>& file) {
    StartServer();
    TestClient client(port());
    client.Send("file");
    inbox_.Take().responder.Send(FileReply(file, 0, 1'000'000));
    EXPECT_EQ(std::nullopt, client.Receive());
    Barrier();
  }
};

TEST_F(ServerFileTest, AFileIsSentByTheKernel) {
  const std::string text = Pattern(20'000'000);
  AnswersFrom(std::make_shared<RealFile>(text), text);
}

TEST_F(ServerFileTest, AFileWithoutADescriptorIsReadIntoMemory) {
  const std::string text = Pattern(2'000'000);
  AnswersFrom(std::make_shared<FakeFile>(text), text);
  Barrier();
  EXPECT_EQ(0, server_->receive_memory_used());
}

TEST_F(ServerFileTest, AFileShorterThanTheReplyClosesTheConnection) {
  ClosesInTheMiddleOf(std::make_shared<RealFile>(Pattern(1000)));
}

TEST_F(ServerFileTest, AFileWithoutADescriptorThatIsTooShortClosesTheConnection) {
  ClosesInTheMiddleOf(std::make_shared<FakeFile>(Pattern(1000)));
}

TEST_F(ServerFileTest, AFileThatCannotBeReadClosesTheConnection) {
  auto file = std::make_shared<FakeFile>(Pattern(1'000'000));
  file->fails = true;
  ClosesInTheMiddleOf(file);
}

TEST_F(ServerFileTest, APeerThatLeavesInTheMiddleOfAFileHarmsNobody) {
  const auto file = std::make_shared<RealFile>(Pattern(20'000'000));
  StartServer();
  // After the peer's shutdown its reset shows as a broken pipe, which could end the process.
  for (const bool shuts_down : {false, true}) {
    TestClient client;
    client.SetReceiveBuffer(4096);
    client.Connect(port());
    client.Send("file");
    inbox_.Take().responder.Send(FileReply(file, 0, 20'000'000));
    if (shuts_down) client.ShutdownWrite();
    Barrier();
    client.Reset();
    Barrier();
    EXPECT_EQ(1, server_->connection_count());
  }
}

// Keeps its tasks until told to run them; several threads may post.
class HeldExecutor final : public Executor {
 public:
  void Post(Task task) override {
    MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.NotifyAll();
  }
  void RunNext() {
    Task task;
    {
      MutexLock lock(mutex_);
      while (tasks_.empty()) changed_.Wait(mutex_);
      task = std::move(tasks_.front());
      tasks_.erase(tasks_.begin());
    }
    task();
  }
  size_t size() const {
    MutexLock lock(mutex_);
    return tasks_.size();
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
};

TEST_F(ServerFileTest, ReadingFromADiskDoesNotStallTheThread) {
  const std::string text = Pattern(100'000);
  const auto file = std::make_shared<RealFile>(text);
  if (!file->Evict(100'000)) GTEST_SKIP() << "the temporary directory is in memory";
  HeldExecutor disk;
  options_.listeners = {{"PLAINTEXT", "127.0.0.1", 0}};
  Payload payload;
  payload.Add(FilePiece{file, 0, 100'000});
  auto server = Server::Listen(
      options_, Handlers([&](const std::shared_ptr<Connection>&, Frame frame, Responder responder) {
        responder.Send(AsText(frame.bytes) == "file" ? Reply::Send(payload) : Echo(frame));
      }),
      clock_, timers_, disk);
  ASSERT_TRUE(server);
  (*server)->Start();
  TestClient cold((*server)->ports().at("PLAINTEXT"));
  TestClient other((*server)->ports().at("PLAINTEXT"));
  cold.SendBytes(Framed("file") + Framed("behind"));
  EXPECT_EQ("x", other.RoundTrip("x"));
  EXPECT_EQ(1u, disk.size());
  disk.RunNext();
  EXPECT_TRUE(text == cold.Receive());
  EXPECT_EQ("behind", cold.Receive());
  EXPECT_EQ(0u, disk.size());
}

TEST_F(ServerFileTest, TheDiskReadsAheadOfAColdReader) {
  constexpr int64_t kAnswer = 1 << 20;
  const std::string text = Pattern(8 * kAnswer);
  const auto file = std::make_shared<RealFile>(text);
  if (!file->Evict(text.size())) GTEST_SKIP() << "the temporary directory is in memory";
  StartServer();
  TestClient client(port());
  for (int64_t at = 0; at < 2 * kAnswer; at += kAnswer) {
    client.Send("file");
    Payload payload;
    payload.Add(FilePiece{file, at, kAnswer});
    inbox_.Take().responder.Send(Reply::Send(std::move(payload)));
    EXPECT_TRUE(text.substr(static_cast<size_t>(at), kAnswer) == client.Receive());
  }
  WaitUntil([&] { return LooksCached(file->descriptor(), 2 * kAnswer, kAnswer); });
  EXPECT_FALSE(LooksCached(file->descriptor(), 7 * kAnswer, kAnswer))
      << "no further than it is useful";
}

TEST_F(ServerFileTest, AReadThatEndsAfterTheServerIsHarmless) {
  const auto file = std::make_shared<FakeFile>(Pattern(1000));
  HeldExecutor disk;
  options_.listeners = {{"PLAINTEXT", "127.0.0.1", 0}};
  auto server = Server::Listen(
      options_, Handlers([&](const std::shared_ptr<Connection>&, Frame, Responder responder) {
        responder.Send(FileReply(file, 0, 1000));
      }),
      clock_, timers_, disk);
  ASSERT_TRUE(server);
  (*server)->Start();
  TestClient client((*server)->ports().at("PLAINTEXT"));
  client.Send("file");
  std::array<char, 8> head;
  client.ReadBytes(head);
  server->reset();
  disk.RunNext();
}

}  // namespace
}  // namespace monkafka::net
