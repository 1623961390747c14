#include "cli/offline.h"

#include <fmt/format.h>

#include "app/admin/offline.h"

namespace monkafka::cli {

void UseDirectory(Session& session, const std::string& directory) {
  if (directory.empty()) return;
  auto channel = app::OpenOffline(directory);
  if (!channel) {
    throw Failure(fmt::format("{}: {}", directory, channel.error().message),
                  "give the broker's log.dirs (--data-dir), or the directory of one partition");
  }
  session.set_channel(std::move(*channel));
}

}  // namespace monkafka::cli
