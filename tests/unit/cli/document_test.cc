#include "cli/document.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

constexpr const char* kShapes = R"pb(
  name: "shapes.proto"
  package: "shapes"
  syntax: "proto3"
  message_type {
    name: "Topic"
    field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "name" }
    field {
      name: "partition_count"
      number: 2
      type: TYPE_INT32
      label: LABEL_OPTIONAL
      json_name: "partitionCount"
    }
    field { name: "internal" number: 3 type: TYPE_BOOL label: LABEL_OPTIONAL json_name: "internal" }
    field {
      name: "configs"
      number: 4
      type: TYPE_MESSAGE
      type_name: ".shapes.Topic.ConfigsEntry"
      label: LABEL_REPEATED
      json_name: "configs"
    }
    field {
      name: "kind"
      number: 5
      type: TYPE_ENUM
      type_name: ".shapes.Kind"
      label: LABEL_OPTIONAL
      json_name: "kind"
    }
    field { name: "ids" number: 6 type: TYPE_INT64 label: LABEL_REPEATED json_name: "ids" }
    nested_type {
      name: "ConfigsEntry"
      options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "key" }
      field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "value" }
    }
  }
  message_type {
    name: "Topics"
    field {
      name: "topics"
      number: 1
      type: TYPE_MESSAGE
      type_name: ".shapes.Topic"
      label: LABEL_REPEATED
      json_name: "topics"
    }
  }
  enum_type {
    name: "Kind"
    value { name: "KIND_NONE" number: 0 }
    value { name: "KIND_GOOD" number: 1 }
  }
)pb";

const std::string kMend = " | mend it there; `monkafkactl export` shows how such a file is written";

class DocumentTest : public testing::Test {
 protected:
  DocumentTest() {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kShapes, &file));
    const auto* descriptor = pool_.BuildFile(file)->FindMessageTypeByName("Topics");
    message_.reset(factory_.GetPrototype(descriptor)->New());
  }

  std::string Read(std::string_view text) {
    message_->Clear();
    ReadDocument(text, "t.yaml", "export", message_.get());
    std::string json;
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.PrintToString(*message_, &json);
    return json;
  }

  std::string WhatIsWrong(std::string_view text) {
    try {
      Read(text);
    } catch (const Failure& failure) {
      return failure.next().empty() ? failure.what() : failure.what() + (" | " + failure.next());
    }
    return "nothing";
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  std::unique_ptr<google::protobuf::Message> message_;
};

TEST_F(DocumentTest, ReadsYamlByTheFieldsOfTheMessage) {
  EXPECT_EQ(
      Read("topics:\n- name: orders\n  partition_count: 3\n  internal: true\n  kind: KIND_GOOD\n"
           "  ids: [1, 2]\n  configs:\n    retention.ms: 86400000\n"),
      "topics { name: \"orders\" partition_count: 3 internal: true "
      "configs { key: \"retention.ms\" value: \"86400000\" } kind: KIND_GOOD ids: 1 ids: 2 } ");
}

TEST_F(DocumentTest, ReadsJsonWithLowerCamelCaseNames) {
  EXPECT_EQ(Read(R"({"topics": [{"name": "a", "partitionCount": 2}]})"),
            "topics { name: \"a\" partition_count: 2 } ");
}

TEST_F(DocumentTest, JoinsDocuments) {
  EXPECT_EQ(Read("topics: [{name: a}]\n---\ntopics: [{name: b}]\n"),
            "topics { name: \"a\" } topics { name: \"b\" } ");
}

TEST_F(DocumentTest, AnEmptyFileIsAnEmptyMessage) { EXPECT_EQ(Read(""), ""); }

TEST_F(DocumentTest, ReadsWhatJsonLinesHave) {
  EXPECT_EQ(Read("{\"name\":\"a\"}\n\n{\"name\":\"b\",\"partitionCount\":2}\n"),
            "topics { name: \"a\" } topics { name: \"b\" partition_count: 2 } ");
  EXPECT_EQ(Read("{\"name\":\"a\"}\n"), "topics { name: \"a\" } ");
  EXPECT_EQ(Read("{\"topics\":[{\"name\":\"a\"}]}\r\n{\"topics\":[{\"name\":\"b\"}]}"),
            "topics { name: \"a\" } topics { name: \"b\" } ");
}

TEST_F(DocumentTest, AnElementOfTheListMayBeADocument) {
  EXPECT_EQ(Read("name: a\n---\ntopics: [{name: b}]\n---\nname: c\n"),
            "topics { name: \"a\" } topics { name: \"b\" } topics { name: \"c\" } ");
  EXPECT_EQ(WhatIsWrong("name: a\npartition_cuont: 1\n"),
            "t.yaml:2: unknown field partition_cuont | did you mean partition_count?");
}

TEST_F(DocumentTest, JsonOverSeveralLinesIsOneDocument) {
  EXPECT_EQ(Read("{\n\"topics\": [\n{\"name\": \"a\"}\n]\n}\n"), "topics { name: \"a\" } ");
}

TEST_F(DocumentTest, WhatIsNeitherIsTakenForTheNearest) {
  EXPECT_EQ(WhatIsWrong("topisc: []\n"), "t.yaml:1: unknown field topisc | did you mean topics?");
  EXPECT_EQ(WhatIsWrong("zzz: []\n"), "t.yaml:1: unknown field zzz | the fields are: topics");
}

TEST_F(DocumentTest, ErrorsInJsonLinesNameTheLineOfTheFile) {
  EXPECT_EQ(WhatIsWrong("{\"name\":\"a\"}\n{\"nmae\":\"b\"}\n"),
            "t.yaml:2: unknown field nmae | did you mean name?");
  EXPECT_EQ(WhatIsWrong("{\"name\":\"a\"}\n\n{\"name\":[\"b\"]}\n"),
            "t.yaml:3: name must be a single value" + kMend);
  EXPECT_EQ(WhatIsWrong("{\"name\":\"a\"}\n{\"name\":\"b\",,}\n").substr(0, 9), "t.yaml:2:");
}

TEST_F(DocumentTest, ErrorsNameFileLineAndTheNearestField) {
  EXPECT_EQ(WhatIsWrong("topics:\n- name: a\n  partition_cuont: 1\n"),
            "t.yaml:3: unknown field partition_cuont | did you mean partition_count?");
  EXPECT_EQ(WhatIsWrong("topics:\n- name: a\n  partitionCuont: 1\n"),
            "t.yaml:3: unknown field partitionCuont | did you mean partitionCount?");
  EXPECT_EQ(WhatIsWrong("topics:\n- name: a\n  partition_count: many\n"),
            "t.yaml:3: partition_count must be a whole number" + kMend);
  EXPECT_EQ(WhatIsWrong("topics:\n- name: [a]\n"), "t.yaml:2: name must be a single value" + kMend);
  EXPECT_EQ(WhatIsWrong("topics: orders\n"), "t.yaml:1: topics is a list" + kMend);
  EXPECT_EQ(WhatIsWrong("topics:\n- kind: KIND_BAD\n"),
            "t.yaml:2: kind cannot be KIND_BAD | it is one of KIND_GOOD");
  EXPECT_EQ(WhatIsWrong("- a\n"), "t.yaml:1: expected the fields of a Topics: topics" + kMend);
}

TEST_F(DocumentTest, BrokenYamlIsReportedWithItsLine) {
  EXPECT_EQ(WhatIsWrong("topics: {a: [\n").substr(0, 7), "t.yaml:");
}

}  // namespace
}  // namespace monkafka::cli
