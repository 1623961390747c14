// The process: command line, signals, one broker, exit code.
#pragma once

namespace monkafka::app {

int Run(int argc, const char* const* argv);

}  // namespace monkafka::app
