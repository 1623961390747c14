// Errors of services as the admin service tells them.
#pragma once

#include <string>
#include <utility>

#include "admin/port/failure.h"
#include "common/error_code.h"

namespace monkafka::app {

// About one resource; an etag that does not match is told in the admin service's own words.
inline std::unexpected<admin::Failure> FailAbout(Error error, std::string type, std::string name) {
  if (error.code == ErrorCode::kInvalidUpdateVersion) {
    return admin::FailEtag({std::move(type), std::move(name)});
  }
  return admin::FailWith(std::move(error), {std::move(type), std::move(name)});
}

inline std::unexpected<admin::Failure> FailAbout(admin::Failure failure, std::string type,
                                                 std::string name) {
  if (failure.kind || failure.resource) return std::unexpected(std::move(failure));
  return FailAbout(Error{failure.code, std::move(failure.message)}, std::move(type),
                   std::move(name));
}

}  // namespace monkafka::app
