#include "cli/output/printer.h"

#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include <sstream>

#include "monkafka/admin/v1/resources.pb.h"

namespace monkafka::cli {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Value;

const View<Value>& NumberView() {
  static const View<Value> view{
      .name =
          [](const Value& v) { return "n" + std::to_string(static_cast<int>(v.number_value())); },
      .columns = {
          {"N", [](const Value& v) { return Number(static_cast<int64_t>(v.number_value())); }},
          {"TWICE",
           [](const Value& v) { return Number(static_cast<int64_t>(v.number_value()) * 2); },
           /*wide_only=*/true},
      }};
  return view;
}

std::string Printed(Format format) {
  ListValue list;
  list.add_values()->set_number_value(1);
  list.add_values()->set_number_value(20);
  std::ostringstream out;
  Printer(out, format, {}).PrintList(list, list.values(), NumberView());
  return out.str();
}

TEST(PrinterTest, PrintsAListInEveryFormat) {
  EXPECT_EQ(Printed(Format::kTable), " N\n 1\n20\n");
  EXPECT_EQ(Printed(Format::kWide), " N  TWICE\n 1      2\n20     40\n");
  EXPECT_EQ(Printed(Format::kJson), "[\n 1,\n 20\n]\n");
  EXPECT_EQ(Printed(Format::kJsonl), "1\n20\n");
  EXPECT_EQ(Printed(Format::kYaml), "- 1\n- 20\n");
  EXPECT_EQ(Printed(Format::kName), "n1\nn20\n");
}

TEST(PrinterTest, PrintsOneThingAsFieldsAndTables) {
  std::ostringstream out;
  Printer(out, Format::kTable, {}).PrintOne(Value(), "orders", [](Details& details) {
    details.Field("Name", Text("orders"));
    details.Field("Partitions", Number(2));
    Table table({"P"});
    table.Add({Number(0)});
    details.Section("Where", std::move(table));
    details.Section("Nothing", Table({"X"}));
  });
  EXPECT_EQ(out.str(), "Name:       orders\nPartitions: 2\n\nWhere\nP\n0\n");
}

TEST(PrinterTest, ADocumentLeavesOutWhatSaysNothing) {
  admin::v1::ResourceDocuments documents;
  documents.add_topics()->set_name("orders");
  documents.add_topics()->set_config_mode(admin::v1::CONFIG_MODE_MERGE);
  std::ostringstream out;
  Printer(out, Format::kTable, {}).PrintDocument(documents, "topics");
  EXPECT_EQ(out.str(), "topics:\n- name: orders\n- configMode: CONFIG_MODE_MERGE\n");
  out.str("");
  Printer(out, Format::kJsonl, {}).PrintDocument(documents.topics(0), "orders");
  EXPECT_EQ(out.str(), "{\"name\":\"orders\"}\n");
}

TEST(PrinterTest, SeveralAnswersInYamlAreDocuments) {
  Value one, two;
  one.set_number_value(1);
  two.set_number_value(2);
  std::ostringstream out;
  Printer printer(out, Format::kYaml, {});
  printer.PrintOne(one, "", {});
  printer.PrintOne(two, "", {});
  EXPECT_EQ(out.str(), "1\n---\n2\n");
}

std::string Streamed(Format format, int count, const std::string& field = "") {
  std::ostringstream out;
  Printer printer(out, format, {});
  ItemStream stream(printer, {"N"}, ItemStream::Pace::kLive, field);
  for (int i = 1; i <= count; ++i) {
    Value value;
    value.set_number_value(i);
    stream.Add(
        value, [&] { return "n" + std::to_string(i); }, [&] { return std::vector{Number(i)}; });
  }
  stream.Finish();
  return out.str();
}

TEST(ItemStreamTest, JsonIsOneArrayThatIsAlwaysWhole) {
  EXPECT_EQ(Streamed(Format::kJson, 2), "[\n1\n,2\n]\n");
  EXPECT_EQ(Streamed(Format::kJson, 0), "[]\n");
}

TEST(ItemStreamTest, TheElementsOfAFieldAreOneObject) {
  EXPECT_EQ(Streamed(Format::kJson, 2, "records"), "{\"records\": [\n1\n,2\n]}\n");
  EXPECT_EQ(Streamed(Format::kJson, 0, "records"), "{\"records\": []}\n");
  EXPECT_EQ(Streamed(Format::kYaml, 2, "records"), "records:\n- 1\n- 2\n");
  EXPECT_EQ(Streamed(Format::kYaml, 0, "records"), "records: []\n");
  EXPECT_EQ(Streamed(Format::kJsonl, 2, "records"), "1\n2\n");
}

TEST(ItemStreamTest, PrintsEachItemInTheOtherFormats) {
  EXPECT_EQ(Streamed(Format::kJsonl, 2), "1\n2\n");
  EXPECT_EQ(Streamed(Format::kYaml, 2), "1\n---\n2\n");
  EXPECT_EQ(Streamed(Format::kName, 2), "n1\nn2\n");
  EXPECT_EQ(Streamed(Format::kTable, 2), "N\n1\n2\n");
}

TEST(FormatTest, EveryFormatHasItsName) {
  for (const char* name : {"table", "wide", "json", "jsonl", "yaml", "name"}) {
    EXPECT_TRUE(ParseFormat(name)) << name;
  }
  EXPECT_FALSE(ParseFormat("xml"));
}

}  // namespace
}  // namespace monkafka::cli
