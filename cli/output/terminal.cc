#include "cli/output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace monkafka::cli {

void MeasureTerminal(Terminal& terminal) {
  constexpr int kWidthElsewhere = 80;
  constexpr int kHeightElsewhere = 24;
  if (!terminal.output_is_terminal) return;
  winsize size{};
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  terminal.width = known ? size.ws_col : kWidthElsewhere;
  terminal.height = known ? size.ws_row : kHeightElsewhere;
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr && std::atoi(columns) > 0) {
    terminal.width = std::atoi(columns);
  }
}

Terminal DetectTerminal() {
  Terminal terminal;
  terminal.input_is_terminal = isatty(STDIN_FILENO) == 1;
  terminal.output_is_terminal = isatty(STDOUT_FILENO) == 1;
  terminal.error_is_terminal = isatty(STDERR_FILENO) == 1;
  if (!terminal.output_is_terminal) return terminal;
  MeasureTerminal(terminal);
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  terminal.colour = (no_colour == nullptr || *no_colour == '\0') && kind != nullptr &&
                    std::string_view(kind) != "dumb";
  return terminal;
}

}  // namespace monkafka::cli
