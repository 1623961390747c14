#include "cli/shell.h"

#include <algorithm>

namespace monkafka::cli {
namespace {

bool NeedsNoQuotes(char c) {
  constexpr std::string_view kPlain = "_-./:=,+@%";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kPlain.find(c) != std::string_view::npos;
}

bool Contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string ShellQuoted(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), NeedsNoQuotes)) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string CommandText(const std::vector<std::string>& words) {
  std::string text = "monkafkactl";
  for (const std::string& word : words) text += " " + ShellQuoted(word);
  return text;
}

std::vector<std::string> WithoutOptions(const std::vector<std::string>& words,
                                        const std::vector<std::string_view>& names,
                                        const std::vector<std::string_view>& flags) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    bool is_long = word.starts_with("--");
    bool is_short = !is_long && word.size() > 1 && word.front() == '-';
    std::string_view name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
    if ((is_long || is_short) && Contains(flags, word)) continue;
    if ((is_long || is_short) && Contains(names, name)) {
      if (word == name) ++i;  // the next word is its value
      continue;
    }
    kept.push_back(words[i]);
  }
  return kept;
}

}  // namespace monkafka::cli
