#include "cli/completion.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "cli/command.h"
#include "cli/command_walk.h"
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
  if [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _monkafkactl monkafkactl
)sh";

constexpr const char* kZsh = R"sh(#compdef monkafkactl
# monkafkactl completion for zsh: source <(monkafkactl completion zsh)
_monkafkactl() {
  local -a candidates
  candidates=("${(@f)$(monkafkactl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${candidates[1]} == *= ]]; then compadd -S '' -a candidates
  elif (( ${#candidates[1]} )); then compadd -a candidates; else _files; fi
}
compdef _monkafkactl monkafkactl
)sh";

constexpr const char* kFish =
    R"sh(# monkafkactl completion for fish: monkafkactl completion fish | source
function __monkafkactl_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (monkafkactl __complete $words[2..] 2>/dev/null)
  if set -q found[1]
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c monkafkactl -f -a '(__monkafkactl_complete)'
)sh";

std::set<std::string> Set(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

bool HasOption(const std::vector<std::string>& words, const std::string& name) {
  return std::ranges::any_of(
      words, [&](const std::string& word) { return word == name || word.starts_with(name + "="); });
}

// Without an owner it may still be named behind the keys.
KeysOf WhoseKeys(const Place& place, const std::vector<std::string>& words) {
  const CLI::App* noun = place.command->get_parent();
  if (noun != nullptr && noun->get_name() == "topic") return KeysOf::kTopic;
  if (HasOption(words, "--topic")) return KeysOf::kTopic;
  if (HasOption(words, "--broker") || HasOption(words, "--all-brokers")) return KeysOf::kBroker;
  return KeysOf::kAny;
}

std::set<std::string> Candidates(const Place& place, const std::vector<std::string>& finished,
                                 const std::string& unfinished, Session& session) {
  if (!finished.empty() && finished.back() == "=") return {};  // bash splits there: a value
  const CLI::Option* option = place.value_of;
  if (option == nullptr && unfinished.starts_with("-")) return Set(OptionNames(*place.command));
  if (option == nullptr) option = ArgumentAt(place);
  if (option != nullptr) {
    return KnownNames(session, CompletionOf(*option), WhoseKeys(place, finished));
  }
  return Set(CommandNames(*place.command));
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
  for (const std::string& name :
       Candidates(WalkCommand(app, finished), finished, unfinished, session)) {
    // A shell takes what is printed line by line.
    if (name.find('\n') != std::string::npos) continue;
    if (name.starts_with(unfinished)) session.world().out << name << '\n';
  }
}

void completion::AddCommands(CLI::App& root, Session& session) {
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
