// The one exception of monkafkactl. It is thrown where a command cannot go on and caught in Run(),
// which prints it and ends with its exit code.
//
// CLI11 reports wrong options by exceptions as well; so a verb has one way out, and no code passes
// failures up by hand.
#pragma once

#include <stdexcept>
#include <string>

#include "cli/exit_code.h"

namespace monkafka::cli {

class Failure : public std::runtime_error {
 public:
  // `what` was refused or failed, and why; `next` says what to do about it, "" when there is no
  // advice; `details` is shown with --verbose.
  explicit Failure(const std::string& what, std::string next = "", std::string details = "",
                   ExitCode exit_code = kFailed)
      : std::runtime_error(what),
        next_(std::move(next)),
        details_(std::move(details)),
        exit_code_(exit_code) {}

  const std::string& next() const { return next_; }
  const std::string& details() const { return details_; }
  ExitCode exit_code() const { return exit_code_; }

 private:
  std::string next_;
  std::string details_;
  ExitCode exit_code_;
};

// What the command is about does not exist.
class MissingFailure : public Failure {
 public:
  // `type` and `name` as google.rpc.ResourceInfo has them: "topic", "orders".
  MissingFailure(const Failure& failure, std::string type, std::string name)
      : Failure(failure), type_(std::move(type)), name_(std::move(name)) {}

  const std::string& type() const { return type_; }
  const std::string& name() const { return name_; }

 private:
  std::string type_;
  std::string name_;
};

// The connection to the broker broke while it answered: what it has said until then holds.
class LostFailure : public Failure {
 public:
  using Failure::Failure;

  // The same, with what was `done` until then and the command that goes on from there.
  LostFailure GoingOn(const std::string& done, const std::string& command) const {
    return LostFailure(what() + (", " + done), "is the broker running? To go on:\n" + command,
                       details());
  }
};

inline Failure UsageError(const std::string& what, std::string next = "") {
  return Failure(what, std::move(next), "", kUsage);
}

}  // namespace monkafka::cli
