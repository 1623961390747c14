#include "common/error_code.h"

namespace monkafka {

std::string_view ErrorName(ErrorCode code) {
  switch (code) {
#define X(enumerator, value, name) \
  case ErrorCode::enumerator:      \
    return name;
    MONKAFKA_ERROR_CODES(X)
#undef X
  }
  return "UNKNOWN_SERVER_ERROR";
}

}  // namespace monkafka
