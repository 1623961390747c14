#include "admin/tls_files.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <utility>

#include "admin/read_file.h"
#include "common/log.h"

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

Result<std::string> ReadText(std::string_view what, const std::string& file) {
  Result<std::string> text = ReadFile(file);
  if (!text) return Refuse(what, file, text.error().message);
  return text;
}

// The first of the certificates in the text of a file, all of which can be read.
Result<Certificate> ParseCertificates(std::string_view what, const std::string& file,
                                      const std::string& text) {
  const Bio in = OpenText(text);
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

Result<Key> ParseKey(std::string_view what, const std::string& file, const std::string& text) {
  const Bio in = OpenText(text);
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

// Of options with TLS.
Result<TlsIdentity> ReadTexts(const TlsOptions& tls) {
  Result<std::string> certificates = ReadText("the certificate", tls.certificate_file);
  if (!certificates) return Forward(std::move(certificates));
  Result<std::string> key = ReadText("the key", tls.key_file);
  if (!key) return Forward(std::move(key));
  TlsIdentity identity{*std::move(certificates), *std::move(key), ""};
  if (tls.client_ca_file.empty()) return identity;
  Result<std::string> ca = ReadText("the client CA", tls.client_ca_file);
  if (!ca) return Forward(std::move(ca));
  identity.client_ca = *std::move(ca);
  return identity;
}

Status CheckTexts(const TlsOptions& tls, const TlsIdentity& identity) {
  const Result<Certificate> certificate =
      ParseCertificates("the certificate", tls.certificate_file, identity.certificate_chain);
  if (!certificate) return std::unexpected(certificate.error());
  const Result<Key> key = ParseKey("the key", tls.key_file, identity.key);
  if (!key) return std::unexpected(key.error());
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Refuse("the key", tls.key_file,
                  "it does not belong to the certificate " + tls.certificate_file);
  }
  if (tls.client_ca_file.empty()) return {};
  const Result<Certificate> ca =
      ParseCertificates("the client CA", tls.client_ca_file, identity.client_ca);
  if (!ca) return std::unexpected(ca.error());
  return {};
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
  Result<TlsIdentity> identity = ReadTexts(tls);
  if (!identity) return Forward(std::move(identity));
  return CheckTexts(tls, *identity);
}

TlsFiles::TlsFiles(const TlsOptions& tls, const Clock& clock) : tls_(tls), clock_(clock) {}

Result<std::unique_ptr<TlsFiles>> TlsFiles::Load(const TlsOptions& tls, const Clock& clock) {
  Result<TlsIdentity> identity = ReadTexts(tls);
  if (!identity) return Forward(std::move(identity));
  if (Status usable = CheckTexts(tls, *identity); !usable) return Forward(std::move(usable));
  std::unique_ptr<TlsFiles> files(new TlsFiles(tls, clock));
  MutexLock lock(files->mutex_);
  files->current_ = std::make_shared<const TlsIdentity>(*std::move(identity));
  files->looked_at_ = clock.Now();
  return files;
}

// The contents are compared, not the times of the files: a file that was read while it was written
// may have the same time afterwards.
std::shared_ptr<const TlsIdentity> TlsFiles::Current() {
  MutexLock lock(mutex_);
  const auto now = clock_.Now();
  if (now - looked_at_ < kLookAgainAfter) return current_;
  looked_at_ = now;
  Result<TlsIdentity> read = ReadTexts(tls_);
  Status usable = read ? CheckTexts(tls_, *read) : Forward(std::move(read));
  if (!usable) {
    if (complaint_ != usable.error().message) {
      complaint_ = usable.error().message;
      LogWarning("{}; the admin service goes on with what was there before", complaint_);
    }
    return current_;
  }
  complaint_.clear();
  // Moved from above only when it is no more than an error.
  if (*read != *current_) {  // NOLINT(bugprone-use-after-move)
    current_ = std::make_shared<const TlsIdentity>(*std::move(read));
    LogInfo("the admin service uses the new certificate in {}", tls_.certificate_file);
  }
  return current_;
}

}  // namespace monkafka::admin
