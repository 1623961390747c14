#include "admin/filter_lexer.h"

#include <cctype>
#include <utility>

namespace monkafka::admin {
namespace {

constexpr std::string_view kNotInWords = "()=<>!:\"', \t\r\n";

}  // namespace

FilterToken FilterLexer::Take() {
  FilterToken taken = std::move(next_);
  Advance();
  return taken;
}

bool FilterLexer::TakeWord(std::string_view word) {
  if (next_.kind != FilterToken::Kind::kWord || next_.text != word) return false;
  Advance();
  return true;
}

bool FilterLexer::TakeSymbol(std::string_view symbol) {
  if (next_.kind != FilterToken::Kind::kSymbol || next_.text != symbol) return false;
  Advance();
  return true;
}

void FilterLexer::Advance() {
  while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_]))) {
    ++position_;
  }
  next_ = {};
  next_.position = position_;
  if (position_ == text_.size()) return;
  const char c = text_[position_];
  const bool then_equals = position_ + 1 < text_.size() && text_[position_ + 1] == '=';
  if (c == '"' || c == '\'') {
    ReadText(c);
  } else if (c == '=' || c == ':' || c == '<' || c == '>' || (c == '!' && then_equals)) {
    const size_t length = (c == '<' || c == '>' || c == '!') && then_equals ? 2 : 1;
    next_.kind = FilterToken::Kind::kComparator;
    next_.text = text_.substr(position_, length);
    position_ += length;
  } else if (c == '(' || c == ')' ||
             (c == '-' && position_ + 1 < text_.size() &&
              !std::isdigit(static_cast<unsigned char>(text_[position_ + 1])))) {
    next_.kind = FilterToken::Kind::kSymbol;
    next_.text = c;
    ++position_;
  } else {
    ReadWord();
  }
}

void FilterLexer::ReadText(char quote) {
  next_.kind = FilterToken::Kind::kBad;
  for (++position_; position_ < text_.size(); ++position_) {
    char c = text_[position_];
    if (c == quote) {
      ++position_;
      next_.kind = FilterToken::Kind::kText;
      return;
    }
    if (c == '\\' && position_ + 1 < text_.size()) c = text_[++position_];
    next_.text += c;
  }
}

void FilterLexer::ReadWord() {
  size_t end = position_;
  while (end < text_.size() && kNotInWords.find(text_[end]) == std::string_view::npos) ++end;
  next_.kind = end == position_ ? FilterToken::Kind::kBad : FilterToken::Kind::kWord;
  if (end == position_) ++end;
  next_.text = text_.substr(position_, end - position_);
  position_ = end;
}

}  // namespace monkafka::admin
