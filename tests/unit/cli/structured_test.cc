#include "cli/output/structured.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <gtest/gtest.h>

namespace monkafka::cli {
namespace {

TEST(JsonTest, ShowsFieldsAtTheirDefaultInLowerCamelCase) {
  google::protobuf::Field field;
  field.set_type_url("t");
  std::string json = ToJsonLine(field);
  EXPECT_NE(json.find("\"typeUrl\":\"t\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"number\":0"), std::string::npos) << json;
  EXPECT_EQ(json.find('\n'), std::string::npos);
}

TEST(JsonTest, SortsTheKeysOfMaps) {
  google::protobuf::Struct message;
  for (const char* key : {"c", "a", "b"}) (*message.mutable_fields())[key].set_number_value(1);
  EXPECT_EQ(ToJsonLine(message), R"({"a":1,"b":1,"c":1})");
}

TEST(JsonTest, TakesTheElementsOutOfAList) {
  using testing::ElementsAre;
  EXPECT_THAT(ElementsOfFirstList(R"({"records":[{"a":[{"b":"]}"}]},{"c":"\\"}],"last":[{}]})"),
              ElementsAre(R"({"a":[{"b":"]}"}]})", R"({"c":"\\"})"));
  EXPECT_THAT(ElementsOfFirstList(R"({"records":[],"summary":{"next":[{}]}})"), ElementsAre());
}

TEST(YamlTest, WritesNestedListsAndMapsInBlockForm) {
  EXPECT_EQ(
      JsonToYaml(
          R"({"topics":[{"name":"orders","partitions":3,"configs":{"a.b":"1"}},{"name":"x"}],"next":""})"),
      "topics:\n"
      "- name: orders\n"
      "  partitions: 3\n"
      "  configs:\n"
      "    a.b: \"1\"\n"
      "- name: x\n"
      "next: \"\"\n");
}

TEST(YamlTest, WritesEmptyOnesInFlowForm) {
  EXPECT_EQ(JsonToYaml(R"({"list":[],"map":{}})"), "list: []\nmap: {}\n");
  EXPECT_EQ(JsonToYaml("{}"), "{}\n");
}

TEST(YamlTest, QuotesWhatYamlWouldReadAsSomethingElse) {
  EXPECT_EQ(
      JsonToYaml(
          R"({"a":"true","b":"No","c":"12","d":"a: b","e":"null","f":"plain-1.x","g":"- x"})"),
      "a: \"true\"\nb: \"No\"\nc: \"12\"\nd: \"a: b\"\ne: \"null\"\nf: plain-1.x\ng: \"- x\"\n");
}

TEST(YamlTest, KeepsEscapesAndQuotesInStrings) {
  EXPECT_EQ(JsonToYaml(R"({"value":"say \"hi\\\" , }"})"), "value: \"say \\\"hi\\\\\\\" , }\"\n");
}

TEST(YamlTest, WritesListsOfScalars) {
  EXPECT_EQ(JsonToYaml(R"({"replicas":[1,2],"flags":[true]})"),
            "replicas:\n- 1\n- 2\nflags:\n- true\n");
}

TEST(YamlTest, OfAMessageIsTheYamlOfItsJson) {
  google::protobuf::Struct message;
  (*message.mutable_fields())["at"].set_number_value(1.5);
  EXPECT_EQ(ToYaml(message), "at: 1.5\n");
}

}  // namespace
}  // namespace monkafka::cli
