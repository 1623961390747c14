#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/files.h"
#include "cli/status_text.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ContextCommandTest, FilesAreStoredSoThatTheyAreFoundFromEverywhere) {
  CommandLine cli;
  EXPECT_EQ(cli.Run({"context", "add", "far", "--endpoint", "a:1", "--ca", "tls/../ca.pem",
                     "--token-file", "/run/token"}),
            kDone)
      << cli.error();
  const std::string stored = ReadFile(cli.home() / ".config" / "monkafkactl" / "contexts.yaml");
  EXPECT_THAT(stored, HasSubstr("ca: " + (std::filesystem::current_path() / "ca.pem").string()));
  EXPECT_THAT(stored, HasSubstr("token_file: /run/token"));
}

TEST(AdviceTest, OfCompactionIsForTrimAlone) {
  const auto refused =
      Refusal(grpc::StatusCode::FAILED_PRECONDITION, "It is refused.", "POLICY_VIOLATION");
  EXPECT_THAT(DescribeStatus(refused, "trim topic t", "").next(), HasSubstr("tombstone"));
  EXPECT_THAT(DescribeStatus(refused, "create topic t", "").next(), Not(HasSubstr("tombstone")));
}

TEST(AdviceTest, ADamagedLogIsLookedIntoAndNotTriedAgain) {
  const auto refused = Refusal(grpc::StatusCode::UNAVAILABLE, "It is bad.", "KAFKA_STORAGE_ERROR");
  const std::string searching = DescribeStatus(refused, "search topic t", "a:1").next();
  EXPECT_THAT(searching, HasSubstr("`monkafkactl segment verify`"));
  EXPECT_THAT(searching, HasSubstr("--partitions"));
  const std::string producing = DescribeStatus(refused, "produce to topic t", "a:1").next();
  EXPECT_THAT(producing, HasSubstr("`monkafkactl segment verify`"));
  EXPECT_THAT(producing, Not(HasSubstr("--partitions")));
}

}  // namespace
}  // namespace monkafka::cli
