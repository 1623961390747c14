// A directory of its own under $TMPDIR (or /tmp), removed with all in it when it goes out of scope.
#pragma once

#include <memory>
#include <string>

#include "common/result.h"

namespace monkafka::app {

class TemporaryDirectory {
 public:
  static Result<std::unique_ptr<TemporaryDirectory>> Make();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace monkafka::app
