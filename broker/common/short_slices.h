// For threads that wait for others and have microseconds of work each time.
#pragma once

namespace monkafka {

// Asks the scheduler to give the calling thread short slices of time: it gets its fair share as
// before, but need not wait until a busy thread has used up a slice of milliseconds. Linux 6.12 and
// later (EEVDF's slices, sched_setattr(2)); elsewhere, and under a policy that has no slices,
// nothing changes.
void AskForShortSlices();

}  // namespace monkafka
