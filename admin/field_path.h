// Fields of a message by name, for filters and orders: "size_bytes", "rates.bytes_per_second",
// "configs.cleanup.policy": what follows the name of a map is a key of it, dots and all.
// A value that is compared is a number or a text; enums and booleans have both.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "admin/port/failure.h"

namespace monkafka::admin {

// Ordered by number, then by text; what is not set is 0 and empty.
struct FieldValue {
  bool present = false;  // set, and not the default of a field that cannot tell
  double number = 0;
  int64_t integer = 0;  // exact, where the field is an integer; else 0
  std::string text;

  // Below, equal or above zero.
  static int Compare(const FieldValue& a, const FieldValue& b) {
    if (a.number != b.number) return a.number < b.number ? -1 : 1;
    if (a.integer != b.integer) return a.integer < b.integer ? -1 : 1;
    return a.text.compare(b.text);
  }
};

class FieldPath {
 public:
  // `argument` names the field of the request that the path is from, for the failure.
  static Outcome<FieldPath> Parse(const google::protobuf::Descriptor& message,
                                  std::string_view path, std::string_view argument);

  FieldValue Of(const google::protobuf::Message& message) const;
  // For a map or a repeated field.
  bool HasElement(const google::protobuf::Message& message, std::string_view element) const;

  const google::protobuf::FieldDescriptor& field() const { return *fields_.back(); }
  // Whether it is the value of a map's key.
  bool in_map() const { return map_ != nullptr; }
  // Whether values can be put into an order: not a map, repeated field or message.
  bool Comparable() const;

 private:
  // The message that holds the last field; nullptr when one above it is not set, or the key is not
  // in the map.
  const google::protobuf::Message* Holder(const google::protobuf::Message& message) const;

  std::vector<const google::protobuf::FieldDescriptor*> fields_;  // in_map: the value's last
  const google::protobuf::FieldDescriptor* map_ = nullptr;
  std::string key_;
};

}  // namespace monkafka::admin
