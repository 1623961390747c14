// The words of a filter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monkafka::admin {

struct FilterToken {
  // kWord: as it stands; kText: it was in quotes; kBad: quotes that do not end, a stray character.
  enum class Kind { kWord, kText, kComparator, kSymbol, kBad, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
  size_t position = 0;  // from 0
};

class FilterLexer {
 public:
  explicit FilterLexer(std::string_view text) : text_(text) { Advance(); }

  const FilterToken& Peek() const { return next_; }
  FilterToken Take();
  // Take the next token if it is this one.
  bool TakeWord(std::string_view word);
  bool TakeSymbol(std::string_view symbol);

 private:
  void Advance();
  void ReadText(char quote);
  void ReadWord();

  const std::string_view text_;
  size_t position_ = 0;
  FilterToken next_;
};

}  // namespace monkafka::admin
