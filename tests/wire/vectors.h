// The byte vectors that tests/wire/make-vectors prints; README.md has the format.
//
// The files are named by MONKAFKA_WIRE_VECTORS, several with ':' between. They are made from Apache
// Kafka's own classes and not kept in the repository, so a test begins with
//
//   MONKAFKA_REQUIRE_WIRE_VECTORS();
//
// which skips it, and says so, when the variable is not set.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace monkafka::wire {

struct Vector {
  std::string file;
  int line = 0;
  std::string kind;
  int api_key = -1;
  std::string name;
  int version = 0;
  std::string text;  // the last column: hex in most kinds

  std::vector<uint8_t> Bytes() const;  // of the hex
  std::string Where() const;           // "file:line kind name vN", for messages
};

// True when MONKAFKA_WIRE_VECTORS is set.
bool HaveVectors();
// All vectors, in the order of the files; read once. A file that cannot be read ends the process.
const std::vector<Vector>& Vectors();

}  // namespace monkafka::wire

#define MONKAFKA_REQUIRE_WIRE_VECTORS()                                                      \
  if (!::monkafka::wire::HaveVectors()) {                                                    \
    GTEST_SKIP() << "NOT COMPARED WITH APACHE KAFKA: set MONKAFKA_WIRE_VECTORS to files of " \
                    "tests/wire/make-vectors";                                               \
  }
