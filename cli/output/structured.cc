#include "cli/output/structured.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <algorithm>
#include <array>
#include <memory>

namespace monkafka::cli {
namespace {

// Whether YAML reads `text`, without quotes, as this very string.
bool IsPlainScalar(std::string_view text) {
  constexpr std::array<std::string_view, 9> kOtherMeaning = {"null", "true", "false", "yes", "no",
                                                             "on",   "off",  "y",     "n"};
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text.front()))) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (std::find(kOtherMeaning.begin(), kOtherMeaning.end(), lower) != kOtherMeaning.end()) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
  });
}

// Walks JSON once and writes YAML on the way. Escapes need no translation: what JSON allows between
// double quotes, YAML allows as well.
class YamlWriter {
 public:
  explicit YamlWriter(std::string_view json) : json_(json) {}

  std::string Write() {
    Value(0, /*after_key=*/false);
    if (yaml_.empty() || yaml_.back() != '\n') yaml_ += '\n';
    return std::move(yaml_);
  }

 private:
  char Peek() {
    while (at_ < json_.size() && (json_[at_] == ' ' || json_[at_] == '\n')) ++at_;
    return at_ < json_.size() ? json_[at_] : '\0';
  }

  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  // A string with its quotes, or a number or word.
  std::string_view Scalar() {
    Peek();
    size_t begin = at_;
    if (json_[at_] == '"') {
      for (++at_; at_ < json_.size() && json_[at_] != '"'; ++at_) {
        if (json_[at_] == '\\') ++at_;
      }
      ++at_;
    } else {
      at_ = std::min(json_.find_first_of(",]} \n", at_), json_.size());
    }
    return json_.substr(begin, at_ - begin);
  }

  void WriteScalar(std::string_view scalar) {
    if (scalar.size() >= 2 && scalar.front() == '"') {
      std::string_view inside = scalar.substr(1, scalar.size() - 2);
      if (IsPlainScalar(inside)) scalar = inside;
    }
    yaml_ += scalar;
  }

  void Value(int depth, bool after_key) {
    switch (Peek()) {
      case '{':
        return Object(depth, after_key);
      case '[':
        return Array(depth, after_key);
      default:
        if (after_key) yaml_ += ' ';
        WriteScalar(Scalar());
    }
  }

  void NewLine(int depth) {
    if (!yaml_.empty() && yaml_.back() != '\n') yaml_ += '\n';
    yaml_.append(static_cast<size_t>(depth) * 2, ' ');
  }

  void Object(int depth, bool after_key) {
    Take('{');
    if (Take('}')) {
      yaml_ += after_key ? " {}" : "{}";
      return;
    }
    bool first = true;
    do {
      // The first key of an array's element stands behind its dash.
      if (after_key || !first || depth == 0) NewLine(depth);
      first = false;
      WriteScalar(Scalar());
      Take(':');
      yaml_ += ':';
      Value(depth + 1, /*after_key=*/true);
    } while (Take(','));
    Take('}');
  }

  void Array(int depth, bool after_key) {
    Take('[');
    if (Take(']')) {
      yaml_ += after_key ? " []" : "[]";
      return;
    }
    // Elements of an object's member stand as deep as the member itself.
    int dash = after_key ? depth - 1 : depth;
    do {
      NewLine(dash);
      yaml_ += "- ";
      Value(dash + 1, /*after_key=*/false);
    } while (Take(','));
    Take(']');
  }

  std::string_view json_;
  size_t at_ = 0;
  std::string yaml_;
};

// Without the members whose value is "" or false. `json` is indented, so that each stands on a line
// of its own, which no text does that is a value.
std::string WithoutEmpty(std::string_view json, bool indented) {
  constexpr std::array<std::string_view, 4> kEmpty = {": \"\"", ": \"\",", ": false", ": false,"};
  std::string kept;
  while (!json.empty()) {
    std::string_view line = json.substr(0, json.find('\n'));
    json.remove_prefix(std::min(json.size(), line.size() + 1));
    if (std::any_of(kEmpty.begin(), kEmpty.end(),
                    [&](std::string_view end) { return line.ends_with(end); })) {
      continue;
    }
    const size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const bool closes = line.substr(begin).starts_with('}');
    if (closes && kept.ends_with(indented ? ",\n" : ",")) kept.erase(kept.rfind(','), 1);
    kept += indented ? line : line.substr(begin);
    if (indented) kept += '\n';
  }
  return kept;
}

// By way of its bytes, in which the keys of maps are in order, so that answers can be compared.
std::string Convert(const google::protobuf::Message& message, bool indented,
                    bool with_defaults = true) {
  using google::protobuf::util::TypeResolver;
  static const std::unique_ptr<TypeResolver> types(
      google::protobuf::util::NewTypeResolverForDescriptorPool(
          "types", google::protobuf::DescriptorPool::generated_pool()));
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = with_defaults;
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      types.get(), "types/" + message.GetDescriptor()->full_name(), bytes, &json, options);
  return status.ok() ? json : "{}";
}

}  // namespace

std::string ToJsonLine(const google::protobuf::Message& message) {
  return Convert(message, /*indented=*/false);
}

std::string ToJson(const google::protobuf::Message& message) {
  return Convert(message, /*indented=*/true);
}

std::string ToDocument(const google::protobuf::Message& message, bool indented, Defaults defaults) {
  if (defaults == Defaults::kLeftOut) return Convert(message, indented, /*with_defaults=*/false);
  return WithoutEmpty(Convert(message, /*indented=*/true), indented);
}

std::vector<std::string_view> ElementsOfFirstList(std::string_view json) {
  constexpr int kElementDepth = 3;  // in the object, in its list
  std::vector<std::string_view> elements;
  int depth = 0;
  size_t begin = 0;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth == kElementDepth) begin = i;
    } else if (c == '}' || c == ']') {
      if (depth-- == kElementDepth) elements.push_back(json.substr(begin, i + 1 - begin));
      if (depth < kElementDepth - 1) break;
    }
  }
  return elements;
}

std::string ToYaml(const google::protobuf::Message& message) {
  return JsonToYaml(ToJsonLine(message));
}

std::string JsonToYaml(std::string_view json) { return YamlWriter(json).Write(); }

}  // namespace monkafka::cli
