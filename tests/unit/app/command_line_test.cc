#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monkafka::app {
namespace {

using testing::HasSubstr;

class CommandLineTest : public testing::Test {
 protected:
  void Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "monkafka");
    environment.push_back(nullptr);
    outcome =
        ParseCommandLine(static_cast<int>(arguments.size()), arguments.data(), environment.data());
    environment.pop_back();
  }
  std::string Setting(const std::string& key) {
    const auto& settings = outcome.command_line.settings;
    const auto found = settings.find(key);
    return found == settings.end() ? "(not set)" : found->second.value;
  }

  std::vector<const char*> environment;
  CommandLineOutcome outcome;
};

TEST_F(CommandLineTest, PortAndHostChangeTheDefaultListener) {
  Parse({"--port", "19092"});
  EXPECT_EQ(Setting("listeners"), "PLAINTEXT://127.0.0.1:19092");
  EXPECT_EQ(Setting("advertised.listeners"), "(not set)");
  Parse({"--host", "::1"});
  EXPECT_EQ(Setting("listeners"), "PLAINTEXT://[::1]:9092");
}

TEST_F(CommandLineTest, PortKeepsTheHostAndTheNameOfTheListener) {
  environment = {"KAFKA_LISTENERS=EXTERNAL://0.0.0.0:9092"};
  Parse({"--port", "0"});
  EXPECT_EQ(Setting("listeners"), "EXTERNAL://0.0.0.0:0");
  Parse({"--host", "10.0.0.7"});
  EXPECT_EQ(Setting("listeners"), "EXTERNAL://10.0.0.7:9092");
}

TEST_F(CommandLineTest, TheAdvertisedHostStaysAndItsPortFollows) {
  environment = {"KAFKA_LISTENERS=PLAINTEXT://:9092",
                 "KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://broker.example:9092"};
  Parse({"--port", "0"});
  EXPECT_EQ(Setting("advertised.listeners"), "PLAINTEXT://broker.example:0");
  Parse({"--port", "19092"});
  EXPECT_EQ(Setting("listeners"), "PLAINTEXT://:19092");
  EXPECT_EQ(Setting("advertised.listeners"), "PLAINTEXT://broker.example:19092");
  Parse({"--host", "::"});
  EXPECT_EQ(Setting("advertised.listeners"), "PLAINTEXT://broker.example:9092");
}

TEST_F(CommandLineTest, AForwardedPortIsAdvertisedAsItWas) {
  environment = {"KAFKA_LISTENERS=PLAINTEXT://:9092",
                 "KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://broker.example:30001"};
  Parse({"--port", "19092"});
  EXPECT_EQ(Setting("advertised.listeners"), "PLAINTEXT://broker.example:30001");
  Parse({"--port", "0"});
  EXPECT_EQ(Setting("advertised.listeners"), "PLAINTEXT://broker.example:0");
}

TEST_F(CommandLineTest, WhichOfSeveralListenersIsMeantMustBeSaid) {
  environment = {"KAFKA_LISTENERS=INTERNAL://127.0.0.1:9092,EXTERNAL://:9093"};
  Parse({"--port", "0"});
  EXPECT_TRUE(outcome.exit);
  EXPECT_EQ(outcome.code, 64);
  EXPECT_THAT(outcome.text, HasSubstr("--port changes the only listener, and there are 2 "
                                      "(environment variable KAFKA_LISTENERS: "
                                      "listeners=INTERNAL://127.0.0.1:9092,EXTERNAL://:9093)"));
  Parse({"--port", "0", "--override", "listeners=PLAINTEXT://:1"});
  EXPECT_FALSE(outcome.exit);
  EXPECT_EQ(Setting("listeners"), "PLAINTEXT://:0");
}

}  // namespace
}  // namespace monkafka::app
