#include "cli/document.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <vector>

#include "cli/failure.h"
#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class Reader {
 public:
  // `first_line` is where the document begins in the file, from 0 on.
  Reader(const std::string& file, const std::string& writer, int first_line)
      : file_(file), writer_(writer), first_line_(first_line) {}

  void ReadRoot(const YAML::Node& node, Message* message) const {
    const FieldDescriptor* list = ListThatItIs(*message);
    const bool is_element = list != nullptr && node.IsMap() && node.size() > 0 &&
                            IsMeant(list->message_type(), message->GetDescriptor(),
                                    node.begin()->first.as<std::string>());
    ReadMessage(node, is_element ? message->GetReflection()->AddMessage(message, list) : message);
  }

 private:
  // The only field of a message that is there for its sake.
  static const FieldDescriptor* ListThatItIs(const Message& message) {
    const Descriptor* type = message.GetDescriptor();
    if (type->field_count() != 1) return nullptr;
    const FieldDescriptor* field = type->field(0);
    const bool is_list = field->is_repeated() && !field->is_map();
    return is_list && field->message_type() != nullptr ? field : nullptr;
  }

  static const FieldDescriptor* FindField(const Descriptor* type, const std::string& name) {
    const FieldDescriptor* field = type->FindFieldByName(name);
    return field != nullptr ? field : type->FindFieldByCamelcaseName(name);
  }

  // Whether `name`, which may be mistyped, is a field of `type` and not of `other`.
  static bool IsMeant(const Descriptor* type, const Descriptor* other, const std::string& name) {
    if (FindField(other, name) != nullptr) return false;
    const auto has_near = [&](const Descriptor* of) {
      return !Nearest(name, FieldNames(of, /*snake=*/false)).empty();
    };
    return FindField(type, name) != nullptr || (has_near(type) && !has_near(other));
  }

  void ReadMessage(const YAML::Node& node, Message* message) const {
    const Descriptor* type = message->GetDescriptor();
    if (type->file()->package() == "google.protobuf") return ReadWellKnown(node, message);
    if (!node.IsMap()) {
      Throw(node, fmt::format("expected the fields of a {}: {}", type->name(),
                              fmt::join(FieldNames(type, /*snake=*/false), ", ")));
    }
    for (const auto& entry : node) {
      auto name = entry.first.as<std::string>();
      const FieldDescriptor* field = FindField(type, name);
      if (field == nullptr) ThrowUnknown(entry.first, name, type);
      if (!entry.second.IsNull()) ReadField(entry.second, field, message);
    }
  }

  std::string At(const YAML::Mark& mark) const {
    return fmt::format("{}:{}", file_, first_line_ + std::max(mark.line, 0) + 1);
  }

  [[noreturn]] void Throw(const YAML::Node& node, const std::string& what) const {
    throw Failure(
        fmt::format("{}: {}", At(node.Mark()), what),
        fmt::format("mend it there; `monkafkactl {}` shows how such a file is written", writer_));
  }

  static std::vector<std::string_view> FieldNames(const Descriptor* type, bool snake) {
    std::vector<std::string_view> names;
    names.reserve(static_cast<size_t>(type->field_count()));
    for (int i = 0; i < type->field_count(); ++i) {
      names.push_back(snake ? type->field(i)->name() : type->field(i)->json_name());
    }
    return names;
  }

  [[noreturn]] void ThrowUnknown(const YAML::Node& node, const std::string& name,
                                 const Descriptor* type) const {
    // Both spellings are read; the hint keeps to the one in the file.
    const auto known = FieldNames(type, name.find('_') != std::string::npos);
    const std::string_view nearest = Nearest(name, known);
    throw Failure(fmt::format("{}: unknown field {}", At(node.Mark()), Printable(name)),
                  nearest.empty() ? fmt::format("the fields are: {}", fmt::join(known, ", "))
                                  : fmt::format("did you mean {}?", nearest));
  }

  [[noreturn]] void ThrowUnknownValue(const YAML::Node& node, const FieldDescriptor* field,
                                      const std::string& name) const {
    std::vector<std::string_view> known;
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      const auto* value = field->enum_type()->value(i);
      if (value->number() != 0) known.push_back(value->name());
    }
    throw Failure(
        fmt::format("{}: {} cannot be {}", At(node.Mark()), field->name(), Printable(name)),
        fmt::format("it is one of {}", fmt::join(known, ", ")));
  }

  void ReadField(const YAML::Node& node, const FieldDescriptor* field, Message* message) const {
    const Reflection* reflection = message->GetReflection();
    if (field->is_map()) {
      if (!node.IsMap()) Throw(node, fmt::format("{} is a map", field->name()));
      for (const auto& entry : node) {
        Message* pair = reflection->AddMessage(message, field);
        ReadScalar(entry.first, field->message_type()->map_key(), pair, /*add=*/false);
        ReadField(entry.second, field->message_type()->map_value(), pair);
      }
    } else if (field->is_repeated()) {
      if (!node.IsSequence()) Throw(node, fmt::format("{} is a list", field->name()));
      for (const auto& item : node) {
        if (field->message_type() != nullptr) {
          ReadMessage(item, reflection->AddMessage(message, field));
        } else {
          ReadScalar(item, field, message, /*add=*/true);
        }
      }
    } else if (field->message_type() != nullptr) {
      ReadMessage(node, reflection->MutableMessage(message, field));
    } else {
      ReadScalar(node, field, message, /*add=*/false);
    }
  }

  void ReadWellKnown(const YAML::Node& node, Message* message) const {
    auto text = fmt::format("\"{}\"", node.as<std::string>());
    if (!google::protobuf::util::JsonStringToMessage(text, message).ok()) {
      Throw(node, fmt::format("not a {}", message->GetDescriptor()->name()));
    }
  }

  template <class T>
  T As(const YAML::Node& node, const FieldDescriptor* field, const char* type) const {
    try {
      return node.as<T>();
    } catch (const YAML::Exception&) {
      Throw(node, fmt::format("{} must be {}", field->name(), type));
    }
  }

  void ReadScalar(const YAML::Node& node, const FieldDescriptor* field, Message* message,
                  bool add) const {
    const Reflection* r = message->GetReflection();
    if (!node.IsScalar()) Throw(node, fmt::format("{} must be a single value", field->name()));
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        auto value = node.as<std::string>();
        return add ? r->AddString(message, field, value) : r->SetString(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_INT32: {
        auto value = As<int32_t>(node, field, "a whole number");
        return add ? r->AddInt32(message, field, value) : r->SetInt32(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        auto value = As<int64_t>(node, field, "a whole number");
        return add ? r->AddInt64(message, field, value) : r->SetInt64(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_BOOL: {
        auto value = As<bool>(node, field, "true or false");
        return add ? r->AddBool(message, field, value) : r->SetBool(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        auto name = node.as<std::string>();
        const auto* value = field->enum_type()->FindValueByName(name);
        if (value == nullptr) ThrowUnknownValue(node, field, name);
        return add ? r->AddEnum(message, field, value) : r->SetEnum(message, field, value);
      }
      default:
        Throw(node, fmt::format("{} cannot be read from a file", field->name()));
    }
  }

  const std::string& file_;
  const std::string& writer_;
  const int first_line_;
};

// Whether each line is a JSON object by itself, which no YAML is.
bool IsJsonLines(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  int objects = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t first = line.find_first_not_of(kBlank);
    if (first == std::string_view::npos) continue;
    if (line[first] != '{' || line[line.find_last_not_of(kBlank)] != '}') return false;
    ++objects;
  }
  return objects > 1;
}

void ReadPart(std::string_view text, int first_line, const std::string& file,
              const std::string& writer, Message* message) {
  try {
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) {
      if (!document.IsNull()) Reader(file, writer, first_line).ReadRoot(document, message);
    }
  } catch (const YAML::Exception& error) {
    throw Failure(
        fmt::format("{}:{}: {}", file, first_line + std::max(error.mark.line, 0) + 1, error.msg),
        fmt::format("mend the YAML there; `monkafkactl {}` shows how such a file is written",
                    writer));
  }
}

}  // namespace

void ReadDocument(std::string_view text, const std::string& file, const std::string& writer,
                  Message* message) {
  const bool lines = IsJsonLines(text);
  for (int first_line = 0; !text.empty(); ++first_line) {
    std::string_view part = lines ? text.substr(0, text.find('\n')) : text;
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (lines && part.ends_with('\r')) part.remove_suffix(1);  // to YAML it is a line's end
    ReadPart(part, first_line, file, writer, message);
  }
}

}  // namespace monkafka::cli
