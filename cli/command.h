// How nouns put their verbs into the command tree.
//
//   CLI::App* verb = AddVerb(noun, "create", "Create topics.",
//                            {"monkafkactl topic create orders --partitions 2"});
//   auto flags = std::make_shared<CreateFlags>();
//   SetCompletion(verb->add_option("topic", flags->topics, "Names")->required(),
//   Completion::kTopic); verb->callback([flags, &session] { Create(session, *flags); });
//
// The examples are shown by --help, and every one of them is run by tests/e2e/monkafkactl_test.py.
// An example that ends with another exit code than 0 says so: "... # exits 2".
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/units.h"

namespace monkafka::cli {

// For numbers on the command line, which are decimal: what is refused is said in words, not as a
// range of doubles. `most` is what the option's type holds.
constexpr int64_t kMostInt32 = std::numeric_limits<int32_t>::max();
constexpr int64_t kMostInt64 = std::numeric_limits<int64_t>::max();
CLI::Validator AboveZero(int64_t most = kMostInt64);
CLI::Validator NotNegative(int64_t most = kMostInt64);
CLI::Validator WholeNumber();

// Refuses "": where a name is meant, an empty variable of a script must not mean all of them.
CLI::Validator NotEmpty();

CLI::App* AddNoun(CLI::App& root, const std::string& name, const std::string& description);
CLI::App* AddVerb(CLI::App& noun, const std::string& name, const std::string& description,
                  std::initializer_list<const char*> examples);

// What the shell may offer for an option or argument.
enum class Completion {
  kNone,
  kTopic,
  kGroup,
  kConfigKey,
  kConfigSetting,  // a key, "=" and a value
  kConfigWords,    // a key, "=" and words of a list
  kConnection,
  kContext,
  kFile,
  kFormat
};

// Kept in the option's type name, which --help shows: TOPIC, GROUP, KEY, CONTEXT, FILE,
// FORMAT.
CLI::Option* SetCompletion(CLI::Option* option, Completion completion);
Completion CompletionOf(const CLI::Option& option);

// --dry-run, and --yes for what destroys something.
struct MutationFlags {
  bool dry_run = false;
  bool yes = false;
};
void AddMutationFlags(CLI::App* verb, MutationFlags& flags, bool destructive);

// --if-exists, of a `thing` such as "topic".
void AddIfExists(CLI::App* verb, bool& if_exists, std::string_view thing);

// Usage Failures that name the option.
TimePoint ParseTimeOption(const std::string& option, const std::string& value);
std::chrono::milliseconds ParseDurationOption(const std::string& option, const std::string& value);
int64_t ParseSizeOption(const std::string& option, const std::string& value,
                        int64_t most = kMostInt64);
// What --max-bytes cuts keys and values to, as the field max_field_bytes of a request.
int32_t ParseFieldBytes(const std::string& value);

// "0-3,7" as 0 1 2 3 7; a usage Failure when it is no such list. "" is empty.
std::vector<int32_t> ParsePartitions(const std::string& text);

// "key=value" in two; a usage Failure when there is no "=".
std::pair<std::string, std::string> ParseAssignment(const std::string& text);

// A usage Failure when a config is named more than once: which of them would hold?
void CheckEachOnce(const std::vector<std::string>& keys);

}  // namespace monkafka::cli
