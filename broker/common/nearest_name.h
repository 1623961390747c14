// "Did you mean": the known name with the smallest edit distance.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace monkafka {

// Empty when nothing is near enough to be a slip of the finger (more than a third of it differs).
std::string_view NearestName(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace monkafka
