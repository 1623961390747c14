// CHECK(condition): an invariant of ours. It is never reachable from client input; when it does not
// hold, going on would risk data, so the process says where and aborts. Active in every build.
#pragma once

namespace monkafka::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace monkafka::internal

#define CHECK(condition)                             \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::monkafka::internal::CheckFailed(#condition, __FILE__, __LINE__))
