// Protobuf messages as JSON and YAML. Pure functions.
//
// The JSON is protobuf's own mapping (https://protobuf.dev/programming-guides/json): lowerCamelCase
// names, 64-bit integers as strings, bytes in base64, fields at their default included. The YAML is
// that JSON in YAML's block form, so one description serves both.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace monkafka::cli {

// Without a line end, on one line.
std::string ToJsonLine(const google::protobuf::Message& message);

// Indented, with a line end.
std::string ToJson(const google::protobuf::Message& message);

// Block style, with a line end.
std::string ToYaml(const google::protobuf::Message& message);

// `json` must be well formed, as ToJson writes it.
std::string JsonToYaml(std::string_view json);

}  // namespace monkafka::cli
