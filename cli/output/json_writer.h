// Protobuf's JSON mapping, written straight from a message by reflection: what
// google::protobuf::util::MessageToJsonString writes with always_print_primitive_fields, at a small
// part of its cost, which streams of records need. Only the order within an object is another one:
// fields stand as they are declared, and the keys of maps are sorted, so that answers can be
// compared.
//
// What is rare goes through the library itself: google.protobuf's own types and text beyond ASCII.
// Rules: https://protobuf.dev/programming-guides/json.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace monkafka::cli {

// Appends `message` as JSON: on one line without a line end, or indented with one.
void AppendJson(const google::protobuf::Message& message, bool indented, std::string& json);

// As AppendJson, for files that people keep: without what says nothing, which are empty texts,
// flags that are not set and enums at UNSPECIFIED. Protobuf reads both as the same message.
void AppendDocument(const google::protobuf::Message& message, bool indented, std::string& json);

}  // namespace monkafka::cli
