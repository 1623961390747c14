#include "cli/key_pair.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace monkafka::cli {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Bio OpenText(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

// Without this a password would be asked for on the terminal.
int GiveNoPassword(char*, int, int, void*) { return -1; }

}  // namespace

bool IsKeyOfAnother(const std::string& certificates, const std::string& key) {
  const Bio certificate_text = OpenText(certificates);
  const Bio key_text = OpenText(key);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, &GiveNoPassword, nullptr), &X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> private_key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, &GiveNoPassword, nullptr), &EVP_PKEY_free);
  const bool fits = !certificate || !private_key ||
                    X509_check_private_key(certificate.get(), private_key.get()) == 1;
  ERR_clear_error();
  return !fits;
}

}  // namespace monkafka::cli
