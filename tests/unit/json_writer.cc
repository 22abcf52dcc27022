#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace stagedoor {
namespace {

template <typename T>
std::string written(const T& value) {
  JsonWriter json;
  return json.value(value).take();
}

}  // namespace

TEST(JsonWriter, EscapesWhatJsonAsksForAndNothingElse) {
  const struct {
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {"", R"("")"},
      {"plain /", R"("plain /")"},
      {R"(a "quote" and a \)", R"("a \"quote\" and a \\")"},
      {"line\nreturn\rtab\t", R"("line\nreturn\rtab\t")"},
      {std::string_view("\0", 1), R"("\u0000")"},
      {"\x01\x1f\b\f", R"("\u0001\u001f\u0008\u000c")"},
      {"\x7f", R"("\u007f")"},
      {"\xec\x84\x9c\xec\x9a\xb8 \xf0\x9f\x8e\xbb",
       "\"\xec\x84\x9c\xec\x9a\xb8 \xf0\x9f\x8e\xbb\""},
      {"\"", R"("\"")"},
      {"end\\", R"("end\\")"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(written(text), expected);
}

TEST(JsonWriter, PrintsIntegersAsIntegers) {
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(-1), "-1");
  EXPECT_EQ(written(Money{1'000'000'000'000'000}), "1000000000000000");
  EXPECT_EQ(written(Money{9'007'199'254'740'993}), "9007199254740993");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(JsonWriter, PrintsOurTypesAsTheContractSays) {
  const auto id = UserId::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  EXPECT_EQ(written(*id), R"("0190163d-8694-739b-aea5-966c26f8ad91")");
  EXPECT_EQ(written(*parse_rfc3339("2026-11-21T19:30:00.0009Z")), R"("2026-11-21T19:30:00.000Z")");
  EXPECT_EQ(written(true), "true");
  EXPECT_EQ(written(false), "false");
  EXPECT_EQ(written(nullptr), "null");
  EXPECT_EQ(written(std::optional<std::string>{}), "null");
  EXPECT_EQ(written(std::optional<std::string>{"x"}), R"("x")");
  EXPECT_EQ(written(std::optional<int>{0}), "0");
}

TEST(JsonWriter, SetsCommasBetweenMembersAndElementsOnly) {
  JsonWriter json;
  json.begin_object().field("a", 1).key("list").begin_array();
  json.begin_object().end_object().value(2).begin_array().end_array().raw("{\"raw\":true}");
  json.end_array().field("b", "x").key("o").begin_object().field("c", nullptr).end_object();
  json.field("last", false).end_object();
  EXPECT_EQ(json.text(),
            R"({"a":1,"list":[{},2,[],{"raw":true}],"b":"x","o":{"c":null},"last":false})");
}

TEST(JsonWriter, EscapesNamesToo) {
  JsonWriter json;
  EXPECT_EQ(json.begin_object().field("a\"b", 1).end_object().take(), R"({"a\"b":1})");
}

TEST(JsonWriter, NestsAsDeepAsItIsTold) {
  JsonWriter json;
  for (int i = 0; i < 1'000; ++i) json.begin_array();
  for (int i = 0; i < 1'000; ++i) json.end_array();
  EXPECT_EQ(json.take(), std::string(1'000, '[') + std::string(1'000, ']'));
}

}  // namespace stagedoor
