#include "admin/grpc_log.h"

#include <gtest/gtest.h>

namespace monkafka::admin {
namespace {

constexpr char kPlaintext[] =
    "Handshake failed with fatal error SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version "
    "number.";

TEST(GrpcLog, AFailedHandshakeIsOfWhoHasCalledNothingYet) {
  EXPECT_EQ(SentenceOf(kPlaintext, {"127.0.0.1:5000"}),
            "the TLS handshake with 127.0.0.1:5000 failed: wrong version number; the client does "
            "not speak TLS");
  EXPECT_EQ(SentenceOf(kPlaintext, {"a:1", "b:2"}).substr(0, 46),
            "the TLS handshake with one of a:1, b:2 failed:");
  EXPECT_EQ(SentenceOf(kPlaintext, {"a:1", "b:2", "c:3", "d:4", "e:5"}).substr(0, 62),
            "the TLS handshake with one of a:1, b:2, c:3 and 2 more failed:");
  EXPECT_EQ(SentenceOf(kPlaintext, {}).substr(0, 31), "the TLS handshake with a client");
}

TEST(GrpcLog, OtherLinesAreOneLine) {
  EXPECT_EQ(SentenceOf("no more\nsockets\n", {"a:1"}), "gRPC: no more sockets");
}

TEST(GrpcLog, AFloodIsCounted) {
  LineLimit limit;
  const auto now = LineLimit::Time::clock::now();
  for (int i = 0; i < LineLimit::kLines; ++i) EXPECT_TRUE(limit.Admit(now));
  EXPECT_FALSE(limit.Admit(now));
  EXPECT_FALSE(limit.Admit(now + std::chrono::seconds(9)));
  EXPECT_TRUE(limit.Admit(now + LineLimit::kWhile));
  EXPECT_EQ(limit.TakeLeftOut(), 2u);
  EXPECT_EQ(limit.TakeLeftOut(), 0u);
}

}  // namespace
}  // namespace monkafka::admin
