#include "admin/tls_files.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <utility>

#include "admin/read_file.h"

namespace monkafka::admin {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::unexpected<Error> Refuse(std::string_view what, const std::string& file,
                              std::string_view why) {
  return Fail(ErrorCode::kInvalidConfig, fmt::format("{} {} cannot be used: {}", what, file, why));
}

// The last error of OpenSSL in words; its queue is empty afterwards.
std::string TakeError() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "it is damaged" : reason;
}

Bio OpenText(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

// The first of the certificates, all of which can be read.
Result<Certificate> ReadCertificates(std::string_view what, const std::string& file) {
  const Result<std::string> text = ReadFile(file);
  if (!text) return Refuse(what, file, text.error().message);
  const Bio in = OpenText(*text);
  Certificate first{nullptr, &X509_free};
  for (int count = 1;; ++count) {
    Certificate next(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
    if (next) {
      if (!first) first = std::move(next);
      continue;
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string why = TakeError();
    if (at_end && first) return first;
    if (at_end) return Refuse(what, file, "there is no PEM certificate in it");
    return Refuse(what, file, fmt::format("certificate {} in it: {}", count, why));
  }
}

Result<Key> ReadKey(std::string_view what, const std::string& file) {
  const Result<std::string> text = ReadFile(file);
  if (!text) return Refuse(what, file, text.error().message);
  const Bio in = OpenText(*text);
  // Without this it would ask for a password on the terminal.
  const auto no_password = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  bool asked = false;
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, &asked), &EVP_PKEY_free);
  if (key) return key;
  ERR_clear_error();  // its reason is "unsupported", whatever is wrong
  if (asked) return Refuse(what, file, "it is encrypted; store it without a password");
  return Refuse(what, file, "there is no PEM private key in it that can be read");
}

}  // namespace

Status CheckTlsFiles(const TlsOptions& tls) {
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    return Fail(ErrorCode::kInvalidConfig, "TLS needs both a certificate and its key");
  }
  if (tls.certificate_file.empty() && !tls.client_ca_file.empty()) {
    return Fail(ErrorCode::kInvalidConfig,
                "verifying client certificates needs TLS: a certificate and its key");
  }
  if (tls.certificate_file.empty()) return {};
  const Result<Certificate> certificate = ReadCertificates("the certificate", tls.certificate_file);
  if (!certificate) return std::unexpected(certificate.error());
  const Result<Key> key = ReadKey("the key", tls.key_file);
  if (!key) return std::unexpected(key.error());
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Refuse("the key", tls.key_file,
                  "it does not belong to the certificate " + tls.certificate_file);
  }
  if (tls.client_ca_file.empty()) return {};
  const Result<Certificate> ca = ReadCertificates("the client CA", tls.client_ca_file);
  if (!ca) return std::unexpected(ca.error());
  return {};
}

}  // namespace monkafka::admin
