// The yardsticks of tests/bench/compare.
#include <CLI/CLI.hpp>

#include "bench/limits/bare_server.h"

int main(int argc, char** argv) {
  using monkafka::bench::BareMode;
  CLI::App app("bench_limits: what bare loops and the disk can do, for tests/bench/compare");
  app.require_subcommand(1);
  app.fallthrough();
  std::string path;
  int bytes = 1 << 20;
  int files = 1;
  double seconds = 2;
  app.add_option("--path", path, "The file that is written or sent; for disk: a directory")
      ->required();
  app.add_option("--bytes", bytes, "Of one answer (sendfile) or of one synced append (disk)");
  app.add_option("--files", files, "How many files are appended to and synced at once");
  int group = 5;
  app.add_option("--group", group, "How many requests one sync serves (synced)");
  app.add_option("--seconds", seconds, "How long appends are synced");
  app.add_subcommand("frames")->callback(
      [&] { monkafka::bench::ServeBare(BareMode::kFrames, path, bytes); });
  app.add_subcommand("chunks")->callback(
      [&] { monkafka::bench::ServeBare(BareMode::kChunks, path, bytes); });
  app.add_subcommand("sendfile")->callback([&] {
    monkafka::bench::ServeBare(BareMode::kSendfile, path, bytes);
  });
  app.add_subcommand("synced")->callback([&] { monkafka::bench::ServeSynced(path, group); });
  app.add_subcommand("disk")->callback(
      [&] { monkafka::bench::MeasureDisk(path, bytes, files, seconds); });
  CLI11_PARSE(app, argc, argv);
  return 0;
}
