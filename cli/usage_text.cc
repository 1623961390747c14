#include "cli/usage_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/command_walk.h"
#include "cli/output/text.h"
#include "cli/shell.h"

namespace monkafka::cli {
namespace {

// What other tools call our verbs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kOtherNames = {{
    {"ls", "list"},
    {"describe", "get"},
    {"show", "get"},
    {"info", "get"},
    {"rm", "delete"},
    {"remove", "delete"},
    {"consume", "tail"},
    {"grep", "search"},
    {"update", "alter"},
    {"write", "produce"},
}};

// What other verbs, and other tools, call our options.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOtherOptions = {{
    {"-c", "--set"},
    {"--config", "--set"},
    {"--add-config", "--set"},
    {"--delete-config", "--unset"},
    {"--set", "--config"},
}};

// "topic create"; "" is monkafkactl itself.
std::string CommandPath(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr) return "";
  std::string path = CommandPath(*parent);
  return path.empty() ? command.get_name() : path + " " + command.get_name();
}

std::string MeantCommand(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names = CommandNames(command);
  for (const auto& [other, ours] : kOtherNames) {
    if (word == other && std::find(names.begin(), names.end(), ours) != names.end()) {
      return std::string(ours);
    }
  }
  return std::string(Nearest(word, names));
}

// A name that is mistyped, not another one that looks like it: --config is not meant for --confirm.
bool IsMistyped(std::string_view word, std::string_view option) {
  const int distance = EditDistance(word, option);
  const size_t dashes = std::min(option.find_first_not_of('-'), option.size());
  return distance <= 1 || distance * 4 <= static_cast<int>(option.size() - dashes);
}

std::string MeantOption(const CLI::App& command, std::string_view word) {
  const std::vector<std::string> names = OptionNames(command);
  for (const auto& [other, ours] : kOtherOptions) {
    if (word == other && std::find(names.begin(), names.end(), ours) != names.end()) {
      return std::string(ours);
    }
  }
  const std::string_view nearest = Nearest(word, names);
  return IsMistyped(word, nearest) ? std::string(nearest) : "";
}

// The whole line with the mistyped words mended, as long as each has a near one; "" otherwise.
std::string Mended(const CLI::App& app, std::vector<std::string> words) {
  for (size_t tries = 0; tries <= words.size(); ++tries) {
    Place place = WalkCommand(app, words);
    if (place.unknown == std::string::npos) return CommandText(words);
    std::string& word = words[place.unknown];
    Place before = WalkCommand(app, std::span(words).first(place.unknown));
    std::string meant;
    if (word.starts_with("-")) {
      size_t equals = word.find('=');
      // Options may stand in front of the verb they belong to.
      meant = MeantOption(*place.command, std::string_view(word).substr(0, equals));
      if (!meant.empty() && equals != std::string::npos) meant += word.substr(equals);
    } else {
      meant = MeantCommand(*before.command, word);
    }
    if (meant.empty() || meant == word) return "";
    word = meant;
  }
  return "";
}

std::string Choice(const CLI::App& command) {
  return fmt::format("it is one of {}", fmt::join(CommandNames(command), ", "));
}

std::string Unknown(const std::string& path, const std::string& word) {
  if (word.starts_with("-")) {
    return fmt::format("{} has no option {}", path.empty() ? "monkafkactl" : path,
                       Printable(word.substr(0, word.find('='))));
  }
  return path.empty() ? fmt::format("there is no command \"{}\"", Printable(word))
                      : fmt::format("{} has no verb \"{}\"", path, Printable(word));
}

}  // namespace

Failure DescribeUsage(const CLI::App& app, const std::vector<std::string>& words,
                      const CLI::ParseError& error) {
  Place place = WalkCommand(app, words);
  const CLI::App& command = *place.command;
  const std::string path = CommandPath(command);
  const bool group = !CommandNames(command).empty();
  const std::string help =
      fmt::format("monkafkactl {}{}--help shows what there is", path, path.empty() ? "" : " ");
  if (place.unknown != std::string::npos) {
    const std::string& word = words[place.unknown];
    std::string mended = Mended(app, words);
    std::string next = !mended.empty()                   ? "did you mean " + mended
                       : group && !word.starts_with("-") ? Choice(command)
                                                         : help;
    return UsageError(Unknown(path, word), next);
  }
  if (group) {
    return UsageError(path.empty() ? "a command is missing" : path + ": the verb is missing",
                      Choice(command));
  }
  return UsageError(fmt::format("{}: {}", path, error.what()), help);
}

}  // namespace monkafka::cli
