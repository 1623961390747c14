// The files of TLS, looked at when the broker starts: gRPC reads them by itself later, and a
// damaged one would be noticed by the first client only.
#pragma once

#include "admin/options.h"
#include "common/result.h"

namespace monkafka::admin {

// Whether the certificate, its key and the client CA can be read, are what they should be, and
// certificate and key belong together. The error is a sentence that names the file.
Status CheckTlsFiles(const TlsOptions& tls);

}  // namespace monkafka::admin
