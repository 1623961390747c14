#include "cli/document.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

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
  explicit Reader(const std::string& file) : file_(file) {}

  void ReadMessage(const YAML::Node& node, Message* message) const {
    const Descriptor* type = message->GetDescriptor();
    if (type->file()->package() == "google.protobuf") return ReadWellKnown(node, message);
    if (!node.IsMap()) Throw(node, fmt::format("expected the fields of a {}", type->name()));
    for (const auto& entry : node) {
      auto name = entry.first.as<std::string>();
      const FieldDescriptor* field = type->FindFieldByName(name);
      if (field == nullptr) field = type->FindFieldByCamelcaseName(name);
      if (field == nullptr) ThrowUnknown(entry.first, name, type);
      if (!entry.second.IsNull()) ReadField(entry.second, field, message);
    }
  }

 private:
  [[noreturn]] void Throw(const YAML::Node& node, const std::string& what) const {
    throw Failure(fmt::format("{}:{}: {}", file_, node.Mark().line + 1, what));
  }

  [[noreturn]] void ThrowUnknown(const YAML::Node& node, const std::string& name,
                                 const Descriptor* type) const {
    // Both spellings are read; the hint keeps to the one in the file.
    const bool snake = name.find('_') != std::string::npos;
    std::vector<std::string_view> known;
    known.reserve(static_cast<size_t>(type->field_count()));
    for (int i = 0; i < type->field_count(); ++i) {
      known.push_back(snake ? type->field(i)->name() : type->field(i)->json_name());
    }
    std::string_view nearest = Nearest(name, known);
    std::string list = fmt::format("{}", fmt::join(known, ", "));
    throw Failure(
        fmt::format("{}:{}: unknown field {}", file_, node.Mark().line + 1, name),
        nearest.empty() ? "the fields are: " + list : fmt::format("did you mean {}?", nearest));
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
        if (value == nullptr) Throw(node, fmt::format("{} cannot be {}", field->name(), name));
        return add ? r->AddEnum(message, field, value) : r->SetEnum(message, field, value);
      }
      default:
        Throw(node, fmt::format("{} cannot be read from a file", field->name()));
    }
  }

  const std::string& file_;
};

}  // namespace

void ReadDocument(std::string_view text, const std::string& file, Message* message) {
  try {
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) {
      if (!document.IsNull()) Reader(file).ReadMessage(document, message);
    }
  } catch (const YAML::Exception& error) {
    throw Failure(fmt::format("{}:{}: {}", file, error.mark.line + 1, error.msg),
                  "mend the YAML there; `monkafkactl export` shows how such a file is written");
  }
}

}  // namespace monkafka::cli
