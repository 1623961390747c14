// The largest single allocation that the thread has asked for, to prove that a length in a message
// that its bytes do not justify is not believed. Replaces the global operator new;
// not under a sanitizer, which brings its own: nothing is seen there.
#pragma once

#include <cstddef>

namespace monkafka::wire {

// Begins at 0 and, from then on, only grows until it is reset.
size_t LargestAllocation();
void ResetLargestAllocation();

}  // namespace monkafka::wire
