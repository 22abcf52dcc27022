#include "people/account_rules.h"

#include <gtest/gtest.h>

#include "people/attempt_rules.h"

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

// Text that says another thing than it shows: in letters, on tickets, in a table of an organiser.
TEST(NamesAndAddresses, HaveNothingThatIsNotSeenOrTurnsTheDirection) {
  for (const char* point : {"\u202E", "\u202A", "\u2066", "\u2069", "\u200E", "\u200F", "\u061C",
                            "\u2028", "\u2029", "\u0085", "\u009F"}) {
    const std::string text = std::string("gro.elpmaxe") + point + "x";
    EXPECT_FALSE(is_readable(text)) << text;
    EXPECT_FALSE(is_email("a@" + text)) << text;
  }
  for (const char* point : {"\u200B", "\u00AD", "\uFEFF", "\u3000", "\u00A0"}) {
    EXPECT_FALSE(is_email(std::string("a@b") + point + "c")) << point;
    EXPECT_FALSE(is_readable(point)) << point;
  }
  EXPECT_TRUE(is_readable("\U0001F469\u200D\U0001F3A4")) << "a joiner makes one picture of two";
  EXPECT_TRUE(is_readable("\u05D3\u05E0\u05D4 \u0643\u0631\u064A\u0645")) << "as it is written";
}

TEST(Normalised, IsOneSpellingOfWhatLooksAndMeansTheSame) {
  EXPECT_EQ(normalised("a\u0308"), "\u00E4");
  EXPECT_EQ(normalised("\u1100\u1161"), "\uAC00");
  EXPECT_EQ(normalised("\u212B"), "\u00C5");
  EXPECT_EQ(normalised("plain @ text"), "plain @ text");
  EXPECT_EQ(normalised(""), "");
  EXPECT_EQ(normalised("\uFF21"), "\uFF21") << "another character that looks alike stays";
}

TEST(WaitOfAnAccount, BeginsAfterTenAndDoubles) {
  using std::chrono::seconds;
  const Time now{seconds{1'000'000}};
  EXPECT_EQ(wait_of({.count = 0, .now = now}), std::nullopt);
  EXPECT_EQ(wait_of({.count = 9, .last_at = now, .now = now}), std::nullopt);
  std::vector<seconds> waits;
  for (int count = 10; count < 20; ++count) {
    waits.push_back(*wait_of({.count = count, .last_at = now, .now = now}));
  }
  EXPECT_EQ(waits, (std::vector<seconds>{seconds{60}, seconds{120}, seconds{240}, seconds{480},
                                         seconds{900}, seconds{900}, seconds{900}, seconds{900},
                                         seconds{900}, seconds{900}}));
}

TEST(WaitOfAnAccount, IsOverWhenItWasLeftAloneThatLong) {
  using std::chrono::seconds;
  const Time last{seconds{1'000'000}};
  EXPECT_TRUE(wait_of({.count = 10, .last_at = last, .now = last + seconds{29}}));
  EXPECT_FALSE(wait_of({.count = 10, .last_at = last, .now = last + seconds{30}}));
  EXPECT_TRUE(wait_of({.count = 11, .last_at = last, .now = last + seconds{59}}));
  EXPECT_FALSE(wait_of({.count = 11, .last_at = last, .now = last + seconds{60}}));
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
