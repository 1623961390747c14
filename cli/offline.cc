#include "cli/offline.h"

#include <fmt/format.h>

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
  if (app::IsInUse(directory)) {
    session.Warn(fmt::format(
        "a broker is using {}: what it is writing at the moment is not seen; without --dir it is "
        "asked itself",
        directory));
  }
  session.set_channel(std::move(*channel));
}

}  // namespace monkafka::cli
