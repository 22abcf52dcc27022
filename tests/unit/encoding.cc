#include "base/encoding.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace stagedoor {
namespace {

std::string random_bytes(std::mt19937& random, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) bytes += static_cast<char>(random() & 255);
  return bytes;
}

}  // namespace

TEST(Base64url, WritesTheVectorsOfTheStandardWithoutPadding) {
  const struct {
    std::string_view bytes;
    std::string_view text;
  } cases[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64url(bytes), text);
    EXPECT_EQ(parse_base64url(text), bytes);
  }
}

TEST(Base64url, ReadsBackAnyBytes) {
  std::mt19937 random{1};
  for (std::size_t length = 0; length < 200; ++length) {
    const std::string bytes = random_bytes(random, length);
    ASSERT_EQ(parse_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Base64url, RefusesEveryOtherFormOfTheSameBytes) {
  for (const char* text : {"Zg==", "Zm8=", "Zm9v ", " Zm9v", "Zm9v\n", "+/+/", "Zm.v", "Z", "Zm9vY",
                           "Zh", "Zm9", "Z\xc3\xa4"}) {
    EXPECT_FALSE(parse_base64url(text)) << text;
  }
  EXPECT_FALSE(parse_base64url(std::string_view("Zg\0\0", 4)));
}

TEST(Base64url, OfAllTextsOfTwoDigitsOnlyOneStandsForEachByte) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> seen;
  for (const char first : kDigits) {
    for (const char second : kDigits) {
      const auto bytes = parse_base64url(std::string{first, second});
      if (!bytes) continue;
      EXPECT_TRUE(seen.insert(*bytes).second);
    }
  }
  EXPECT_EQ(seen.size(), 256U);
}

TEST(Hex, IsLowerCaseAndReadInEitherCase) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x7f\xAB\xff", 4)), "007fabff");
  EXPECT_EQ(parse_hex("007fAbFF"), std::string("\x00\x7f\xab\xff", 4));
  EXPECT_EQ(parse_hex(""), "");
  for (const char* text : {"0", "abc", "0g", "g0", " 0", "0x", "-1", "\xff\xff"}) {
    EXPECT_FALSE(parse_hex(text)) << text;
  }
}

TEST(IsUtf8, KnowsTheEdgesOfTheEncoding) {
  const struct {
    std::string_view text;
    bool expected;
  } cases[] = {
      {"", true},
      {"plain", true},
      {std::string_view("\0", 1), true},
      {"\x7f", true},
      {"\xc2\x80", true},          // the first of two bytes
      {"\xdf\xbf", true},          // the last
      {"\xe0\xa0\x80", true},      // the first of three
      {"\xed\x9f\xbf", true},      // the last before the surrogates
      {"\xee\x80\x80", true},      // the first after them
      {"\xef\xbf\xbf", true},      // the last of three
      {"\xf0\x90\x80\x80", true},  // the first of four
      {"\xf4\x8f\xbf\xbf", true},  // U+10FFFF
      {"\xf0\x9f\x8e\xbb", true},  // a violin
      {"\x80", false},             // a continuation alone
      {"\xbf", false},
      {"\xc0\x80", false},  // overlong NUL
      {"\xc1\xbf", false},
      {"\xe0\x9f\xbf", false},      // overlong
      {"\xf0\x8f\xbf\xbf", false},  // overlong
      {"\xed\xa0\x80", false},      // surrogates
      {"\xed\xbf\xbf", false},
      {"\xf4\x90\x80\x80", false},  // beyond U+10FFFF
      {"\xf5\x80\x80\x80", false},
      {"\xfe", false},
      {"\xff", false},
      {"\xc3", false},  // cut off
      {"\xe2\x82", false},
      {"\xf0\x9f\x8e", false},
      {"\xc3(", false},  // a lead without its continuation
      {"\xe2(\xa1", false},
      {"\xe2\x82(", false},
      {"\xf0\x9f\x8e(", false},
      {"good \xe2\x82\xac bad \xe2\x82", false},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(is_utf8(text), expected) << to_hex(text);
  }
}

TEST(CountCharacters, CountsCodePointsAndNotBytes) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("abc"), 3U);
  EXPECT_EQ(count_characters("\xec\x84\x9c\xec\x9a\xb8"), 2U);  // Seoul, in Hangul
  EXPECT_EQ(count_characters("a\xf0\x9f\x8e\xbb"), 2U);
}

TEST(ParseInteger, ReadsWhatJsonAndUrlsWrite) {
  const struct {
    const char* text;
    long long expected;
  } cases[] = {{"0", 0},
               {"-0", 0},
               {"7", 7},
               {"-7", -7},
               {"1000000000000000", 1'000'000'000'000'000},
               {"9007199254740993", 9'007'199'254'740'993},  // 2^53 + 1
               {"9223372036854775807", 9'223'372'036'854'775'807},
               {"-9223372036854775808", -9'223'372'036'854'775'807 - 1}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_integer(text), expected) << text;
}

TEST(ParseCanonicalInteger, KnowsOneZero) {
  EXPECT_EQ(parse_canonical_integer("0"), 0);
  EXPECT_EQ(parse_canonical_integer("-7"), -7);
  EXPECT_EQ(parse_canonical_integer("-0"), std::nullopt);
  EXPECT_EQ(parse_canonical_integer("07"), std::nullopt);
}

TEST(ParseInteger, RefusesEverythingElse) {
  for (const char* text : {"", "-", "+1", " 1", "1 ", "01", "-01", "00", "1.0", "1e3", "0x10",
                           "1_000", "--1", "1-", "9223372036854775808", "-9223372036854775809",
                           "99999999999999999999999", "one", "\xd9\xa1"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

}  // namespace stagedoor
