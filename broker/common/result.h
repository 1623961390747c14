// Expected failures travel as values: a Kafka error code (what the client is told) and a sentence
// of context (what the operator reads). Broken invariants are CHECK (check.h); exceptions stay
// inside library edges.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "common/error_code.h"

namespace monkafka {

struct Error {
  ErrorCode code = ErrorCode::kUnknownServerError;
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> Fail(ErrorCode code, std::string message = {}) {
  return std::unexpected(Error{code, std::move(message)});
}

// The error of a failed Result, ready to be returned as a Result of another type.
template <class T>
std::unexpected<Error> Forward(Result<T>&& result) {
  return std::unexpected(std::move(result).error());
}

template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  return result ? ErrorCode::kNone : result.error().code;
}

}  // namespace monkafka
