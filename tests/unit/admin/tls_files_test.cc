#include "admin/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "fakes/manual_executor.h"

namespace monkafka::admin {
namespace {

using testing::HasSubstr;

std::string TextOf(const std::unique_ptr<BIO, decltype(&BIO_free)>& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

// A key and the certificate that it has signed itself, as PEM.
class Identity {
 public:
  Identity() : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free) {}

  std::string Key(const char* password = nullptr) const {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    const EVP_CIPHER* cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
    PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), cipher, nullptr, 0, nullptr,
                                  const_cast<char*>(password));
    return TextOf(out);
  }
  std::string Certificate() const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509_set_pubkey(certificate.get(), key_.get());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_sign(certificate.get(), key_.get(), EVP_sha256());
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_X509(out.get(), certificate.get());
    return TextOf(out);
  }

 private:
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

// Something within the frame of a PEM text is other than it was.
std::string Damaged(std::string pem) {
  pem.replace(pem.find('\n') + 20, 12, "AAAAAAAAAAAA");
  return pem;
}

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "tls-files-XXXXXX";
    home_ = mkdtemp(pattern.data());
    tls.certificate_file = Write("cert.pem", identity.Certificate());
    tls.key_file = Write("key.pem", identity.Key());
  }
  ~TlsFilesTest() override { std::filesystem::remove_all(home_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(home_ / name) << text;
    return home_ / name;
  }
  std::string Refusal() {
    const Status status = CheckTlsFiles(tls);
    return status ? "" : status.error().message;
  }

  std::filesystem::path home_;
  const Identity identity;
  TlsOptions tls;
};

TEST_F(TlsFilesTest, ACertificateWithItsKeyIsFine) {
  EXPECT_EQ(Refusal(), "");
  Write("cert.pem", identity.Certificate() + Identity().Certificate());
  EXPECT_EQ(Refusal(), "") << "the chain";
  tls.client_ca_file = Write("ca.pem", Identity().Certificate());
  EXPECT_EQ(Refusal(), "");
}

TEST_F(TlsFilesTest, ADamagedCertificateIsNamed) {
  Write("cert.pem", Damaged(identity.Certificate()));
  EXPECT_THAT(Refusal(), HasSubstr("the certificate " + tls.certificate_file));
  EXPECT_THAT(Refusal(), HasSubstr("certificate 1 in it: "));
  Write("cert.pem", identity.Certificate() + Damaged(Identity().Certificate()));
  EXPECT_THAT(Refusal(), HasSubstr("certificate 2 in it: "));
  Write("cert.pem", "rubbish\n");
  EXPECT_THAT(Refusal(), HasSubstr("there is no PEM certificate in it"));
  tls.certificate_file = home_ / "absent.pem";
  EXPECT_THAT(Refusal(), HasSubstr("No such file"));
  tls.certificate_file = home_;
  EXPECT_THAT(Refusal(), HasSubstr("Is a directory"));
}

TEST_F(TlsFilesTest, ADamagedKeyIsNamed) {
  Write("key.pem", Damaged(identity.Key()));
  const std::string unreadable =
      "the key " + tls.key_file +
      " cannot be used: there is no PEM private key in it that can be read";
  EXPECT_EQ(Refusal(), unreadable);
  Write("key.pem", "rubbish\n");
  EXPECT_EQ(Refusal(), unreadable);
  Write("key.pem", identity.Key("secret"));
  EXPECT_THAT(Refusal(), HasSubstr("it is encrypted"));
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsRefused) {
  Write("key.pem", Identity().Key());
  EXPECT_THAT(Refusal(),
              HasSubstr("it does not belong to the certificate " + tls.certificate_file));
}

TEST_F(TlsFilesTest, ADamagedClientCaIsNamed) {
  tls.client_ca_file = Write("ca.pem", Damaged(identity.Certificate()));
  EXPECT_THAT(Refusal(), HasSubstr("the client CA " + tls.client_ca_file));
}

class RenewedTlsFilesTest : public TlsFilesTest {
 protected:
  RenewedTlsFilesTest() { files = *TlsFiles::Load(tls, clock); }
  std::shared_ptr<const TlsIdentity> Later() {
    clock.Advance(TlsFiles::kLookAgainAfter);
    return files->Current();
  }

  fakes::FakeClock clock;
  std::unique_ptr<TlsFiles> files;
  const Identity renewed;
};

TEST_F(RenewedTlsFilesTest, WhatCannotBeUsedLeavesTheLastGoodPairInUse) {
  const auto first = files->Current();
  EXPECT_EQ(first->key, identity.Key());
  Write("cert.pem", "rubbish\n");
  EXPECT_EQ(Later(), first);
  Write("cert.pem", "");
  EXPECT_EQ(Later(), first);
  std::filesystem::remove(tls.key_file);
  EXPECT_EQ(Later(), first);
  Write("cert.pem", renewed.Certificate());
  Write("key.pem", renewed.Key());
  const auto second = Later();
  EXPECT_EQ(second->key, renewed.Key());
  EXPECT_EQ(Later(), second) << "nothing has changed";
}

TEST_F(RenewedTlsFilesTest, APairIsTakenWhenBothItsFilesAreThere) {
  const auto first = files->Current();
  Write("cert.pem", renewed.Certificate());
  EXPECT_EQ(Later(), first);
  Write("key.pem", renewed.Key());
  EXPECT_EQ(Later()->key, renewed.Key());
}

}  // namespace
}  // namespace monkafka::admin
