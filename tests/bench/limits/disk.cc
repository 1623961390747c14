#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "bench/limits/bare_server.h"
#include "bench/loader/connection.h"

namespace monkafka::bench {
namespace {

double SequentialMegabytesPerSecond(const std::string& path) {
  constexpr size_t kWrite = 1 << 20;
  constexpr int kWrites = 512;
  const std::vector<uint8_t> block(kWrite, 'x');
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  Check(file >= 0, "open");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kWrites; ++i) {
    Check(write(file, block.data(), kWrite) == static_cast<ssize_t>(kWrite), "write");
  }
  Check(fdatasync(file) == 0, "fdatasync");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  close(file);
  unlink(path.c_str());
  return kWrites * static_cast<double>(kWrite) / 1e6 / took.count();
}

// Appends to a file and syncs it, again and again; returns how often.
int64_t AppendAndSync(const std::string& path, int append_bytes, const std::atomic<bool>& stop) {
  const std::vector<uint8_t> block(static_cast<size_t>(append_bytes), 'x');
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  Check(file >= 0, "open");
  int64_t count = 0;
  for (; !stop; ++count) {
    Check(write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()), "write");
    Check(fdatasync(file) == 0, "fdatasync");
  }
  close(file);
  unlink(path.c_str());
  return count;
}

double SyncsPerSecond(const std::string& directory, int append_bytes, int files, double seconds) {
  std::atomic<bool> stop = false;
  std::atomic<int64_t> syncs = 0;
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < files; ++i) {
      threads.emplace_back([&, path = fmt::format("{}/synced-{}", directory, i)] {
        syncs += AppendAndSync(path, append_bytes, stop);
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(syncs) / took.count();
}

}  // namespace

void MeasureDisk(const std::string& directory, int append_bytes, int files, double seconds) {
  const double write = SequentialMegabytesPerSecond(directory + "/sequential");
  const double syncs = SyncsPerSecond(directory, append_bytes, files, seconds);
  fmt::print("{{\"write_mb_per_s\": {:.1f}, \"fdatasync_per_s\": {:.1f}}}\n", write, syncs);
}

}  // namespace monkafka::bench
