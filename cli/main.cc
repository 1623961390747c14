#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/interrupt.h"
#include "cli/output/terminal.h"

int main(int argc, char** argv) {
  // gRPC's own resolver reads the network's configuration first, which the C library does on
  // demand; what gRPC logs about connections is said by our error messages.
  setenv("GRPC_DNS_RESOLVER", "native", /*overwrite=*/0);
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  std::ios::sync_with_stdio(false);

  monkafka::cli::InterruptibleInput input(STDIN_FILENO);
  std::istream in(&input);
  monkafka::cli::World world{
      .in = in,
      .out = std::cout,
      .error = std::cerr,
      .terminal = monkafka::cli::DetectTerminal(),
      .environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      }};
  int code = monkafka::cli::Run({argv + 1, argv + argc}, std::move(world));
  std::cout.flush();
  if (!std::cout.good()) {
    std::cerr << "monkafkactl: the output could not be written\n  next: is the disk full? Or has "
                 "what reads it ended?\n";
  }
  // What is left, gRPC's shutdown above all, has nothing to save and would cost milliseconds.
  _exit(std::cout.good() ? code : 1);
}
