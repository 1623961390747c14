// The words of the command line.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "simulation/run.h"

namespace monkafka::simulation {

using Unsynced = fakes::FakeFileSystem::Unsynced;

inline constexpr std::array<std::pair<Unsynced, std::string_view>, 4> kAllUnsynced{{
    {Unsynced::kDropAll, "dropped"},
    {Unsynced::kSome, "some"},
    {Unsynced::kTorn, "torn"},
    {Unsynced::kKeepAll, "kept"},
}};
inline constexpr std::array<std::pair<Fault, std::string_view>, 2> kAllFaults{{
    {Fault::kCrash, "crash"},
    {Fault::kError, "error"},
}};

template <class Names, class Value>
std::string_view NameOf(const Names& names, Value value) {
  for (const auto& [one, name] : names) {
    if (one == value) return name;
  }
  return "?";
}

}  // namespace monkafka::simulation
