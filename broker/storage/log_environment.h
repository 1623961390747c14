// What the logs of one data directory share. Lives as long as any of them or of their tasks.
#pragma once

#include <chrono>
#include <functional>

#include "common/executor.h"
#include "common/log_limiter.h"
#include "storage/file_system.h"
#include "storage/open_files.h"

namespace monkafka::storage {

struct LogEnvironment {
  LogEnvironment(FileSystem& fs, const Clock& c, Timers& t, Executor& w, size_t max_open_files)
      : file_system(fs), clock(c), timers(t), workers(w), open_files(fs, max_open_files) {}

  FileSystem& file_system;
  const Clock& clock;
  Timers& timers;
  Executor& workers;
  OpenFiles open_files;
  // Makes the log starts that the logs want (LocalLog::wanted_log_start) durable.
  std::function<void(Callback<Status>)> persist_log_starts;
  // For all logs together: a full disk refuses the appends of all of them, for as long as producers
  // try.
  LogLimiter failed_appends_log;
  // Likewise, of segments for which no room could be kept.
  LogLimiter failed_reservations_log;
};

}  // namespace monkafka::storage
