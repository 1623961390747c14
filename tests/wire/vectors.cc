#include "wire/vectors.h"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace monkafka::wire {
namespace {

[[noreturn]] void Die(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

uint8_t Nibble(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<uint8_t>(digit - 'a' + 10);
  Die(fmt::format("'{}' is not a hexadecimal digit", digit));
}

void ReadFile(const std::string& path, std::vector<Vector>& out) {
  std::ifstream file(path);
  if (!file) Die("cannot read " + path);
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.empty() || text.front() == '#') continue;
    Vector vector;
    vector.file = path;
    vector.line = line;
    std::istringstream columns(text);
    columns >> vector.kind >> vector.api_key >> vector.name >> vector.version >> vector.text;
    if (!columns) Die(fmt::format("{}:{} has not five columns", path, line));
    out.push_back(std::move(vector));
  }
}

std::vector<Vector> ReadAll() {
  std::vector<Vector> out;
  std::istringstream paths(std::getenv("MONKAFKA_WIRE_VECTORS"));
  for (std::string path; std::getline(paths, path, ':');) ReadFile(path, out);
  return out;
}

}  // namespace

std::vector<uint8_t> Vector::Bytes() const {
  std::vector<uint8_t> bytes;
  if (text == "-") return bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(Nibble(text[i]) << 4 | Nibble(text[i + 1])));
  }
  return bytes;
}

std::string Vector::Where() const {
  return fmt::format("{}:{} {} {} v{}", file, line, kind, name, version);
}

bool HaveVectors() { return std::getenv("MONKAFKA_WIRE_VECTORS") != nullptr; }

const std::vector<Vector>& Vectors() {
  static const std::vector<Vector> vectors = ReadAll();
  return vectors;
}

}  // namespace monkafka::wire
