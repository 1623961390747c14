// Where a search is, as `record search --resume` takes it. Pure.
#pragma once

#include <optional>
#include <string>

#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli {

// The text is a resume token of the server, and @PARTITION:OFFSET when records came after the
// progress that told it: behind the last of them nothing was seen, before it everything.
class SearchPosition {
 public:
  // The beginning, with "". A usage Failure when there is no such position.
  static SearchPosition Parse(const std::string& text);

  // Goes on with what the search has sent.
  void See(const monkafka::admin::v1::SearchRecordsResponse& response);

  void SetOn(monkafka::admin::v1::SearchRecordsRequest& request) const;
  // "" at the beginning.
  std::string ToText() const;

 private:
  std::string token_;
  std::optional<monkafka::admin::v1::NextOffset> at_;
};

}  // namespace monkafka::cli
