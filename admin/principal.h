// Who calls, and what they may do.
#pragma once

#include <string>
#include <string_view>

namespace monkafka::admin {

// Each role may do what those before it may. Viewer: read everything but the contents of records.
// Operator: read and write records, create and change. Admin: also what cannot be undone.
enum class Role { kNone, kViewer, kOperator, kAdmin };

struct Principal {
  std::string name;
  Role role = Role::kNone;
};

inline std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kOperator:
      return "operator";
    case Role::kAdmin:
      return "admin";
    case Role::kNone:
      break;
  }
  return "none";
}

}  // namespace monkafka::admin
