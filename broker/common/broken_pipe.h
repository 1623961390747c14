// For threads that send to sockets.
#pragma once

#include <pthread.h>

#include <csignal>

namespace monkafka {

// Blocks SIGPIPE for the calling thread: sendfile has no flag against it. Blocked, it stays pending
// and harms nobody; the call fails with EPIPE all the same.
inline void BlockBrokenPipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace monkafka
