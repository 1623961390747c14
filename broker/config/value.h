// A setting's text, checked against its definition and turned into a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "services/config_definition.h"

namespace monkafka::config {

// INVALID_CONFIG in Kafka's wording, naming the key, the value and what it may be.
Status ValidateValue(const services::ConfigDefinition& definition, std::string_view value);

// Of validated texts only; surrounding blanks are not part of a value.
bool ParseBoolean(std::string_view value);
int64_t ParseInteger(std::string_view value);
double ParseDouble(std::string_view value);
std::vector<std::string> ParseList(std::string_view value);

std::string_view TrimBlanks(std::string_view text);

}  // namespace monkafka::config
