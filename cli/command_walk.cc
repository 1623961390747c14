#include "cli/command_walk.h"

namespace monkafka::cli {
namespace {

// A command's own options and those of its option groups, which CLI11 has as nameless commands.
std::vector<const CLI::Option*> OptionsOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options = command.get_options();
  for (const CLI::App* group : command.get_subcommands({})) {
    if (!group->get_name().empty()) continue;
    std::vector<const CLI::Option*> more = group->get_options();
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
}

const CLI::Option* FindOption(const CLI::App& app, const std::string& word) {
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : OptionsOf(*at)) {
      if (!option->get_positional() && option->check_name(word)) return option;
    }
  }
  return nullptr;
}

const CLI::App* FindCommand(const CLI::App& parent, const std::string& name) {
  for (const CLI::App* command : parent.get_subcommands({})) {
    if (!name.empty() && command->get_name() == name) return command;
  }
  return nullptr;
}

// -1h30m is a time and -5 a number.
bool LooksLikeOption(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && (word[1] < '0' || word[1] > '9');
}

// Steps over an option; false when there is no such one.
bool TakeOption(const std::string& word, Place& place) {
  bool is_long = word.starts_with("--");
  std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
  const CLI::Option* option = FindOption(*place.command, name);
  if (option == nullptr) return false;
  if (option->get_expected_max() > 0 && name == word) place.value_of = option;
  return true;
}

}  // namespace

Place WalkCommand(const CLI::App& app, std::span<const std::string> words) {
  Place place;
  place.command = &app;
  bool options_ended = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    bool understood = true;
    if (place.value_of != nullptr) {
      place.value_of = nullptr;
    } else if (word == "--") {
      options_ended = true;
    } else if (!options_ended && LooksLikeOption(word)) {
      understood = TakeOption(word, place);
    } else if (const CLI::App* next = FindCommand(*place.command, word)) {
      place.command = next;
    } else {
      ++place.arguments;
      understood = CommandNames(*place.command).empty();
    }
    if (!understood && place.unknown == std::string::npos) place.unknown = i;
  }
  return place;
}

const CLI::Option* ArgumentAt(const Place& place) {
  size_t left = place.arguments;
  for (const CLI::Option* option : place.command->get_options()) {
    if (!option->get_positional()) continue;
    auto takes = static_cast<size_t>(option->get_items_expected_max());
    if (left < takes) return option;
    left -= takes;
  }
  return nullptr;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : OptionsOf(*at)) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> CommandNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each : command.get_subcommands({})) {
    if (!each->get_name().empty()) names.push_back(each->get_name());
  }
  return names;
}

}  // namespace monkafka::cli
