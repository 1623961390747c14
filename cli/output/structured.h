// Protobuf messages as JSON and YAML. Pure functions.
//
// The JSON is protobuf's own mapping (https://protobuf.dev/programming-guides/json): lowerCamelCase
// names, 64-bit integers as strings, bytes in base64, fields at their default included. The YAML is
// that JSON in YAML's block form, so one description serves both.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace monkafka::cli {

// Without a line end, on one line.
std::string ToJsonLine(const google::protobuf::Message& message);

// Indented, with a line end.
std::string ToJson(const google::protobuf::Message& message);

// Which fields at their default are in a document: none, or those where 0 says something, as with
// the number of a partition.
enum class Defaults { kLeftOut, kNumbers };

// JSON for files that people keep, in which most defaults say nothing. Protobuf reads both as the
// same message.
std::string ToDocument(const google::protobuf::Message& message, bool indented,
                       Defaults defaults = Defaults::kLeftOut);

// Block style, with a line end.
std::string ToYaml(const google::protobuf::Message& message);

// The elements, objects each, of the list that is the first member of an object that ToJsonLine
// wrote: converting a message of many is several times cheaper than converting each.
std::vector<std::string_view> ElementsOfFirstList(std::string_view json);

// `json` must be well formed, as ToJson writes it.
std::string JsonToYaml(std::string_view json);

}  // namespace monkafka::cli
