#include "admin/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>

#include "common/check.h"

namespace monkafka::admin {
namespace {

// The C++ interface of gRPC has no way to the certificates of each connection, its C interface has.
class TlsCredentialsImpl final : public grpc::ServerCredentials {
 public:
  TlsCredentialsImpl(TlsFiles& files, grpc_ssl_client_certificate_request_type client_certificates)
      : files_(files),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(client_certificates,
                                                                            &Fetch, this))) {}
  ~TlsCredentialsImpl() override { grpc_server_credentials_release(credentials_); }

  // Who calls is found out by Credentials, call by call.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    CHECK(false);
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // gRPC calls it for one connection at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<TlsCredentialsImpl*>(self)->FetchNext(config);
  }
  grpc_ssl_certificate_config_reload_status FetchNext(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const TlsIdentity> identity = files_.Current();
    if (identity == given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    given_ = std::move(identity);
    const grpc_ssl_pem_key_cert_pair pair{given_->key.c_str(), given_->certificate_chain.c_str()};
    // gRPC 1.51 insists on roots, which nothing is verified against when clients are not asked for
    // certificates.
    const std::string& roots =
        given_->client_ca.empty() ? given_->certificate_chain : given_->client_ca;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  TlsFiles& files_;
  std::shared_ptr<const TlsIdentity> given_;  // null: nothing yet
  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(
    TlsFiles& files, grpc_ssl_client_certificate_request_type client_certificates) {
  return std::make_shared<TlsCredentialsImpl>(files, client_certificates);
}

}  // namespace monkafka::admin
