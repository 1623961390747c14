#include "cli/search_position.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

template <class Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

SearchPosition SearchPosition::Parse(const std::string& text) {
  SearchPosition position;
  const size_t behind = text.find('@');
  position.token_ = text.substr(0, behind);
  if (behind == std::string::npos) return position;
  const std::string_view place = std::string_view(text).substr(behind + 1);
  const size_t colon = place.find(':');
  const auto partition = ReadNumber<int32_t>(place.substr(0, colon));
  const auto offset =
      colon == std::string_view::npos ? std::nullopt : ReadNumber<int64_t>(place.substr(colon + 1));
  if (!partition || !offset || position.token_.empty()) {
    throw UsageError(fmt::format("--resume: \"{}\" is no place in a search", text),
                     "give it as the search that was cut short has said it");
  }
  position.at_.emplace();
  position.at_->set_partition(*partition);
  position.at_->set_offset(*offset);
  return position;
}

void SearchPosition::See(const v1::SearchRecordsResponse& response) {
  if (response.has_progress()) {
    token_ = response.progress().resume_token();
    at_.reset();
  }
  if (response.records().empty() || token_.empty()) return;
  const v1::PartitionRecord& last = *response.records().rbegin();
  at_.emplace();
  at_->set_partition(last.partition());
  at_->set_offset(last.record().offset() + 1);
}

void SearchPosition::SetOn(v1::SearchRecordsRequest& request) const {
  request.set_resume_token(token_);
  if (at_) *request.mutable_resume_at() = *at_;
}

std::string SearchPosition::ToText() const {
  return at_ ? fmt::format("{}@{}:{}", token_, at_->partition(), at_->offset()) : token_;
}

}  // namespace monkafka::cli
