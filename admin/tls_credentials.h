// What gRPC is given for connections with TLS. gRPC's own watcher of files hands on whatever it
// finds, and every handshake fails from then on; this asks TlsFiles for each new connection.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "admin/tls_files.h"

namespace monkafka::admin {

// `files` outlives every server that has the credentials; those are of one server.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(
    TlsFiles& files, grpc_ssl_client_certificate_request_type client_certificates);

}  // namespace monkafka::admin
