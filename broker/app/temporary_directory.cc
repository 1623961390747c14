#include "app/temporary_directory.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "common/log.h"

namespace monkafka::app {

Result<std::unique_ptr<TemporaryDirectory>> TemporaryDirectory::Make() {
  std::error_code error;
  std::string pattern = std::filesystem::temp_directory_path(error).string();
  if (error) pattern = "/tmp";
  pattern += "/monkafka-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    return Fail(ErrorCode::kKafkaStorageError,
                fmt::format("cannot make a temporary directory {}: {}", pattern,
                            std::generic_category().message(errno)));
  }
  return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(std::move(pattern)));
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) LogWarning("cannot remove {}: {}", path_, error.message());
}

}  // namespace monkafka::app
