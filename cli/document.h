// Reads YAML or JSON (which is YAML) into a protobuf message by its descriptor, so that the fields
// of a message are the format of a file, and nothing has to be written twice.
//
// Field names may be in snake_case or lowerCamelCase. Scalars are taken as the field's type asks,
// so `retention.ms: 86400000` needs no quotes. Errors are Failures that name file and line, and the
// nearest known field for an unknown one, and say what to do about it.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace monkafka::cli {

// Each document of `text` is merged into `message`: they are separated by ---, or are JSON, one a
// line. Where `message` is nothing but a list, a document may also be one element of it, as jsonl
// has them. `file` is named in errors; `writer` is the command that writes such files, "export".
void ReadDocument(std::string_view text, const std::string& file, const std::string& writer,
                  google::protobuf::Message* message);

}  // namespace monkafka::cli
