// URL-safe base64 without padding (RFC 4648, section 5): what tokens look like to clients.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace monkafka::admin {

std::string Base64UrlEncode(std::string_view bytes);
// nullopt: not what Base64UrlEncode writes.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace monkafka::admin
