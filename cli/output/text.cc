#include "cli/output/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace monkafka::cli {
namespace {

bool IsContinuation(unsigned char c) { return (c & 0xc0) == 0x80; }

// Length of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none.
size_t SequenceLength(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t length = lead < 0x80                   ? 1
                  : lead >= 0xc2 && lead < 0xe0 ? 2
                  : (lead & 0xf0) == 0xe0       ? 3
                  : lead >= 0xf0 && lead < 0xf5 ? 4
                                                : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(static_cast<unsigned char>(text[i]))) return 0;
  }
  auto second = static_cast<unsigned char>(length > 1 ? text[1] : '\0');
  bool overlong_or_surrogate = (lead == 0xe0 && second < 0xa0) ||
                               (lead == 0xed && second >= 0xa0) ||
                               (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second >= 0x90);
  return overlong_or_surrogate ? 0 : length;
}

// Of a well-formed sequence.
char32_t CodePoint(std::string_view sequence) {
  auto lead = static_cast<unsigned char>(sequence.front());
  char32_t code = sequence.size() == 1   ? lead
                  : sequence.size() == 2 ? lead & 0x1f
                  : sequence.size() == 3 ? lead & 0x0f
                                         : lead & 0x07;
  for (char c : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return code;
}

struct Range {
  char32_t first, last;
};

bool IsIn(char32_t code, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& r) { return code >= r.first && code <= r.last; });
}

// C0 and C1 controls, which terminals obey, and marks that turn the direction of writing.
bool IsControl(std::string_view sequence) {
  constexpr Range kControls[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
                                 {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
  return IsIn(CodePoint(sequence), kControls);
}

int Width(std::string_view sequence) {
  constexpr Range kNarrowest[] = {{0x300, 0x36f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                  {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
                                  {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
  constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},
                             {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
                             {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
                             {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
  char32_t code = CodePoint(sequence);
  return code < 0x300 ? 1 : IsIn(code, kNarrowest) ? 0 : IsIn(code, kWide) ? 2 : 1;
}

bool IsPlainAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Cuts the next character off; a byte that is no UTF-8 counts as one.
std::string_view TakeSequence(std::string_view& text) {
  std::string_view sequence = text.substr(0, std::max<size_t>(SequenceLength(text), 1));
  text.remove_prefix(sequence.size());
  return sequence;
}

}  // namespace

std::string Paint(std::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain) return std::string(text);
  const char* code = "";
  switch (tone) {
    case Tone::kGood:
      code = "32";
      break;
    case Tone::kWarning:
      code = "33";
      break;
    case Tone::kBad:
      code = "31";
      break;
    case Tone::kDim:
      code = "2";
      break;
    case Tone::kStrong:
      code = "1";
      break;
    case Tone::kPlain:
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string Printable(std::string_view bytes) {
  if (IsPlainAscii(bytes)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    bool malformed = SequenceLength(bytes) == 0;
    std::string_view sequence = TakeSequence(bytes);
    if (!malformed && !IsControl(sequence)) {
      text += sequence;
      continue;
    }
    for (char c : sequence) {
      if (c == '\n') {
        text += "\\n";
      } else if (c == '\t') {
        text += "\\t";
      } else {
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
  }
  return text;
}

int DisplayWidth(std::string_view text) {
  if (IsPlainAscii(text)) return static_cast<int>(text.size());
  int width = 0;
  while (!text.empty()) width += Width(TakeSequence(text));
  return width;
}

std::string Shorten(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width <= 0) return "";
  std::string shortened;
  for (int left = width - 1; !text.empty();) {
    std::string_view sequence = TakeSequence(text);
    left -= Width(sequence);
    if (left < 0) break;
    shortened += sequence;
  }
  return shortened + "…";
}

std::vector<std::string> WrapWords(std::string_view text, int width) {
  std::vector<std::string> lines(1);
  int used = 0;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const int wanted = DisplayWidth(word);
    if (used > 0 && used + 1 + wanted > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += wanted;
  }
  return lines;
}

int EditDistance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  std::vector<int> above(row), two_above(row);
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_above, above);
    std::swap(above, row);
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace monkafka::cli
