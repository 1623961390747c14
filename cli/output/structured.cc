#include "cli/output/structured.h"

#include <algorithm>
#include <array>

#include "cli/output/json_writer.h"

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

}  // namespace

std::string ToJsonLine(const google::protobuf::Message& message) {
  std::string text;
  AppendJson(message, /*indented=*/false, text);
  return text;
}

std::string ToJson(const google::protobuf::Message& message) {
  std::string text;
  AppendJson(message, /*indented=*/true, text);
  return text;
}

std::string ToYaml(const google::protobuf::Message& message) {
  return JsonToYaml(ToJsonLine(message));
}

std::string JsonToYaml(std::string_view json) { return YamlWriter(json).Write(); }

}  // namespace monkafka::cli
