// Named brokers, so that one needn't type addresses, and so that production can be protected.
//
// They are kept in contexts.yaml in ConfigDirectory():
//
//   current: local
//   contexts:
//     local:
//       endpoint: 127.0.0.1:9095
//     production:
//       endpoint: kafka.example.net:9095
//       protected: true
//       ca: /etc/monkafka/ca.pem
//       token_file: /run/secrets/monkafka-token
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace monkafka::cli {

struct Context {
  std::string endpoint;  // HOST:PORT or unix:PATH
  bool is_protected = false;
  std::string ca, cert, key;  // PEM files; any of them means TLS
  std::string server_name;    // that the certificate must be for, when it isn't the endpoint's host
  std::string token_file;     // its first line is the bearer token
};

struct Contexts {
  std::string current;  // "" for none
  std::map<std::string, Context> by_name;
};

// A file that doesn't exist has no contexts. Throws Failure, with the line, when it makes no sense.
Contexts LoadContexts(const std::filesystem::path& file);
void SaveContexts(const std::filesystem::path& file, const Contexts& contexts);

// As above, from and to the file's text; `file` is named in errors.
Contexts ParseContexts(std::string_view text, const std::string& file);
std::string WriteContexts(const Contexts& contexts);

}  // namespace monkafka::cli
