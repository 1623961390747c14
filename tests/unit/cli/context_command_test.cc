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

TEST(ContextCommandTest, ChangesAreAnsweredInJson) {
  CommandLine cli;
  EXPECT_EQ(cli.Run({"context", "add", "far", "--endpoint", "a:1", "-o", "json"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("\"context\": {"));
  EXPECT_THAT(cli.out(), HasSubstr("\"endpoint\": \"a:1\""));
  EXPECT_THAT(cli.out(), HasSubstr("\"current\": true"));
  EXPECT_EQ(
      cli.Run({"context", "add", "far", "--endpoint", "b:1", "--if-not-exists", "-o", "json"}),
      kDone);
  EXPECT_THAT(cli.out(), HasSubstr("\"endpoint\": \"a:1\"")) << "what is there";
  EXPECT_EQ(cli.Run({"context", "use", "far", "-o", "jsonl"}), kDone);
  EXPECT_THAT(cli.out(), HasSubstr("\"name\":\"far\""));
  EXPECT_EQ(cli.Run({"context", "remove", "far", "-o", "name"}), kDone);
  EXPECT_EQ(cli.out(), "far\n");
  EXPECT_EQ(cli.Run({"context", "remove", "far", "--if-exists", "-o", "json"}), kDone);
  EXPECT_EQ(cli.out(), "{}\n");
  EXPECT_EQ(cli.Run({"context", "remove", "far", "--if-exists"}), kDone);
  EXPECT_EQ(cli.out(), "");
}

TEST(DoctorCommandTest, AnAddressThatIsNoneIsNamed) {
  CommandLine cli;
  for (const char* list : {"here", "a:1,b", "a:0", "unix:/run/s", ":9092", "[::1]", "x://a:1"}) {
    EXPECT_EQ(cli.Run({"doctor", "--bootstrap", list}), kUsage) << list;
    EXPECT_THAT(cli.error(), HasSubstr("--bootstrap: \""));
    EXPECT_THAT(cli.error(), HasSubstr("next: give HOST:PORT, for example 127.0.0.1:9092"));
  }
  EXPECT_EQ(cli.Run({"doctor", "--bootstrap", " , "}), kUsage);
  EXPECT_THAT(cli.error(), HasSubstr("--bootstrap names no address"));
}

TEST(AdviceTest, OfCompactionIsForTrimAlone) {
  const auto refused =
      Refusal(grpc::StatusCode::FAILED_PRECONDITION, "It is refused.", "POLICY_VIOLATION");
  EXPECT_THAT(DescribeStatus(refused, "trim topic t", "").next(), HasSubstr("tombstone"));
  EXPECT_THAT(DescribeStatus(refused, "create topic t", "").next(), Not(HasSubstr("tombstone")));
}

TEST(AdviceTest, OfTooManyPartitionsIsToMakeThemInSteps) {
  const auto refused =
      Refusal(grpc::StatusCode::FAILED_PRECONDITION, "Excessively many.", "POLICY_VIOLATION");
  for (const char* what : {"create topic t", "add partitions to t"}) {
    EXPECT_THAT(DescribeStatus(refused, what, "").next(), HasSubstr("at most 10,000 partitions"))
        << what;
  }
}

TEST(AdviceTest, IsAboutTheFieldThatWasRefused) {
  const auto refused = [](const char* field) {
    google::rpc::BadRequest bad;
    bad.add_field_violations()->set_field(field);
    google::protobuf::Any any;
    any.PackFrom(bad);
    return Refusal(grpc::StatusCode::INVALID_ARGUMENT, "no", "INVALID_REQUEST", {any});
  };
  const auto next = [&](const char* field, const char* what) {
    return DescribeStatus(refused(field), what, "").next();
  };
  EXPECT_THAT(next("documents.topics.name", "plan"), HasSubstr("`monkafkactl export`"));
  EXPECT_THAT(next("commits.offset", "import"), HasSubstr("`monkafkactl group export`"));
  EXPECT_THAT(next("changes", "set configs of broker 1"), HasSubstr("config explain"));
  EXPECT_THAT(next("partition_count", "add partitions to t"), HasSubstr("--if-not-exists"));
  EXPECT_THAT(next("partition_count", "create topic t"), HasSubstr("--help"));
  EXPECT_THAT(next("filter", "list"), HasSubstr("size_bytes"));
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
