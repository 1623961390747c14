#include "cli/completion.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "cli/command.h"
#include "cli/names.h"
#include "cli/nouns.h"

namespace monkafka::cli {
namespace {

constexpr const char* kBash =
    R"sh(# monkafkactl completion for bash: source <(monkafkactl completion bash)
_monkafkactl() {
  local IFS=$'\n'
  local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(compgen -W "$(monkafkactl __complete "${words[@]}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _monkafkactl monkafkactl
)sh";

constexpr const char* kZsh = R"sh(#compdef monkafkactl
# monkafkactl completion for zsh: source <(monkafkactl completion zsh)
_monkafkactl() {
  local -a candidates
  candidates=("${(@f)$(monkafkactl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( ${#candidates[1]} )); then compadd -a candidates; else _files; fi
}
compdef _monkafkactl monkafkactl
)sh";

constexpr const char* kFish =
    R"sh(# monkafkactl completion for fish: monkafkactl completion fish | source
function __monkafkactl_complete
  set -l words (commandline -opc) (commandline -ct)
  monkafkactl __complete $words[2..] 2>/dev/null
end
complete -c monkafkactl -f -a '(__monkafkactl_complete)'
)sh";

const CLI::Option* FindOption(const CLI::App& app, const std::string& word) {
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      if (!option->get_positional() && option->check_name(word)) return option;
    }
  }
  return nullptr;
}

const CLI::App* FindCommand(const CLI::App& parent, const std::string& name) {
  for (const CLI::App* command : parent.get_subcommands({})) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

// Where the unfinished word stands.
struct Place {
  const CLI::App* command = nullptr;
  const CLI::Option* value_of = nullptr;  // the option in front, when it wants a value
  size_t arguments = 0;                   // words before it that are arguments of the command
};

Place FindPlace(const CLI::App& app, const std::vector<std::string>& finished) {
  Place place;
  place.command = &app;
  for (const std::string& word : finished) {
    if (place.value_of != nullptr) {
      place.value_of = nullptr;
    } else if (word.starts_with("-")) {
      const CLI::Option* option = FindOption(*place.command, word);
      if (option != nullptr && option->get_expected_max() > 0) place.value_of = option;
    } else if (const CLI::App* next = FindCommand(*place.command, word)) {
      place.command = next;
    } else {
      ++place.arguments;
    }
  }
  return place;
}

// The argument that a word at `place` would belong to.
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

std::set<std::string> OptionNames(const CLI::App& command) {
  std::set<std::string> names;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) names.insert("--" + name);
    }
  }
  return names;
}

std::set<std::string> Candidates(const Place& place, const std::string& unfinished,
                                 Session& session) {
  const CLI::Option* option = place.value_of;
  if (option == nullptr && unfinished.starts_with("-")) return OptionNames(*place.command);
  if (option == nullptr) option = ArgumentAt(place);
  if (option != nullptr) return KnownNames(session, CompletionOf(*option));
  std::set<std::string> names;
  for (const CLI::App* command : place.command->get_subcommands({}))
    names.insert(command->get_name());
  return names;
}

// Options such as --endpoint count for the server that is asked.
void TakeGlobalOptions(GlobalOptions& options, const std::vector<std::string>& words) {
  const std::pair<const char*, std::string*> known[] = {
      {"--endpoint", &options.target.endpoint},
      {"--context", &options.target.context},
      {"--token-file", &options.target.token_file},
      {"--ca", &options.target.ca},
      {"--cert", &options.target.cert},
      {"--key", &options.target.key}};
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    for (const auto& [name, value] : known) {
      if (words[i] == name) *value = words[i + 1];
    }
  }
  options.timeout = "500ms";
}

}  // namespace

void Complete(const CLI::App& app, Session& session, const std::vector<std::string>& words) {
  std::string unfinished = words.empty() ? "" : words.back();
  std::vector<std::string> finished = words;
  if (!finished.empty()) finished.pop_back();
  TakeGlobalOptions(session.options(), finished);
  for (const std::string& name : Candidates(FindPlace(app, finished), unfinished, session)) {
    if (name.starts_with(unfinished)) session.world().out << name << '\n';
  }
}

void AddCompletionCommands(CLI::App& root, Session& session) {
  CLI::App* noun =
      AddNoun(root, "completion", "Scripts that complete commands and names in a shell");
  const std::pair<const char*, const char*> scripts[] = {
      {"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};
  for (const auto& [shell, script] : scripts) {
    std::string example = std::string("monkafkactl completion ") + shell;
    CLI::App* verb =
        AddVerb(*noun, shell, std::string("Print the script for ") + shell, {example.c_str()});
    verb->callback([&session, text = script] { session.world().out << text; });
  }
}

}  // namespace monkafka::cli
