// Small files that the operator names. Not read with an istreambuf_iterator, which throws when the
// file is a directory or the disk fails.
#pragma once

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "common/result.h"

namespace monkafka::admin {

// The error is what the system says.
inline Result<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Fail(ErrorCode::kInvalidConfig, std::strerror(errno));
  std::string text;
  std::array<char, 4096> part{};
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    text.append(part.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) return Fail(ErrorCode::kInvalidConfig, std::strerror(errno));
  return text;
}

}  // namespace monkafka::admin
