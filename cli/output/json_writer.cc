#include "cli/output/json_writer.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>

namespace monkafka::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string LibraryJson(const Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  std::string text;
  return google::protobuf::util::MessageToJsonString(message, &text, options).ok() ? text : "{}";
}

bool IsWellKnown(const Descriptor& type) { return type.file()->package() == "google.protobuf"; }

template <class Number>
void AppendInteger(Number number, std::string& json) {
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  json.append(digits, end);
}

void AppendEscaped(char c, std::string& json) {
  switch (c) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\b':
      json += "\\b";
      return;
    case '\f':
      json += "\\f";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      json += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  }
}

// As the library, which also escapes < and > for those who paste JSON into HTML.
bool IsPlain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>';
}

void AppendText(const std::string& text, std::string& json) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < 0; })) {
    google::protobuf::StringValue value;
    value.set_value(text);
    json += LibraryJson(value, false);
    return;
  }
  json += '"';
  for (auto at = text.begin(); at != text.end();) {
    auto plain_end = std::find_if_not(at, text.end(), IsPlain);
    json.append(at, plain_end);
    at = plain_end;
    if (at != text.end()) AppendEscaped(*at++, json);
  }
  json += '"';
}

void AppendBase64(std::string_view bytes, std::string& json) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto byte = [&](size_t i) {
    return i < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) : 0;
  };
  json += '"';
  size_t begin = json.size();
  json.resize(begin + (bytes.size() + 2) / 3 * 4);
  char* out = json.data() + begin;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *out++ = kDigits[bits >> 18];
    *out++ = kDigits[bits >> 12 & 63];
    *out++ = i + 1 < bytes.size() ? kDigits[bits >> 6 & 63] : '=';
    *out++ = i + 2 < bytes.size() ? kDigits[bits & 63] : '=';
  }
  json += '"';
}

// As many digits as it takes to be read back as the same number: fewer, or else all.
template <class Number>
std::string Shortest(Number number) {
  constexpr int kFewer = std::numeric_limits<Number>::digits10;
  std::string text = fmt::format("{:.{}g}", number, kFewer);
  Number read = 0;
  std::from_chars(text.data(), text.data() + text.size(), read);
  return read == number ? text : fmt::format("{:.{}g}", number, kFewer + 2);
}

template <class Number>
void AppendReal(Number number, std::string& json) {
  if (std::isnan(number)) {
    json += "\"NaN\"";
  } else if (std::isinf(number)) {
    json += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    json += Shortest(number);
  }
}

class JsonWriter {
 public:
  JsonWriter(bool indented, bool sparse, std::string& json)
      : indented_(indented), sparse_(sparse), json_(json) {}

  void Write(const Message& message, int depth) {
    const Descriptor& type = *message.GetDescriptor();
    if (IsWellKnown(type)) return WriteWellKnown(message, depth);
    json_ += '{';
    bool any = false;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!IsShown(message, field)) continue;
      Separate(any, depth + 1);
      json_ += '"';
      json_ += field.json_name();
      json_ += indented_ ? "\": " : "\":";
      WriteField(message, field, depth + 1);
    }
    Close('}', any, depth);
  }

 private:
  // What has presence is shown when it is there, everything else always, unless it says nothing.
  bool IsShown(const Message& message, const FieldDescriptor& field) const {
    const bool may_be_left_out =
        field.has_presence() || (sparse_ && !field.is_repeated() &&
                                 (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ||
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_STRING));
    return !may_be_left_out || message.GetReflection()->HasField(message, &field);
  }

  void NewLine(int depth) {
    if (!indented_) return;
    json_ += '\n';
    json_.append(static_cast<size_t>(depth), ' ');
  }

  void Separate(bool& any, int depth) {
    if (any) json_ += ',';
    any = true;
    NewLine(depth);
  }

  void Close(char bracket, bool any, int depth) {
    if (any) NewLine(depth);
    json_ += bracket;
  }

  // The library writes it at depth 0; its lines are moved in.
  void WriteWellKnown(const Message& message, int depth) {
    std::string text = LibraryJson(message, indented_);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    for (char c : text) {
      json_ += c;
      if (c == '\n') json_.append(static_cast<size_t>(depth), ' ');
    }
  }

  void WriteField(const Message& message, const FieldDescriptor& field, int depth) {
    if (field.is_map()) return WriteMap(message, field, depth);
    if (!field.is_repeated()) return WriteValue(message, field, depth);
    json_ += '[';
    bool any = false;
    int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      Separate(any, depth + 1);
      WriteElement(message, field, i, depth + 1);
    }
    Close(']', any, depth);
  }

  void WriteMap(const Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& reflection = *message.GetReflection();
    json_ += '{';
    bool any = false;
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      entries[Key(entry, *field.message_type()->map_key())] = &entry;
    }
    for (const auto& [key, entry] : entries) {
      Separate(any, depth + 1);
      json_ += key;
      json_ += indented_ ? ": " : ":";
      WriteValue(*entry, *field.message_type()->map_value(), depth + 1);
    }
    Close('}', any, depth);
  }

  // A string, whatever its type.
  static std::string Key(const Message& entry, const FieldDescriptor& field) {
    std::string key;
    JsonWriter(false, false, key).WriteValue(entry, field, 0);
    return key.front() == '"' ? key : '"' + key + '"';
  }

  void WriteValue(const Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& r = *message.GetReflection();
    std::string scratch;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Write(r.GetMessage(message, &field), depth);
      case FieldDescriptor::CPPTYPE_STRING:
        return WriteString(r.GetStringReference(message, &field, &scratch), field);
      case FieldDescriptor::CPPTYPE_INT32:
        return AppendInteger(r.GetInt32(message, &field), json_);
      case FieldDescriptor::CPPTYPE_UINT32:
        return AppendInteger(r.GetUInt32(message, &field), json_);
      case FieldDescriptor::CPPTYPE_INT64:
        return WriteLong(r.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return WriteLong(r.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        json_ += r.GetBool(message, &field) ? "true" : "false";
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return AppendReal(r.GetDouble(message, &field), json_);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return AppendReal(r.GetFloat(message, &field), json_);
      case FieldDescriptor::CPPTYPE_ENUM:
        return WriteEnum(r.GetEnumValue(message, &field), field);
    }
  }

  void WriteElement(const Message& message, const FieldDescriptor& field, int index, int depth) {
    const Reflection& r = *message.GetReflection();
    std::string scratch;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Write(r.GetRepeatedMessage(message, &field, index), depth);
      case FieldDescriptor::CPPTYPE_STRING:
        return WriteString(r.GetRepeatedStringReference(message, &field, index, &scratch), field);
      case FieldDescriptor::CPPTYPE_INT32:
        return AppendInteger(r.GetRepeatedInt32(message, &field, index), json_);
      case FieldDescriptor::CPPTYPE_UINT32:
        return AppendInteger(r.GetRepeatedUInt32(message, &field, index), json_);
      case FieldDescriptor::CPPTYPE_INT64:
        return WriteLong(r.GetRepeatedInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_UINT64:
        return WriteLong(r.GetRepeatedUInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_BOOL:
        json_ += r.GetRepeatedBool(message, &field, index) ? "true" : "false";
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return AppendReal(r.GetRepeatedDouble(message, &field, index), json_);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return AppendReal(r.GetRepeatedFloat(message, &field, index), json_);
      case FieldDescriptor::CPPTYPE_ENUM:
        return WriteEnum(r.GetRepeatedEnumValue(message, &field, index), field);
    }
  }

  void WriteString(const std::string& value, const FieldDescriptor& field) {
    field.type() == FieldDescriptor::TYPE_BYTES ? AppendBase64(value, json_)
                                                : AppendText(value, json_);
  }

  // As a string: JavaScript's numbers cannot hold them.
  template <class Number>
  void WriteLong(Number number) {
    json_ += '"';
    AppendInteger(number, json_);
    json_ += '"';
  }

  // A value that is newer than this program is shown by its number.
  void WriteEnum(int number, const FieldDescriptor& field) {
    const auto* value = field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) return AppendInteger(number, json_);
    json_ += '"';
    json_ += value->name();
    json_ += '"';
  }

  const bool indented_;
  const bool sparse_;
  std::string& json_;
};

}  // namespace

void AppendJson(const Message& message, bool indented, std::string& json) {
  JsonWriter(indented, /*sparse=*/false, json).Write(message, 0);
  if (indented && json.back() != '\n') json += '\n';
}

void AppendDocument(const Message& message, bool indented, std::string& json) {
  JsonWriter(indented, /*sparse=*/true, json).Write(message, 0);
  if (indented && json.back() != '\n') json += '\n';
}

}  // namespace monkafka::cli
