#include "http/json_scan.h"

#include <gtest/gtest.h>

namespace stagedoor::http {
namespace {

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += "1";
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

}  // namespace

TEST(ScanJson, NotesEveryScalarInTheOrderOfTheText) {
  const auto notes = scan_json(R"({"a":12,"b\u0000":[ "x\u0000y", -0, 1e3 ],"c":true})");
  ASSERT_TRUE(notes);
  const struct {
    bool has_nul;
    std::string_view text;
  } expected[] = {{false, ""},   {false, "12"},  {true, ""}, {true, ""},
                  {false, "-0"}, {false, "1e3"}, {false, ""}};
  ASSERT_EQ(notes->size(), std::size(expected));
  for (std::size_t i = 0; i < notes->size(); ++i) {
    EXPECT_EQ((*notes)[i].has_nul, expected[i].has_nul) << i;
    EXPECT_EQ((*notes)[i].text, expected[i].text) << i;
  }
}

TEST(ScanJson, FindsTheNulThatIsEscapedAndNotTheTextThatOnlyLooksLikeIt) {
  const auto has_nul = [](std::string_view text) { return scan_json(text)->front().has_nul; };
  EXPECT_TRUE(has_nul(R"("\u0000")"));
  EXPECT_TRUE(has_nul(R"("\\\u0000")"));
  EXPECT_TRUE(has_nul(R"("a\"\u0000")"));
  EXPECT_FALSE(has_nul(R"("\\u0000")"));
  EXPECT_FALSE(has_nul(R"("u0000")"));
  EXPECT_FALSE(has_nul(R"("\u0001")"));
}

TEST(ScanJson, RefusesNumbersThatCjsonWouldTake) {
  for (const char* text :
       {"01", "-", "-a", "1.", "1.e3", "1e", "1e+", "1-1", "--1", "1..2", "00", "-01", "1e1.5"}) {
    EXPECT_FALSE(scan_json(text)) << text;
  }
  for (const char* text : {"0", "-0", "1", "-1", "1.5", "0.0", "1e3", "1E+3", "1.25e-7",
                           "123456789012345678901234567890"}) {
    EXPECT_TRUE(scan_json(text)) << text;
  }
}

TEST(ScanJson, RefusesControlCharactersInsideAndOutsideOfStrings) {
  for (char c = 0; c < ' '; ++c) {
    const bool is_blank = c == '\t' || c == '\n' || c == '\r';
    EXPECT_FALSE(scan_json(std::string("\"a") + c + "\"")) << static_cast<int>(c);
    EXPECT_EQ(scan_json(std::string("{") + c + "}").has_value(), is_blank) << static_cast<int>(c);
  }
}

TEST(ScanJson, RefusesAStringThatDoesNotEnd) {
  for (const char* text : {"\"", "\"a", "\"a\\", "\"a\\\"", "{\"a\":\"", "\"\\u0000"}) {
    EXPECT_FALSE(scan_json(text)) << text;
  }
}

TEST(ScanJson, RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(scan_json("\"\xff\""));
  EXPECT_FALSE(scan_json("\"\xed\xa0\x80\""));
  EXPECT_FALSE(scan_json("\"\xc0\x80\""));
  EXPECT_TRUE(scan_json("\"\xf0\x9f\x8e\xbb\""));
}

TEST(ScanJson, BoundsTheDepth) {
  EXPECT_TRUE(scan_json(nested(16, "[", "]")));
  EXPECT_FALSE(scan_json(nested(17, "[", "]")));
  EXPECT_FALSE(scan_json(nested(17, "{\"a\":", "}")));
  EXPECT_FALSE(scan_json(nested(10'000, "[", "]")));
  EXPECT_TRUE(scan_json("\"" + std::string(100, '[') + "\"")) << "brackets in a string are text";
}

}  // namespace stagedoor::http
