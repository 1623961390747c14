#include "admin/filter.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/field_path.h"
#include "admin/filter_lexer.h"

namespace monkafka::admin {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Filter::Node {
 public:
  virtual ~Node() = default;
  virtual bool Matches(const Message& message) const = 0;
};

namespace {

using NodePtr = std::shared_ptr<const Filter::Node>;

// Times are compared in nanoseconds, of which 64 bits hold so many seconds.
constexpr int64_t kMostSeconds = 9'223'372'036;

struct AllOf final : Filter::Node {
  std::vector<NodePtr> parts;
  bool Matches(const Message& message) const override {
    for (const NodePtr& part : parts) {
      if (!part->Matches(message)) return false;
    }
    return true;
  }
};

struct AnyOf final : Filter::Node {
  std::vector<NodePtr> parts;
  bool Matches(const Message& message) const override {
    for (const NodePtr& part : parts) {
      if (part->Matches(message)) return true;
    }
    return false;
  }
};

struct Not final : Filter::Node {
  NodePtr part;
  bool Matches(const Message& message) const override { return !part->Matches(message); }
};

// '*' stands for any text.
bool MatchesPattern(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The name of an enum's value without what all of them begin with: its first value is that and
// UNSPECIFIED.
std::string_view ShortName(const google::protobuf::EnumDescriptor& type, std::string_view name) {
  constexpr std::string_view kNothing = "UNSPECIFIED";
  std::string_view prefix = type.value(0)->name();
  if (!prefix.ends_with(kNothing)) return name;
  prefix.remove_suffix(kNothing.size());
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

struct Comparison final : Filter::Node {
  explicit Comparison(FieldPath field_path) : path(std::move(field_path)) {}

  FieldPath path;
  std::string comparator;
  std::string literal;
  std::optional<double> number;
  std::optional<int64_t> integer;

  bool Matches(const Message& message) const override {
    if (comparator == ":") return Has(message);
    const FieldValue value = path.Of(message);
    if (comparator == "=") return Equals(value);
    if (comparator == "!=") return !Equals(value);
    const int order = Order(value);
    if (comparator == "<") return order < 0;
    if (comparator == "<=") return order <= 0;
    if (comparator == ">") return order > 0;
    return order >= 0;
  }

 private:
  bool Has(const Message& message) const {
    if (literal == "*") return path.Of(message).present;
    if (path.field().is_repeated()) return path.HasElement(message, literal);
    return path.Of(message).text.find(literal) != std::string::npos;
  }

  bool Equals(const FieldValue& value) const {
    if (number) return Order(value) == 0;
    if (MatchesPattern(value.text, literal)) return true;
    const FieldDescriptor& field = path.field();
    return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM &&
           MatchesPattern(ShortName(*field.enum_type(), value.text), literal);
  }

  int Order(const FieldValue& value) const {
    if (integer) return value.integer < *integer ? -1 : value.integer > *integer ? 1 : 0;
    if (number) return value.number < *number ? -1 : value.number > *number ? 1 : 0;
    return value.text.compare(literal);
  }
};

class Parser {
 public:
  Parser(const google::protobuf::Descriptor& message, std::string_view text)
      : message_(message), lexer_(text) {}

  Outcome<NodePtr> Parse() {
    Outcome<NodePtr> root = And(0);
    if (root && lexer_.Peek().kind != FilterToken::Kind::kEnd)
      return Expected("AND, OR or the end");
    return root;
  }

 private:
  std::unexpected<Failure> Expected(std::string_view what) {
    const FilterToken token = lexer_.Peek();
    return FailField("filter",
                     fmt::format("expected {} at position {}{}", what, token.position,
                                 token.text.empty() ? "" : ", found \"" + token.text + "\""));
  }

  Outcome<NodePtr> And(int depth) {
    if (depth > Filter::kDeepest) return FailField("filter", "nested too deeply");
    auto all = std::make_shared<AllOf>();
    do {
      Outcome<NodePtr> part = Or(depth);
      if (!part) return part;
      all->parts.push_back(*std::move(part));
    } while (lexer_.TakeWord("AND"));
    return all->parts.size() == 1 ? all->parts.front() : NodePtr(all);
  }

  Outcome<NodePtr> Or(int depth) {
    auto any = std::make_shared<AnyOf>();
    do {
      Outcome<NodePtr> part = Term(depth);
      if (!part) return part;
      any->parts.push_back(*std::move(part));
    } while (lexer_.TakeWord("OR"));
    return any->parts.size() == 1 ? any->parts.front() : NodePtr(any);
  }

  Outcome<NodePtr> Term(int depth) {
    if (lexer_.TakeWord("NOT") || lexer_.TakeSymbol("-")) {
      Outcome<NodePtr> part = Simple(depth);
      if (!part) return part;
      auto negated = std::make_shared<Not>();
      negated->part = *std::move(part);
      return negated;
    }
    return Simple(depth);
  }

  Outcome<NodePtr> Simple(int depth) {
    if (!lexer_.TakeSymbol("(")) return Restriction();
    Outcome<NodePtr> inner = And(depth + 1);
    if (inner && !lexer_.TakeSymbol(")")) return Expected("\")\"");
    return inner;
  }

  static std::unexpected<Failure> At(size_t position, const Failure& failure) {
    return FailField(
        "filter", fmt::format("{} at position {}", failure.fields.front().description, position));
  }

  Outcome<NodePtr> Restriction() {
    if (lexer_.Peek().kind != FilterToken::Kind::kWord) return Expected("a field");
    const FilterToken field = lexer_.Take();
    Outcome<FieldPath> path = FieldPath::Parse(message_, field.text, "filter");
    if (!path) return At(field.position, path.error());
    auto comparison = std::make_shared<Comparison>(*std::move(path));
    if (lexer_.Peek().kind != FilterToken::Kind::kComparator) {
      if (comparison->path.field().type() == FieldDescriptor::TYPE_BOOL) {
        return At(field.position, FailField("filter", fmt::format("{0} alone is no condition; say "
                                                                  "{0} = true or {0} = false",
                                                                  field.text))
                                      .error());
      }
      return Expected("=, !=, <, <=, >, >= or :");
    }
    comparison->comparator = lexer_.Take().text;
    const FilterToken literal = lexer_.Take();
    if (literal.kind != FilterToken::Kind::kWord && literal.kind != FilterToken::Kind::kText) {
      const bool open = literal.kind == FilterToken::Kind::kBad;
      return FailField("filter", fmt::format("expected a value at position {}{}", literal.position,
                                             open ? ", found quotes that do not end" : ""));
    }
    comparison->literal = literal.text;
    if (Outcome<void> checked = CheckField(*comparison); !checked) {
      return At(field.position, checked.error());
    }
    if (Outcome<void> read = ReadLiteral(*comparison); !read) {
      return At(literal.position, read.error());
    }
    return comparison;
  }

  static Outcome<void> CheckField(const Comparison& comparison) {
    const FieldDescriptor& field = comparison.path.field();
    if (comparison.comparator == ":") {
      if (comparison.literal == "*" || field.is_repeated() ||
          field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        return {};
      }
      return FailField("filter", field.name() + " can only be asked for with :*");
    }
    if (comparison.path.in_map() && comparison.comparator != "=" && comparison.comparator != "!=") {
      return FailField("filter", "values of a map are compared with =, != and : alone");
    }
    if (!comparison.path.Comparable()) {
      return FailField("filter", field.name() + " cannot be compared, only asked for with :");
    }
    return {};
  }

  // Of a comparison; what `:` looks for is any text.
  static Outcome<void> ReadLiteral(Comparison& comparison) {
    if (comparison.comparator == ":") return {};
    const FieldDescriptor& field = comparison.path.field();
    const std::string& text = comparison.literal;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return {};
      case FieldDescriptor::CPPTYPE_ENUM:
        return CheckName(*field.enum_type(), text);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (text != "true" && text != "false") {
          return FailField("filter", field.name() + " is true or false");
        }
        comparison.integer = text == "true" ? 1 : 0;
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return ReadTime(comparison);
      default:
        if (!ReadNumber(comparison)) {
          return FailField("filter", field.name() + " is a number, not \"" + text + "\"");
        }
    }
    if (comparison.integer) comparison.number = static_cast<double>(*comparison.integer);
    return {};
  }

  // A misspelt name would match nothing, in silence.
  static Outcome<void> CheckName(const google::protobuf::EnumDescriptor& type,
                                 const std::string& text) {
    std::string names;
    for (int i = 0; i < type.value_count(); ++i) {
      const std::string& name = type.value(i)->name();
      const std::string_view rest = ShortName(type, name);
      if (MatchesPattern(name, text) || MatchesPattern(rest, text)) return {};
      if (i > 0) names += fmt::format("{}{}", i > 1 ? ", " : "", rest);
    }
    return FailField("filter", fmt::format("\"{}\" is none of {}", text, names));
  }

  static bool ReadNumber(Comparison& comparison) {
    const std::string& text = comparison.literal;
    const char* end = text.data() + text.size();
    int64_t integer = 0;
    const auto whole = std::from_chars(text.data(), end, integer);
    const auto type = comparison.path.field().cpp_type();
    const bool floating =
        type == FieldDescriptor::CPPTYPE_DOUBLE || type == FieldDescriptor::CPPTYPE_FLOAT;
    if (whole.ec == std::errc() && whole.ptr == end) {
      comparison.number = static_cast<double>(integer);
      if (!floating) comparison.integer = integer;
      return true;
    }
    double number = 0;
    const auto real = std::from_chars(text.data(), end, number);
    comparison.number = number;
    // "nan" would be read as one, and equal anything.
    return real.ec == std::errc() && real.ptr == end && std::isfinite(number);
  }

  static Outcome<void> ReadTime(Comparison& comparison) {
    using google::protobuf::util::TimeUtil;
    const FieldDescriptor& field = comparison.path.field();
    google::protobuf::Timestamp time;
    google::protobuf::Duration duration;
    if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
      if (!TimeUtil::FromString(comparison.literal, &time)) {
        return FailField("filter", field.name() + " is a time such as 2026-01-31T12:00:00Z");
      }
      if (std::abs(time.seconds()) >= kMostSeconds) {
        return FailField("filter", field.name() + " is a time between 1678 and 2262");
      }
      comparison.integer = TimeUtil::TimestampToNanoseconds(time);
    } else {
      if (!TimeUtil::FromString(comparison.literal, &duration)) {
        return FailField("filter", field.name() + " is a duration such as 1.5s");
      }
      if (std::abs(duration.seconds()) >= kMostSeconds) {
        return FailField("filter", field.name() + " is a duration below 292 years");
      }
      comparison.integer = TimeUtil::DurationToNanoseconds(duration);
    }
    comparison.number = static_cast<double>(*comparison.integer);
    return {};
  }

  const google::protobuf::Descriptor& message_;
  FilterLexer lexer_;
};

}  // namespace

Outcome<Filter> Filter::Parse(const google::protobuf::Descriptor& message, std::string_view text) {
  Filter filter;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return filter;
  if (text.size() > kLongest) {
    return FailField("filter", fmt::format("longer than {} bytes", kLongest));
  }
  Outcome<NodePtr> root = Parser(message, text).Parse();
  if (!root) return std::unexpected(std::move(root).error());
  filter.root_ = *std::move(root);
  return filter;
}

bool Filter::Matches(const Message& message) const {
  return root_ == nullptr || root_->Matches(message);
}

}  // namespace monkafka::admin
