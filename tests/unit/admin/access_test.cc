#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "admin/credentials.h"
#include "unit/admin/served.h"

namespace monkafka::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct AccessTest : testing::Test {
  AccessTest() {
    std::string name = testing::TempDir() + "tokens.XXXXXX";
    close(mkstemp(name.data()));
    file = name;
  }
  ~AccessTest() override { unlink(file.c_str()); }

  void Write(const std::string& text) {
    std::ofstream(file) << text;
    chmod(file.c_str(), 0600);
  }
  Result<std::unique_ptr<Credentials>> Load() {
    ServerOptions options;
    options.tokens_file = file;
    return Credentials::Load(options, clock);
  }
  static CallerEvidence Bearer(const std::string& token) {
    return {.local = false, .authorization = "Bearer " + token, .certificate_name = {}};
  }

  std::string file;
  fakes::FakeClock clock;
};

TEST_F(AccessTest, TokenAndCertificateNameAPrincipal) {
  Write("# comment\n\nviewer grafana cert:grafana.local\nadmin alice 0123456789abcdef\n");
  auto credentials = Load();
  ASSERT_TRUE(credentials);
  auto alice = (*credentials)->Authenticate(Bearer("0123456789abcdef"));
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->name, "alice");
  EXPECT_EQ(alice->role, Role::kAdmin);
  auto grafana =
      (*credentials)
          ->Authenticate(
              {.local = false, .authorization = {}, .certificate_name = "grafana.local"});
  ASSERT_TRUE(grafana);
  EXPECT_EQ(grafana->role, Role::kViewer);
}

TEST_F(AccessTest, WithTokensNobodyUnknownComesInByTcp) {
  Write("admin alice 0123456789abcdef\n");
  auto credentials = Load();
  for (const CallerEvidence& evidence :
       {CallerEvidence{}, Bearer("0123456789abcdeX"), Bearer(""), Bearer("0123456789abcde"),
        CallerEvidence{.local = false, .authorization = "Basic x", .certificate_name = {}},
        CallerEvidence{.local = false, .authorization = {}, .certificate_name = "alice"}}) {
    const auto principal = (*credentials)->Authenticate(evidence);
    ASSERT_FALSE(principal);
    EXPECT_EQ(KindOf(principal.error()), FailureKind::kUnauthenticated);
  }
  EXPECT_TRUE(
      (*credentials)->Authenticate({.local = true, .authorization = {}, .certificate_name = {}}));
}

TEST_F(AccessTest, ChangedFileIsReadAgainAndABrokenOneLeavesTheOldInForce) {
  Write("admin alice 0123456789abcdef\n");
  auto credentials = Load();
  Write("admin bob fedcba9876543210\n\n");
  clock.Advance(std::chrono::seconds(2));
  EXPECT_FALSE((*credentials)->Authenticate(Bearer("0123456789abcdef")));
  EXPECT_TRUE((*credentials)->Authenticate(Bearer("fedcba9876543210")));
  Write("nonsense\n");
  clock.Advance(std::chrono::seconds(2));
  EXPECT_TRUE((*credentials)->Authenticate(Bearer("fedcba9876543210")));
}

TEST_F(AccessTest, WrongFileIsRefusedWithItsLine) {
  Write("admin alice 0123456789abcdef\nboss bob 0123456789abcdef\n");
  EXPECT_THAT(Load().error().message, HasSubstr("line 2"));
  Write("admin alice short\n");
  EXPECT_THAT(Load().error().message, HasSubstr("16 characters"));
  Write("admin alice 0123456789abcdef\n");
  chmod(file.c_str(), 0644);
  EXPECT_THAT(Load().error().message, HasSubstr("chmod 600"));
  unlink(file.c_str());
  EXPECT_FALSE(Load());
}

TEST(CheckExposure, BeyondThisMachineNeedsTlsAndAuthentication) {
  ServerOptions options;
  EXPECT_TRUE(CheckExposure({}, options));
  EXPECT_THAT(CheckExposure({"0.0.0.0:9095"}, options).error().message,
              HasSubstr("without TLS and authentication"));
  options.tokens_file = "t";
  EXPECT_FALSE(CheckExposure({"0.0.0.0:9095"}, options));
  options.tls.certificate_file = "c";
  EXPECT_TRUE(CheckExposure({"0.0.0.0:9095"}, options));
  options.tokens_file = "";
  EXPECT_FALSE(CheckExposure({"0.0.0.0:9095"}, options));
  options.tls.client_ca_file = "ca";
  EXPECT_TRUE(CheckExposure({"0.0.0.0:9095"}, options));
}

TEST(RequireRole, HigherRolesMayWhatLowerOnesMay) {
  EXPECT_TRUE(RequireRole({"a", Role::kAdmin}, Role::kViewer, "x"));
  EXPECT_TRUE(RequireRole({"a", Role::kOperator}, Role::kOperator, "x"));
  const auto refused = RequireRole({"bob", Role::kViewer}, Role::kOperator, "CreateTopic");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "CreateTopic takes the role operator; bob has the role viewer");
}

TEST(AuditLine, WhatComesFromOutsideCannotMakeUpFieldsOrLines) {
  AuditEntry entry;
  entry.principal = "a\" outcome=OK\naudit";
  entry.role = "viewer";
  entry.method = "TopicsService/CreateTopic";
  entry.outcome = "ROLE_INSUFFICIENT";
  EXPECT_EQ(ToLine(entry),
            "audit principal=\"a\\\" outcome=OK\\x0aaudit\" role=viewer peer=\"\" "
            "method=TopicsService/CreateTopic subject=\"\" outcome=ROLE_INSUFFICIENT");
}

TEST(AuditLine, WhoIsRefusedCannotFillTheLog) {
  AuditEntry entry;
  entry.subject = std::string(100'000, 't');
  EXPECT_GT(ToLine(entry).size(), 100'000u);
  entry.denied = true;
  EXPECT_LT(ToLine(entry).size(), 1000u);
}

}  // namespace
}  // namespace monkafka::admin
