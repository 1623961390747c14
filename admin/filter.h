// A filter of AIP-160 over the fields of a message; common.proto describes what can be written.
// As there, OR binds tighter than AND. Threads: a parsed filter is immutable.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string_view>

#include "admin/port/failure.h"

namespace monkafka::admin {

class Filter {
 public:
  static constexpr size_t kLongest = 4096;
  static constexpr int kDeepest = 32;

  class Node;  // of the expression

  // Everything passes.
  Filter() = default;
  // Empty text: everything passes. INVALID_FIELD says what is wrong and where.
  static Outcome<Filter> Parse(const google::protobuf::Descriptor& message, std::string_view text);

  bool Matches(const google::protobuf::Message& message) const;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace monkafka::admin
