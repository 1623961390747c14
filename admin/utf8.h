// Text as protobuf wants it. Kafka's strings are bytes that nobody checks: a client id, a member's
// name or the key of a header may hold anything, and a `string` of a message that is not UTF-8
// makes the whole message unreadable for its receiver.
#pragma once

#include <string>
#include <string_view>

namespace monkafka::admin {

// The same text; each byte that belongs to no character of UTF-8 has become U+FFFD.
std::string ToUtf8(std::string_view bytes);

}  // namespace monkafka::admin
