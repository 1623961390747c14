// Where settings come from: a server.properties file, KAFKA_* environment variables, flags. Later
// sources win. Nothing is validated here.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/result.h"

namespace monkafka::config {

struct SourcedValue {
  std::string value;
  std::string
      origin;  // "server.properties line 7", "environment variable KAFKA_LISTENERS", "--port"
};
using SourcedValues = std::map<std::string, SourcedValue, std::less<>>;

// java.util.Properties' format: key=value, key: value or key value, '#' and '!' comments, a line
// that ends in a backslash goes on, escapes \t \n \r \f \\ and \uXXXX. The last of a repeated key
// wins, as there.
Result<SourcedValues> ParseProperties(std::string_view text, const std::string& file_name);

// Kafka's rule for its container images: KAFKA_ is cut off, then "___" is '-', "__" is '_', "_" is
// '.', in lower case. Variables that configure Kafka's scripts and not the broker (KAFKA_HEAP_OPTS)
// are passed over.
SourcedValues FromEnvironment(const char* const* environment);

}  // namespace monkafka::config
