#include "cli/output/json_writer.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <random>

#include "monkafka/admin/v1/configs.pb.h"
#include "monkafka/admin/v1/groups.pb.h"
#include "monkafka/admin/v1/records.pb.h"
#include "monkafka/admin/v1/resources.pb.h"
#include "monkafka/admin/v1/segments.pb.h"
#include "monkafka/admin/v1/topics.pb.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

std::string Ours(const Message& message, bool indented = false) {
  std::string json;
  AppendJson(message, indented, json);
  return json;
}

std::string Librarys(const Message& message, bool indented = false) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

// The same but for the order of members, which means nothing in JSON.
void ExpectSame(const std::string& ours, const std::string& librarys) {
  google::protobuf::Struct read, expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(ours, &read).ok()) << ours;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(librarys, &expected).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, expected)) << ours << "\n"
                                                                                  << librarys;
  EXPECT_EQ(ours.size(), librarys.size()) << ours << "\n" << librarys;
}

// Fills messages of any type; maps get one entry at most, for their order is nobody's promise.
class Filler {
 public:
  explicit Filler(uint32_t seed) : random_(seed) {}

  void Fill(Message* message, int depth) {
    const Descriptor& type = *message->GetDescriptor();
    if (type.full_name() == "google.protobuf.Timestamp" ||
        type.full_name() == "google.protobuf.Duration") {
      return message->GetReflection()->SetInt64(message, type.FindFieldByName("seconds"),
                                                Below(100'000));
    }
    if (type.file()->package() == "google.protobuf") return;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (Below(3) == 0 || (depth == 0 && field->message_type() != nullptr)) continue;
      if (field->is_map()) {
        FillEntry(message->GetReflection()->AddMessage(message, field), depth);
      } else {
        for (int n = field->is_repeated() ? Below(3) : 1; n > 0; --n) Set(message, field, depth);
      }
    }
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }

  void FillEntry(Message* entry, int depth) {
    Set(entry, entry->GetDescriptor()->map_key(), depth);
    Set(entry, entry->GetDescriptor()->map_value(), depth);
  }

  int64_t Whole() {
    constexpr int64_t kValues[] = {
        0, 1, -1, 4096, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()};
    return kValues[Below(6)];
  }

  double Real() {
    constexpr double kValues[] = {0,
                                  1,
                                  -2.5,
                                  1e300,
                                  0.1,
                                  1.0 / 3,
                                  123456789.125,
                                  -0.0,
                                  1e21,
                                  5e-324,
                                  std::numeric_limits<double>::infinity()};
    return kValues[Below(11)];
  }

  std::string Text(bool bytes) {
    std::string text;
    for (int n = Below(12); n > 0; --n) {
      constexpr std::string_view kPieces[] = {"a", "\"", "\\", "\n", "\t",   "\x01", "<",
                                              ">", "é",  "価", "🐒", "\x7f", "/",    "\u2028"};
      text += bytes ? std::string(1, static_cast<char>(Below(256))) : kPieces[Below(14)];
    }
    return text;
  }

  void Set(Message* m, const FieldDescriptor* f, int depth) {
    const auto* r = m->GetReflection();
    const bool many = f->is_repeated();
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(many ? r->AddMessage(m, f) : r->MutableMessage(m, f), depth - 1);
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string text = Text(f->type() == FieldDescriptor::TYPE_BYTES);
        return many ? r->AddString(m, f, text) : r->SetString(m, f, text);
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return many ? r->AddInt32(m, f, static_cast<int32_t>(Whole()))
                    : r->SetInt32(m, f, static_cast<int32_t>(Whole()));
      case FieldDescriptor::CPPTYPE_UINT32:
        return many ? r->AddUInt32(m, f, static_cast<uint32_t>(Whole()))
                    : r->SetUInt32(m, f, static_cast<uint32_t>(Whole()));
      case FieldDescriptor::CPPTYPE_INT64:
        return many ? r->AddInt64(m, f, Whole()) : r->SetInt64(m, f, Whole());
      case FieldDescriptor::CPPTYPE_BOOL:
        return many ? r->AddBool(m, f, true) : r->SetBool(m, f, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return many ? r->AddDouble(m, f, Real()) : r->SetDouble(m, f, Real());
      case FieldDescriptor::CPPTYPE_ENUM: {
        int number = Below(5) == 0 ? 99 : Below(f->enum_type()->value_count());
        return many ? r->AddEnumValue(m, f, number) : r->SetEnumValue(m, f, number);
      }
      default:
        FAIL() << f->full_name() << " is of a type that this test does not fill";
    }
  }

  std::mt19937 random_;
};

// Of every message of the admin service.
std::vector<const Descriptor*> Types() {
  std::vector<const Descriptor*> types;
  for (const Descriptor* any :
       {v1::Topic::descriptor(), v1::Group::descriptor(), v1::Record::descriptor(),
        v1::Segment::descriptor(), v1::ConfigEntry::descriptor(), v1::PartitionRecord::descriptor(),
        v1::Plan::descriptor()}) {
    for (int i = 0; i < any->file()->message_type_count(); ++i) {
      types.push_back(any->file()->message_type(i));
    }
  }
  return types;
}

TEST(JsonWriterTest, WritesEveryMessageAsTheLibraryDoes) {
  int filled = 0;
  for (const Descriptor* type : Types()) {
    for (uint32_t seed = 0; seed < 40; ++seed) {
      std::unique_ptr<Message> message(
          MessageFactory::generated_factory()->GetPrototype(type)->New());
      Filler(seed).Fill(message.get(), 4);
      ExpectSame(Ours(*message), Librarys(*message));
      ExpectSame(Ours(*message, true), Librarys(*message, true));
      filled += message->ByteSizeLong() > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(filled, 2000);
}

TEST(JsonWriterTest, SortsTheKeysOfMapsAndLosesNone) {
  v1::TopicDocument topic;
  for (const char* key : {"retention.ms", "cleanup.policy", "max.message.bytes", "a\"b"}) {
    (*topic.mutable_configs())[key] = "1";
  }
  std::string json = Ours(topic);
  EXPECT_NE(json.find(R"({"a\"b":"1","cleanup.policy":"1","max.message.bytes":"1",)"
                      R"("retention.ms":"1"})"),
            std::string::npos)
      << json;
  v1::TopicDocument read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &read).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, topic));
}

TEST(JsonWriterTest, WritesGooglesOwnTypesAsTheyAre) {
  google::protobuf::Struct message;
  (*message.mutable_fields())["at"].mutable_list_value()->add_values()->set_number_value(1.5);
  EXPECT_EQ(Ours(message), R"({"at":[1.5]})");
  EXPECT_EQ(Ours(message, true), Librarys(message, true));
}

}  // namespace
}  // namespace monkafka::cli
