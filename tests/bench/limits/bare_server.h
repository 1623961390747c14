// What any broker must do at the least, and nothing more: the yardsticks beside the brokers'
// figures. One thread; serves bench_loader until it is killed.
#pragma once

#include <string>

namespace monkafka::bench {

enum class BareMode {
  kFrames,    // reads each request's length, then the request; checks its CRC, writes, answers
  kChunks,    // reads 256 KB at once; checks, writes; answers a chunk's requests with one write
  kSendfile,  // answers each request with a piece of a file
};

// Prints the port, then serves. `path`: the file that is written, or sent; `piece`: bytes per
// answer of kSendfile.
[[noreturn]] void ServeBare(BareMode mode, const std::string& path, int piece);

// Prints the port, then serves: each connection by a thread that writes to a file of its own
// (`path` with a number behind it) and syncs it once for every `group` requests, which it then
// answers.
[[noreturn]] void ServeSynced(const std::string& path, int group);

// Prints what the disk does: sequential writes, and appends to each of `files` files, every append
// synced before the file's next one, all files at once.
void MeasureDisk(const std::string& directory, int append_bytes, int files, double seconds);

}  // namespace monkafka::bench
