// A client's certificate and its key, before they are used: gRPC says no more of a pair that does
// not fit than that the connection failed. Pure.
#pragma once

#include <string>

namespace monkafka::cli {

// Whether the key, in PEM, is that of another certificate than the first one of `certificates`.
// False when one of them cannot be read.
bool IsKeyOfAnother(const std::string& certificates, const std::string& key);

}  // namespace monkafka::cli
