#include "cli/command.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <csignal>
#include <set>

#include "cli/failure.h"
#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

constexpr std::array<std::pair<Completion, const char*>, 9> kTypeNames = {{
    {Completion::kTopic, "TOPIC"},
    {Completion::kGroup, "GROUP"},
    {Completion::kConfigKey, "KEY"},
    {Completion::kConfigSetting, "KEY=VALUE"},
    {Completion::kConfigWords, "KEY=WORDS"},
    {Completion::kConnection, "ID"},
    {Completion::kContext, "CONTEXT"},
    {Completion::kFile, "FILE"},
    {Completion::kFormat, "FORMAT"},
}};

int32_t ParsePartition(std::string_view text) {
  int32_t partition = -1;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), partition);
  if (error != std::errc() || end != text.data() + text.size() || partition < 0) {
    throw UsageError(fmt::format("\"{}\" is no partition", text),
                     "give a list of numbers and ranges, as in 0-3,7");
  }
  return partition;
}

CLI::Validator NumberFrom(int64_t least, int64_t most, const char* kind) {
  return CLI::Validator(
      [least, most, kind](const std::string& text) -> std::string {
        int64_t number = 0;
        const size_t sign = text.starts_with('+') && !text.starts_with("+-") ? 1 : 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + sign, end, number);
        if (stop != end || error == std::errc::invalid_argument) {
          return fmt::format("{} is not {}", text, kind);
        }
        if (error == std::errc::result_out_of_range) {
          return fmt::format("{} is out of range", text);
        }
        if (number < least) return fmt::format("{} is not {}", text, kind);
        if (number > most) return fmt::format("{} is out of range: at most {}", text, most);
        // CLI11 would read 010 as 8.
        const size_t first = text.find_first_not_of("+-");
        if (text[first] == '0' && first + 1 < text.size()) {
          return fmt::format("{} begins with 0: write it without", text);
        }
        return "";
      },
      "");
}

}  // namespace

CLI::App* AddNoun(CLI::App& root, const std::string& name, const std::string& description) {
  CLI::App* noun = root.add_subcommand(name, description);
  noun->require_subcommand(1);
  return noun;
}

CLI::Validator AboveZero(int64_t most) { return NumberFrom(1, most, "a whole number above 0"); }

CLI::Validator NotNegative(int64_t most) { return NumberFrom(0, most, "a whole number from 0 on"); }

CLI::Validator WholeNumber() {
  return NumberFrom(std::numeric_limits<int64_t>::min(), kMostInt64, "a whole number");
}

CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](const std::string& text) -> std::string { return text.empty() ? "is empty" : ""; }, "");
}

CLI::App* AddVerb(CLI::App& noun, const std::string& name, const std::string& description,
                  std::initializer_list<const char*> examples) {
  CLI::App* verb = noun.add_subcommand(name, description);
  std::string footer = "\nExamples:\n";
  for (const char* example : examples) footer += fmt::format("  {}\n", example);
  verb->footer(footer + "\nOptions of every command: monkafkactl --help");
  return verb;
}

CLI::Option* SetCompletion(CLI::Option* option, Completion completion) {
  for (const auto& [known, name] : kTypeNames) {
    if (known == completion) option->type_name(name);
  }
  return option;
}

Completion CompletionOf(const CLI::Option& option) {
  std::string type = option.get_type_name();
  for (const auto& [completion, name] : kTypeNames) {
    if (type == name) return completion;
  }
  return Completion::kNone;
}

void AddMutationFlags(CLI::App* verb, MutationFlags& flags, bool destructive) {
  // A reader that ends, as head does, must not end a change in the middle.
  verb->preparse_callback([](size_t) { signal(SIGPIPE, SIG_IGN); });
  verb->add_flag("--dry-run", flags.dry_run, "Only say what would be done; the server computes it");
  if (destructive) verb->add_flag("-y,--yes", flags.yes, "Don't ask");
}

void AddIfExists(CLI::App* verb, bool& if_exists, std::string_view thing) {
  verb->add_flag("--if-exists", if_exists,
                 fmt::format("A {} that doesn't exist is no error", thing));
}

TimePoint ParseTimeOption(const std::string& option, const std::string& value) {
  auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  if (auto time = ParseTime(value, now)) return *time;
  throw UsageError(
      fmt::format("{}: \"{}\" is no time", option, value),
      "give 2026-11-25T19:02:11Z, a date, -1h30m for before now, or milliseconds since 1970");
}

std::chrono::milliseconds ParseDurationOption(const std::string& option, const std::string& value) {
  if (auto duration = ParseDuration(value)) return *duration;
  throw UsageError(fmt::format("{}: \"{}\" is no duration", option, value),
                   "give for example 500ms, 30s, 1h30m or 7d");
}

int64_t ParseSizeOption(const std::string& option, const std::string& value, int64_t most) {
  const auto size = ParseSize(value);
  if (!size) {
    throw UsageError(fmt::format("{}: \"{}\" is no size", option, value),
                     "give for example 4096, 64KiB or 1.5GiB");
  }
  if (*size > most) {
    throw UsageError(fmt::format("{}: {} is out of range: at most {} bytes", option, value, most),
                     "give for example 64KiB, or leave it out");
  }
  return *size;
}

int32_t ParseFieldBytes(const std::string& value) {
  return static_cast<int32_t>(ParseSizeOption("--max-bytes", value, kMostInt32));
}

std::vector<int32_t> ParsePartitions(const std::string& text) {
  constexpr int32_t kMost = 100'000;
  std::vector<int32_t> partitions;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    size_t dash = item.find('-');
    int32_t first = ParsePartition(item.substr(0, dash));
    int32_t last = dash == std::string_view::npos ? first : ParsePartition(item.substr(dash + 1));
    if (last < first || last - first >= kMost) {
      throw UsageError(fmt::format("\"{}\" is no range of partitions", item),
                       "give the first and the last, as in 0-3, at most 100,000 at once");
    }
    for (int32_t partition = first; partition <= last; ++partition) partitions.push_back(partition);
  }
  return partitions;
}

std::pair<std::string, std::string> ParseAssignment(const std::string& text) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("\"{}\" is no KEY=VALUE", Printable(text)),
                     "write the name, = and the value in one word, in quotes if it has blanks");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void CheckEachOnce(const std::vector<std::string>& keys) {
  std::set<std::string_view> seen;
  for (const std::string& key : keys) {
    if (seen.insert(key).second) continue;
    throw UsageError(fmt::format("config {} is given more than once", Printable(key)),
                     "say once what is to become of it");
  }
}

}  // namespace monkafka::cli
