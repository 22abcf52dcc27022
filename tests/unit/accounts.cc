#include "people/account_rules.h"

#include <gtest/gtest.h>

namespace stagedoor {

TEST(IsEmail, NeedsSomethingOnBothSidesOfOneAt) {
  for (const char* text : {"a@b", "fan@example.org", "first.last+tag@mail.example.org",
                           "\xc3\xa4@\xc3\xb6.example", "a@b.c"}) {
    EXPECT_TRUE(is_email(text)) << text;
  }
  for (const char* text :
       {"", "@", "a@", "@b", "a", "a@@b", "a@b@c", "a b@c", "a@b c", " a@b", "a@b ", "a@.b", "a@b.",
        "a@b\n", "a\t@b", "a@b\x7f", "a@b\r\nBcc: c@d"}) {
    EXPECT_FALSE(is_email(text)) << text;
  }
  EXPECT_FALSE(is_email(std::string_view("a@b\0c", 5)));
}

TEST(EmailKey, IsTheSameWhateverTheCase) {
  EXPECT_EQ(email_key("Fan.One@Example.ORG"), "fan.one@example.org");
  EXPECT_EQ(email_key("fan.one@example.org"), "fan.one@example.org");
  EXPECT_EQ(email_key("[\\]^_`{|}~@x"), "[\\]^_`{|}~@x") << "only letters have a case";
  EXPECT_EQ(email_key("\xc3\x84@x"), "\xc3\x84@x") << "of ASCII";
}

TEST(IsReadable, NeedsMoreThanBlanksAndNoControlCharacters) {
  for (const char* text : {"a", " a ", "\xec\x84\x9c\xec\x9a\xb8", "\xf0\x9f\x8e\xbb"}) {
    EXPECT_TRUE(is_readable(text)) << text;
  }
  for (const char* text : {"", " ", "   ", "a\nb", "\t", "a\x7f", "\x1b[31m"}) {
    EXPECT_FALSE(is_readable(text)) << text;
  }
  EXPECT_FALSE(is_readable(std::string_view("a\0b", 3)));
}

}  // namespace stagedoor
