#include "cli/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <istream>
#include <stdexcept>
#include <string>

namespace monkafka::cli {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  ~Pipe() {
    close(ends_[0]);
    Close();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return ends_[0]; }
  void Write(const std::string& text) {
    EXPECT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void Close() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST(InterruptTest, InputTellsBeforeItWaits) {
  Pipe pipe;
  InterruptibleInput input(pipe.reading());
  std::istream in(&input);
  pipe.Write("a\nb\npart");
  std::string line;
  int waited = 0;
  input.set_before_waiting([&] {
    ++waited;
    pipe.Write(" of c\n");
    pipe.Close();
  });
  std::getline(in, line);
  std::getline(in, line);
  EXPECT_EQ(line, "b");
  EXPECT_EQ(waited, 0) << "there was more";
  std::getline(in, line);
  EXPECT_EQ(line, "part of c");
  EXPECT_EQ(waited, 1);
  EXPECT_FALSE(std::getline(in, line));
}

TEST(InterruptTest, WhatFailsBeforeTheWaitComesOutOfTheStream) {
  Pipe pipe;
  InterruptibleInput input(pipe.reading());
  input.set_before_waiting([] { throw std::runtime_error("refused"); });
  std::istream in(&input);
  in.exceptions(std::ios::badbit);
  std::string line;
  EXPECT_THROW(std::getline(in, line), std::runtime_error);
}

TEST(InterruptTest, OneWishToStopMayComeAsTwoSignals) {
  const auto stop_twice = [] {
    Pipe pipe;
    InterruptibleInput input(pipe.reading());
    std::istream in(&input);
    {
      InterruptWatch watch([] {});
      raise(SIGINT);
      raise(SIGINT);
      std::string line;
      EXPECT_FALSE(std::getline(in, line));
    }
    raise(SIGINT);  // the watch is gone, and where to resume is not said yet
    _exit(7);
  };
  EXPECT_EXIT(stop_twice(), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace monkafka::cli
