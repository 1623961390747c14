// Many short waits, for the disk say, at the same time instead of one after the other.
#pragma once

#include <cstddef>
#include <functional>

#include "common/executor.h"

namespace monkafka {

// Does work(0) to work(count - 1), each once, in any order, and returns when all are done. The
// caller works, too, so it may itself be a task of `helpers`, and nothing depends on any of them
// being free. A helper goes to the end of the queue after each piece: what others have posted does
// not wait for all of it.
void DoTogether(Executor& helpers, size_t count, std::function<void(size_t)> work);

}  // namespace monkafka
