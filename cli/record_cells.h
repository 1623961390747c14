// How records are shown to people.
#pragma once

#include <string>
#include <vector>

#include "cli/answers.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli {

std::vector<std::string> RecordTitles(bool wide);
std::vector<Cell> RecordCells(const v1::PartitionRecord& record, bool wide);

// "offset 7  2026-...  key=k  value=v  headers a=1 b=2", for lists below something else.
std::string RecordLine(const v1::Record& record);

}  // namespace monkafka::cli
