// From the requests that read records to a ScanQuery, and resume tokens.
#pragma once

#include <string>
#include <vector>

#include "admin/port/records.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::admin {

// All: INVALID_ARGUMENT names the field.
Outcome<ScanQuery> QueryOf(const v1::TailRecordsRequest& request);
Outcome<ScanQuery> QueryOf(const v1::ReadRecordsRequest& request);
Outcome<ScanQuery> QueryOf(const v1::SearchRecordsRequest& request);  // resume_token included

// Stands for where the search goes on and for what was searched. Empty when it is complete.
std::string ResumeToken(const v1::SearchRecordsRequest& request,
                        const std::vector<Position>& positions);

}  // namespace monkafka::admin
