#include "cli/offline.h"

#include "app/admin/offline.h"

namespace monkafka::cli {

void UseDirectory(Session& session, const std::string& directory) {
  if (directory.empty()) return;
  auto channel = app::OpenOffline(directory);
  if (!channel) {
    const std::string& why = channel.error().message;
    throw Failure(why.starts_with(directory) ? why : directory + ": " + why,
                  "give the broker's log.dirs (--data-dir), or the directory of one partition");
  }
  session.set_channel(std::move(*channel));
}

}  // namespace monkafka::cli
