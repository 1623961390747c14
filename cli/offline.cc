#include "cli/offline.h"

namespace monkafka::cli {

void UseDirectory(Session&, const std::string& directory) {
  if (directory.empty()) return;
  throw UsageError("--dir is not there yet");
}

}  // namespace monkafka::cli
