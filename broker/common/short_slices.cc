#include "common/short_slices.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace monkafka {
namespace {

// As the kernel has it; the C library's headers leave it out.
struct SchedAttr {
  uint32_t size = 48;
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime_ns = 0;  // of a policy that shares fairly: the slice
  uint64_t deadline_ns = 0;
  uint64_t period_ns = 0;
};
static_assert(sizeof(SchedAttr) == 48);

constexpr uint64_t kShortestNs = 100'000;

}  // namespace

void AskForShortSlices() {
  SchedAttr attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, attributes.size, 0U) != 0) return;
  if (attributes.policy != SCHED_OTHER && attributes.policy != SCHED_BATCH) return;
  attributes.runtime_ns = kShortestNs;
  static_cast<void>(syscall(SYS_sched_setattr, 0, &attributes, 0U));
}

}  // namespace monkafka
