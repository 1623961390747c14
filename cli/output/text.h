// Text on its way to a terminal: escaping, width, colour. Pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace monkafka::cli {

enum class Tone { kPlain, kGood, kWarning, kBad, kDim, kStrong };

// `text` in the colour of `tone`; as it is when `colour` is false.
std::string Paint(std::string_view text, Tone tone, bool colour);

// What a terminal can show of bytes that others wrote: control characters, and bytes that aren't
// UTF-8, become \n, \t or \xNN, so that no record can move the cursor or change the terminal's
// title; what changes the direction of writing becomes \xNN as well.
std::string Printable(std::string_view bytes);

// Columns that `text`, which is well-formed UTF-8, takes on a terminal: two for East Asian wide
// characters and emoji, none for combining marks.
int DisplayWidth(std::string_view text);

// `text` cut to `width` columns, of which the last is "…" when something was cut off.
std::string Shorten(std::string_view text, int width);

// `text` in lines of at most `width` columns, broken at blanks; a longer word has a line of its
// own.
std::vector<std::string> WrapWords(std::string_view text, int width);

// The known word that is nearest to `word`, to ask "did you mean"; empty when none is near: most of
// it must be the same, not counting the dashes of options.
template <class Words>
std::string_view Nearest(std::string_view word, const Words& known);

// How many characters are to be inserted, removed, replaced or swapped with the next one.
int EditDistance(std::string_view a, std::string_view b);

template <class Words>
std::string_view Nearest(std::string_view word, const Words& known) {
  const auto length = [](std::string_view text) {
    return static_cast<int>(text.size() - std::min(text.find_first_not_of('-'), text.size()));
  };
  std::string_view best;
  int best_distance = static_cast<int>(word.size()) / 3 + 1;
  for (std::string_view candidate : known) {
    int distance = EditDistance(word, candidate);
    if (distance * 2 > std::max(length(word), length(candidate))) continue;
    if (distance <= best_distance && (best.empty() || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace monkafka::cli
