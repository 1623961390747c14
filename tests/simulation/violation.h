// A broken promise: thrown where it is noticed, caught by the runner, which knows the seed and the
// operation. (Exceptions only here: a violation ends the whole run from any depth.)
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace monkafka::simulation {

class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
void Require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw Violation(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace monkafka::simulation
