// monkafkactl in a test: a world of strings, and a gRPC server in this process in place of a
// broker.
#pragma once

#include <google/protobuf/any.pb.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/app.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace monkafka::cli {

class CommandLine {
 public:
  explicit CommandLine(std::vector<grpc::Service*> services = {}) {
    grpc::ServerBuilder builder;
    for (grpc::Service* service : services) builder.RegisterService(service);
    if (!services.empty()) server_ = builder.BuildAndStart();
    std::string pattern = std::filesystem::temp_directory_path() / "monkafkactl-test-XXXXXX";
    home_ = mkdtemp(pattern.data());
    variables_["HOME"] = home_;
  }
  ~CommandLine() {
    if (server_) server_->Shutdown();
    std::filesystem::remove_all(home_);
  }

  // Runs `monkafkactl arguments...`; what it wrote is in out and error afterwards.
  int Run(std::vector<std::string> arguments) {
    in_.str(input);
    in_.clear();
    out_.str("");
    error_.str("");
    World world{.in = in_,
                .out = out_,
                .error = error_,
                .terminal = terminal,
                .environment =
                    [this](const std::string& name) {
                      auto found = variables_.find(name);
                      return found == variables_.end() ? std::nullopt
                                                       : std::optional(found->second);
                    },
                .connect =
                    [this](const Context& context) {
                      connected_to = context;
                      return server_->InProcessChannel({});
                    }};
    return cli::Run(arguments, std::move(world));
  }

  std::string out() const { return out_.str(); }
  std::string error() const { return error_.str(); }
  const std::filesystem::path& home() const { return home_; }
  std::map<std::string, std::string>& variables() { return variables_; }

  std::string input;
  Terminal terminal;
  Context connected_to;

 private:
  std::unique_ptr<grpc::Server> server_;
  std::filesystem::path home_;
  std::map<std::string, std::string> variables_;
  std::istringstream in_;
  std::ostringstream out_, error_;
};

// A refusal as the admin service makes it.
inline grpc::Status Refusal(grpc::StatusCode code, const std::string& message,
                            const std::string& reason,
                            const std::vector<google::protobuf::Any>& more = {}) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("monkafka");
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(info);
  for (const auto& detail : more) *status.add_details() = detail;
  return grpc::Status(code, message, status.SerializeAsString());
}

inline grpc::Status Missing(const std::string& type, const std::string& name,
                            const std::string& reason) {
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(type);
  resource.set_resource_name(name);
  google::protobuf::Any any;
  any.PackFrom(resource);
  return Refusal(grpc::StatusCode::NOT_FOUND, "there is no " + type + " " + name, reason, {any});
}

inline grpc::Status MissingTopic(const std::string& name) {
  return Missing("topic", name, "UNKNOWN_TOPIC_OR_PARTITION");
}

}  // namespace monkafka::cli
