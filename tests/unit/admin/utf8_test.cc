#include "admin/utf8.h"

#include <gtest/gtest.h>

namespace monkafka::admin {
namespace {

using std::string_literals::operator""s;

constexpr const char* kReplaced = "\xef\xbf\xbd";

TEST(Utf8Test, TextStaysAsItIs) {
  for (const std::string& text :
       {""s, "orders"s, "\0a"s, "\u00e9\u20ac\U0001f600"s, "\ud7ff\ue000"s, "\U0010ffff"s}) {
    EXPECT_EQ(ToUtf8(text), text);
  }
}

TEST(Utf8Test, BytesThatBelongToNoCharacterAreReplacedOneByOne) {
  EXPECT_EQ(ToUtf8("\xff"), kReplaced);
  EXPECT_EQ(ToUtf8("a\x80z"), "a"s + kReplaced + "z");
  EXPECT_EQ(ToUtf8("\xe2\x82"), std::string(kReplaced) + kReplaced) << "cut off";
  EXPECT_EQ(ToUtf8("\xe2\x82!"), std::string(kReplaced) + kReplaced + "!");
}

TEST(Utf8Test, OverlongFormsSurrogatesAndWhatIsTooLargeAreNoCharacters) {
  for (const char* wrong : {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf8\x88\x80\x80"}) {
    const std::string text(wrong);
    std::string replaced;
    for (size_t i = 0; i < text.size(); ++i) replaced += kReplaced;
    EXPECT_EQ(ToUtf8(text), replaced);
  }
}

}  // namespace
}  // namespace monkafka::admin
