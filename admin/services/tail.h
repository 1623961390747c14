// TailRecords: sends what there is, then waits for more without a thread. While the receiver is
// behind it does not read; it goes on from where it was once the receiver has caught up.
#pragma once

#include "admin/port/records.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::admin {

// Reads for the first time on this thread, which may block.
void StartTail(RecordsPort& port, const Runtime& runtime, const CallPtr& call,
               const v1::TailRecordsRequest& request);

}  // namespace monkafka::admin
