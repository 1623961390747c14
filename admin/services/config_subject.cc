#include "admin/services/config_subject.h"

#include <fmt/core.h>

namespace monkafka::admin {
namespace {

constexpr size_t kLongestValue = 256;

}  // namespace

void ConfigSubject::AddValue(const std::string& key, std::string_view sign,
                             std::string_view value) {
  if (port_ == nullptr || long_enough() || !port_->MayBeTold(type_, key)) return Add(key);
  Add(fmt::format("{}{}{}{}", key, sign, value.substr(0, kLongestValue),
                  value.size() > kLongestValue ? "..." : ""));
}

}  // namespace monkafka::admin
