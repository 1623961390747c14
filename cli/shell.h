// Words as a shell reads them: what we tell people to run must be fit to be pasted. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monkafka::cli {

// `word` so that a POSIX shell takes it as this one word: in single quotes where it must be.
std::string ShellQuoted(std::string_view word);

// "monkafkactl" and the words, quoted.
std::string CommandText(const std::vector<std::string>& words);

// The words of a command without the options `names`, their values included: --name VALUE,
// --name=VALUE, -n VALUE and -nVALUE. Names are as on the command line; those of flags, which have
// no value, are in `flags`.
std::vector<std::string> WithoutOptions(const std::vector<std::string>& words,
                                        const std::vector<std::string_view>& names,
                                        const std::vector<std::string_view>& flags = {});

}  // namespace monkafka::cli
