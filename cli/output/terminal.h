// What is known of the terminal that monkafkactl writes to: who is looking, how wide, in colour?
//
// A plain value, filled once at start; tests make their own.
#pragma once

namespace monkafka::cli {

struct Terminal {
  bool input_is_terminal = false;
  bool output_is_terminal = false;
  bool error_is_terminal = false;
  int width = 0;   // columns of the output terminal; 0: not a terminal, lines may be of any length
  int height = 0;  // rows; 0 as above
  bool colour = false;
};

// Of this process. Colour needs a terminal, a TERM other than "dumb", and no NO_COLOR
// (https://no-color.org). COLUMNS overrides the width, as in other tools.
Terminal DetectTerminal();

// As it is now: people resize windows. Nothing changes when the output is no terminal.
void MeasureTerminal(Terminal& terminal);

}  // namespace monkafka::cli
