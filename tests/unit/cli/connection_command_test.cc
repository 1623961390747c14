#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "monkafka/admin/v1/connections.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using testing::ElementsAre;
using testing::HasSubstr;

// Connections 1 to 9.
class FakeConnections : public v1::ConnectionsService::Service {
 public:
  grpc::Status CloseConnection(grpc::ServerContext*, const v1::CloseConnectionRequest* request,
                               v1::CloseConnectionResponse* response) override {
    const int64_t id = request->connection_id();
    if (id > 9 && request->allow_missing()) return grpc::Status::OK;
    if (id > 9) return Missing("connection", std::to_string(id), "CONNECTION_NOT_FOUND");
    v1::Connection& connection = *response->mutable_connection();
    connection.set_connection_id(id);
    connection.set_client_id("billing");
    connection.set_software_name("librdkafka");
    connection.set_software_version("2.0.2");
    connection.set_principal("User:bob");
    connection.set_remote_address("10.0.0.7:5100" + std::to_string(id));
    if (!request->validate_only()) closed.push_back(id);
    return grpc::Status::OK;
  }

  std::vector<int64_t> closed;
};

class ConnectionCommandTest : public testing::Test {
 protected:
  FakeConnections connections;
  CommandLine cli{{&connections}};
};

TEST_F(ConnectionCommandTest, TheQuestionSaysWhoseConnectionItIs) {
  EXPECT_EQ(cli.Run({"connection", "close", "7"}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("will not close connection 7 of billing (librdkafka 2.0.2), "
                                     "User:bob from 10.0.0.7:51007 without confirmation"));
  cli.terminal.input_is_terminal = true;
  cli.input = "no\n";
  EXPECT_EQ(cli.Run({"connection", "close", "7"}), kFailed);
  EXPECT_TRUE(connections.closed.empty());
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"connection", "close", "7"}), kDone);
  EXPECT_THAT(connections.closed, ElementsAre(7));
}

TEST_F(ConnectionCommandTest, OfSeveralEachIsNamedAndTheMissingAreNotAskedAbout) {
  cli.terminal.input_is_terminal = true;
  cli.input = "yes\n";
  EXPECT_EQ(cli.Run({"connection", "close", "3", "70", "4"}), kFailed);
  EXPECT_THAT(cli.error(), HasSubstr("there is no connection 70"));
  EXPECT_THAT(cli.error(), HasSubstr("User:bob from 10.0.0.7:51003\n"));
  EXPECT_THAT(cli.error(), HasSubstr("User:bob from 10.0.0.7:51004\n"));
  EXPECT_THAT(cli.error(), HasSubstr("close 2 connections at "));
  EXPECT_THAT(connections.closed, ElementsAre(3, 4));
}

TEST_F(ConnectionCommandTest, YesAndDryRunSayWhoseConnectionItIsAndAskNothing) {
  EXPECT_EQ(cli.Run({"connection", "close", "7", "--dry-run"}), kDone);
  EXPECT_EQ(cli.error(),
            "connection 7 of billing (librdkafka 2.0.2), User:bob from "
            "10.0.0.7:51007: would be closed\n");
  EXPECT_TRUE(connections.closed.empty());
  EXPECT_EQ(cli.Run({"connection", "close", "7", "--yes"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("10.0.0.7:51007: closed\n"));
  EXPECT_THAT(connections.closed, ElementsAre(7));
}

TEST_F(ConnectionCommandTest, OneThatIsGoneIsNotAskedAboutWithIfExists) {
  EXPECT_EQ(cli.Run({"connection", "close", "70", "--if-exists"}), kDone);
  EXPECT_THAT(cli.error(), HasSubstr("connection 70 does not exist: nothing to do"));
}

}  // namespace
}  // namespace monkafka::cli
