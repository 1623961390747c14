#include "admin/field_path.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

namespace monkafka::admin {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::TimeUtil;

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Timestamp::descriptor();
}
bool IsDuration(const FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Duration::descriptor();
}

void SetInteger(FieldValue& value, int64_t integer) {
  value.integer = integer;
  value.number = static_cast<double>(integer);
  value.text = std::to_string(integer);
}

void SetMessage(FieldValue& value, const FieldDescriptor& field, const Message& message) {
  if (IsTimestamp(field)) {
    const auto& time = static_cast<const google::protobuf::Timestamp&>(message);
    SetInteger(value, TimeUtil::TimestampToNanoseconds(time));
    value.text = TimeUtil::ToString(time);
  } else if (IsDuration(field)) {
    const auto& duration = static_cast<const google::protobuf::Duration&>(message);
    SetInteger(value, TimeUtil::DurationToNanoseconds(duration));
    value.text = TimeUtil::ToString(duration);
  }
}

FieldValue ReadSingular(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  FieldValue value;
  value.present = field.has_presence() && reflection.HasField(message, &field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      SetInteger(value, reflection.GetInt32(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      SetInteger(value, reflection.GetInt64(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      SetInteger(value, reflection.GetUInt32(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      SetInteger(value, static_cast<int64_t>(reflection.GetUInt64(message, &field)));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      value.number = reflection.GetDouble(message, &field);
      value.text = fmt::format("{}", value.number);
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      value.number = reflection.GetFloat(message, &field);
      value.text = fmt::format("{}", value.number);
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      SetInteger(value, reflection.GetBool(message, &field) ? 1 : 0);
      value.text = value.integer != 0 ? "true" : "false";
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* chosen = reflection.GetEnum(message, &field);
      SetInteger(value, chosen->number());
      value.text = chosen->name();
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      value.text = reflection.GetString(message, &field);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      SetMessage(value, field, reflection.GetMessage(message, &field));
      break;
  }
  if (!field.has_presence()) value.present = reflection.HasField(message, &field);
  return value;
}

std::string ElementText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (!field.is_map()) return {};
      const Message& entry = reflection.GetRepeatedMessage(message, &field, index);
      return entry.GetReflection()->GetString(entry, field.message_type()->map_key());
    }
    default:
      return {};
  }
}

// The entry of a map with this key; nullptr: there is none.
const Message* FindEntry(const Message& message, const FieldDescriptor& map,
                         const std::string& key) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &map); ++i) {
    if (ElementText(message, map, i) == key)
      return &reflection.GetRepeatedMessage(message, &map, i);
  }
  return nullptr;
}

}  // namespace

Outcome<FieldPath> FieldPath::Parse(const Descriptor& message, std::string_view path,
                                    std::string_view argument) {
  FieldPath parsed;
  const Descriptor* holder = &message;
  std::string_view rest = path;
  while (holder != nullptr) {
    const size_t dot = rest.find('.');
    const std::string name(rest.substr(0, dot));
    const FieldDescriptor* field = holder->FindFieldByName(name);
    if (field == nullptr) {
      return FailField(std::string(argument),
                       fmt::format("{} has no field \"{}\"", holder->name(), name));
    }
    if (dot != std::string_view::npos && field->is_map()) {
      parsed.map_ = field;
      parsed.key_ = rest.substr(dot + 1);
      parsed.fields_.push_back(field->message_type()->map_value());
      return parsed;
    }
    parsed.fields_.push_back(field);
    if (dot == std::string_view::npos) return parsed;
    holder = field->is_repeated() ? nullptr : field->message_type();
    rest.remove_prefix(dot + 1);
  }
  return FailField(std::string(argument),
                   fmt::format("{} has no fields of its own", parsed.field().name()));
}

const Message* FieldPath::Holder(const Message& message) const {
  const Message* holder = &message;
  for (size_t i = 0; i + 1 < fields_.size(); ++i) {
    if (!holder->GetReflection()->HasField(*holder, fields_[i])) return nullptr;
    holder = &holder->GetReflection()->GetMessage(*holder, fields_[i]);
  }
  return map_ == nullptr ? holder : FindEntry(*holder, *map_, key_);
}

FieldValue FieldPath::Of(const Message& message) const {
  const Message* holder = Holder(message);
  if (holder == nullptr) return {};
  if (field().is_repeated()) {
    FieldValue value;
    value.present = holder->GetReflection()->FieldSize(*holder, &field()) > 0;
    return value;
  }
  FieldValue value = ReadSingular(*holder, field());
  value.present |= in_map();
  return value;
}

bool FieldPath::HasElement(const Message& message, std::string_view element) const {
  const Message* holder = Holder(message);
  if (holder == nullptr) return false;
  const int size = holder->GetReflection()->FieldSize(*holder, &field());
  for (int i = 0; i < size; ++i) {
    if (ElementText(*holder, field(), i) == element) return true;
  }
  return false;
}

bool FieldPath::Comparable() const {
  if (field().is_repeated()) return false;
  return field().message_type() == nullptr || IsTimestamp(field()) || IsDuration(field());
}

}  // namespace monkafka::admin
