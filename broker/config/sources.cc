#include "config/sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "config/value.h"

namespace monkafka::config {
namespace {

constexpr std::string_view kScriptVariables[] = {"KAFKA_BIN_DIR",
                                                 "KAFKA_DEBUG",
                                                 "KAFKA_HEAP_OPTS",
                                                 "KAFKA_HOME",
                                                 "KAFKA_JMX_OPTS",
                                                 "KAFKA_JMX_PORT",
                                                 "KAFKA_LOG4J_OPTS",
                                                 "KAFKA_OPTS",
                                                 "KAFKA_GC_LOG_OPTS",
                                                 "KAFKA_JVM_PERFORMANCE_OPTS",
                                                 "KAFKA_VERSION",
                                                 "KAFKA_LOG4J_LOGGERS",
                                                 "KAFKA_LOG4J_ROOT_LOGLEVEL",
                                                 "KAFKA_TOOLS_LOG4J_LOGLEVEL",
                                                 "KAFKA_VERSIONS"};

void AppendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 't') {
      out += '\t';
    } else if (c == 'n') {
      out += '\n';
    } else if (c == 'r') {
      out += '\r';
    } else if (c == 'f') {
      out += '\f';
    } else if (c == 'u' && i + 4 < text.size() &&
               std::ranges::all_of(text.substr(i + 1, 4),
                                   [](unsigned char d) { return std::isxdigit(d) != 0; })) {
      AppendUtf8(
          out, static_cast<uint32_t>(std::stoul(std::string(text.substr(i + 1, 4)), nullptr, 16)));
      i += 4;
    } else {
      out += c;
    }
  }
  return out;
}

bool EndsInOpenBackslash(std::string_view line) {
  size_t count = 0;
  while (count < line.size() && line[line.size() - 1 - count] == '\\') ++count;
  return count % 2 == 1;
}

std::string_view TrimLeft(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  return text;
}

// Where the key ends: at the first '=', ':' or blank that is not escaped.
size_t KeyEnd(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=' || line[i] == ':' ||
               std::isspace(static_cast<unsigned char>(line[i]))) {
      return i;
    }
  }
  return line.size();
}

}  // namespace

Result<SourcedValues> ParseProperties(std::string_view text, const std::string& file_name) {
  SourcedValues values;
  int line_number = 0;
  while (!text.empty()) {
    std::string logical;
    int first_line = 0;
    for (bool more = true; more && !text.empty();) {
      const size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++line_number;
      if (line.ends_with('\r')) line.remove_suffix(1);
      line = TrimLeft(line);
      if (first_line == 0) {
        first_line = line_number;
        if (line.starts_with('#') || line.starts_with('!')) break;
      }
      more = EndsInOpenBackslash(line);
      if (more) line.remove_suffix(1);
      logical += line;
    }
    if (logical.empty()) continue;
    const size_t key_end = KeyEnd(logical);
    std::string_view rest = TrimLeft(std::string_view(logical).substr(key_end));
    if (rest.starts_with('=') || rest.starts_with(':')) rest = TrimLeft(rest.substr(1));
    const std::string key = Unescape(std::string_view(logical).substr(0, key_end));
    if (key.empty()) {
      return Fail(ErrorCode::kInvalidConfig,
                  fmt::format("{} line {}: a value without a key", file_name, first_line));
    }
    values[key] = {Unescape(rest), fmt::format("{} line {}", file_name, first_line)};
  }
  return values;
}

SourcedValues FromEnvironment(const char* const* environment) {
  constexpr std::string_view kPrefix = "KAFKA_";
  SourcedValues values;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !entry.starts_with(kPrefix)) continue;
    const std::string_view name = entry.substr(0, equals);
    if (std::ranges::find(kScriptVariables, name) != std::end(kScriptVariables)) continue;
    std::string key;
    for (size_t i = kPrefix.size(); i < name.size();) {
      size_t underscores = 0;
      while (underscores < 3 && i + underscores < name.size() && name[i + underscores] == '_') {
        ++underscores;
      }
      if (underscores == 0) {
        key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i++])));
        continue;
      }
      key += underscores == 3 ? '-' : underscores == 2 ? '_' : '.';
      i += underscores;
    }
    values[key] = {std::string(entry.substr(equals + 1)),
                   fmt::format("environment variable {}", name)};
  }
  return values;
}

}  // namespace monkafka::config
