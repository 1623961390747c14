// What the audit tells of configs that a change is about: "retention.ms=60000", "-retention.ms".
// Values only of keys that are known to be no secrets; of a change with very many, keys alone from
// some point on.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "admin/port/configs.h"

namespace monkafka::admin {

class ConfigSubject {
 public:
  static constexpr size_t kLongestWithValues = 8 << 10;

  // `subject`: what comes before them. port nullptr: keys alone.
  ConfigSubject(const ConfigsPort* port, ConfigResource::Type type, std::string subject)
      : port_(port), type_(type), subject_(std::move(subject)) {}

  void Add(std::string_view text) { subject_.append(" ").append(text); }
  // sign: "=", "+=" or "-=".
  void AddValue(const std::string& key, std::string_view sign, std::string_view value);
  void AddDeletion(const std::string& key) { Add("-" + key); }

  // Nothing but names from now on.
  bool long_enough() const { return subject_.size() > kLongestWithValues; }
  std::string Take() { return std::move(subject_); }

 private:
  const ConfigsPort* const port_;
  const ConfigResource::Type type_;
  std::string subject_;
};

}  // namespace monkafka::admin
