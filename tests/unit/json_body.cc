#include "http/json_body.h"

#include <gtest/gtest.h>

#include "unit/request.h"

namespace stagedoor::http {
namespace {

constexpr std::size_t kBodyBytesMax = 16 * 1024;

using Fields = std::vector<std::string>;
using Reader = std::function<void(JsonObject&)>;

Fields fields_of(const std::vector<FieldError>& errors) {
  Fields fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  return fields;
}

// The refused fields in the order in which they were noted; none when the body passes.
Fields refused_fields(const std::string& text, const Reader& read) {
  auto body = JsonBody::parse(json_request(text));
  if (!body) return {"parse"};
  read(body->root());
  const auto checked = body->check();
  if (checked) return {};
  EXPECT_EQ(checked.error().refusal, Refusal::kValidationFailed);
  for (const FieldError& error : checked.error().errors) EXPECT_NE(error.detail, "");
  return fields_of(checked.error().errors);
}

std::optional<Refusal> refusal_of(const Request& request) {
  const auto body = JsonBody::parse(request);
  return body ? std::optional<Refusal>{} : body.error().refusal;
}

std::optional<std::int64_t> integer_of(const std::string& number, Range range) {
  auto body = JsonBody::parse(json_request("{\"n\":" + number + "}"));
  if (!body) return std::nullopt;
  const std::int64_t value = body->root().integer("n", range);
  if (!body->check()) return std::nullopt;
  return value;
}

constexpr Range kAny{std::numeric_limits<std::int64_t>::min(),
                     std::numeric_limits<std::int64_t>::max()};

}  // namespace

TEST(JsonBody, ReadsEveryKindOfField) {
  auto body = JsonBody::parse(json_request(
      R"({"text":"\uc11c\uc6b8","number":1000000000000000,"time":"2026-11-22T04:30:00+09:00",)"
      R"("id":"0190163d-8694-739b-aea5-966c26f8ad91","list":[3,1,2],"objects":[{"n":1},{"n":2}],)"
      R"("null":null})"));
  ASSERT_TRUE(body);
  JsonObject& root = body->root();
  EXPECT_EQ(root.text("text", {2, 2}), "\xec\x84\x9c\xec\x9a\xb8");
  EXPECT_EQ(root.integer("number", kAny), 1'000'000'000'000'000);
  EXPECT_EQ(to_rfc3339(root.time("time")), "2026-11-21T19:30:00.000Z");
  EXPECT_EQ(root.id<UserId>("id").text(), "0190163d-8694-739b-aea5-966c26f8ad91");
  EXPECT_EQ(root.optional_integers("list", {1, 3}), (std::vector<std::int64_t>{3, 1, 2}));
  std::int64_t sum = 0;
  for (JsonObject& object : root.objects("objects", {1, 2})) sum += object.integer("n", {1, 9});
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(root.has("null"));
  EXPECT_FALSE(root.has("nothing"));
  EXPECT_EQ(root.optional_text("null", {1, 9}), std::nullopt);
  EXPECT_EQ(root.optional_integer("null", {1, 9}), std::nullopt);
  EXPECT_EQ(root.optional_time("null"), std::nullopt);
  EXPECT_EQ(root.optional_integers("nothing", {1, 9}), std::nullopt);
  EXPECT_FALSE(root.optional_objects("nothing", {1, 9}));
  EXPECT_TRUE(body->check());
}

TEST(JsonBody, NamesEveryBadFieldAtOnce) {
  const Fields fields = refused_fields(
      R"({"short":"","long":"abcd","wrong":7,"nul":"a\u0000b","small":0,"large":11,"half":1.5,)"
      R"("text":"5","when":"soon","id":"x","unknown":1})",
      [](JsonObject& root) {
        root.text("short", {1, 3});
        root.text("long", {1, 3});
        root.text("wrong", {1, 3});
        root.text("nul", {1, 9});
        root.text("missing_text", {1, 9});
        root.integer("small", {1, 10});
        root.integer("large", {1, 10});
        root.integer("half", {1, 10});
        root.integer("text", {1, 10});
        root.integer("missing_number", {1, 10});
        root.time("when");
        root.time("missing_time");
        root.objects("missing_objects", {1, 2});
      });
  EXPECT_EQ(fields, (Fields{"short", "long", "wrong", "nul", "missing_text", "small", "large",
                            "half", "text", "missing_number", "when", "missing_time",
                            "missing_objects", "id", "unknown"}));
}

TEST(JsonBody, TakesOnlyTheExactIntegerThatIsAskedFor) {
  EXPECT_EQ(integer_of("0", kAny), 0);
  EXPECT_EQ(integer_of("-0", kAny), 0);
  EXPECT_EQ(integer_of("9007199254740993", kAny), 9'007'199'254'740'993) << "2^53 + 1";
  EXPECT_EQ(integer_of("9223372036854775807", kAny), 9'223'372'036'854'775'807);
  EXPECT_EQ(integer_of("-9223372036854775808", kAny), std::numeric_limits<std::int64_t>::min());
  const char* const refused[] = {"1.0",   "1e3",    "1E0",
                                 "0.1",   "1.5",    "9223372036854775808",
                                 "1e400", "-1e400", "1000000000000000000000000000000",
                                 "\"1\"", "true",   "null",
                                 "[1]",   "{}"};
  for (const char* number : refused) EXPECT_EQ(integer_of(number, kAny), std::nullopt) << number;
}

TEST(JsonBody, MindsBothEndsOfARange) {
  EXPECT_EQ(integer_of("1", {1, 10}), 1);
  EXPECT_EQ(integer_of("10", {1, 10}), 10);
  EXPECT_EQ(integer_of("0", {1, 10}), std::nullopt);
  EXPECT_EQ(integer_of("11", {1, 10}), std::nullopt);
  EXPECT_EQ(integer_of("-1", {1, 10}), std::nullopt);
}

TEST(JsonBody, NamesANumberThatIsTooLongForItsParser) {
  for (const std::size_t digits : {62U, 63U, 64U, 65U, 400U, 10'000U}) {
    const std::string text = "{\"a\":" + std::string(digits, '9') + ",\"b\":2}";
    std::int64_t b = 0;
    EXPECT_EQ(refused_fields(text,
                             [&](JsonObject& root) {
                               root.integer("a", kAny);
                               b = root.integer("b", kAny);
                             }),
              Fields{"a"})
        << digits;
    EXPECT_EQ(b, 2);
  }
}

TEST(JsonBody, RefusesANulInAnyString) {
  EXPECT_EQ(refused_fields(R"({"t":"a\u0000"})",
                           [](JsonObject& root) {
                             root.text("t", {0, 9});
                           }),
            Fields{"t"});
  EXPECT_EQ(refused_fields(R"({"t":"2026-11-21T19:30:00Z\u0000"})",
                           [](JsonObject& root) { root.time("t"); }),
            Fields{"t"});
  EXPECT_EQ(refused_fields(R"({"t":"0190163d-8694-739b-aea5-966c26f8ad91\u0000"})",
                           [](JsonObject& root) { root.id<UserId>("t"); })
                .front(),
            "t");
}

TEST(JsonBody, DoesNotTakeANameWithANulForTheNameBeforeIt) {
  const auto read = [](JsonObject& root) { root.integer("n", kAny); };
  EXPECT_NE(refused_fields(R"({"n\u0000":1})", read), Fields{});
  EXPECT_NE(refused_fields(R"({"n":1,"n\u0000":2})", read), Fields{});
  EXPECT_NE(refused_fields(R"({"n\u0000x":2,"n":1})", read), Fields{});
}

TEST(JsonBody, RefusesAFieldThatIsThereTwice) {
  const auto read = [](JsonObject& root) { root.integer("n", kAny); };
  EXPECT_EQ(refused_fields(R"({"n":1,"n":1})", read), Fields{"n"});
  EXPECT_EQ(refused_fields(R"({"n":1,"n":"x"})", read), Fields{"n"});
  EXPECT_EQ(refused_fields(R"({"n":1,"\u006e":2})", read), Fields{"n"});
}

TEST(JsonBody, TellsNamesApartByCase) {
  EXPECT_EQ(refused_fields(R"({"N":1})", [](JsonObject& root) { root.integer("n", kAny); }),
            (Fields{"n", "N"}));
}

TEST(JsonBody, NamesNestedFieldsByTheirPath) {
  const Fields fields =
      refused_fields(R"({"dates":[{"seats":[{"from":1},{"from":"x"}],"extra":1},7,)"
                     R"({"seats":[{"from":1,"from":2}]}]})",
                     [](JsonObject& root) {
                       for (JsonObject& date : root.objects("dates", {1, 9})) {
                         auto ranges = date.optional_objects("seats", {1, 9});
                         for (JsonObject& range : *ranges) range.integer("from", {1, 9});
                         date.fail("starts_at", "is never right here");
                       }
                     });
  EXPECT_EQ(fields, (Fields{"dates[1]", "dates[0].seats[1].from", "dates[0].starts_at",
                            "dates[2].starts_at", "dates[0].extra", "dates[2].seats[0].from"}));
}

TEST(JsonBody, NamesTheBadElementsOfAList) {
  EXPECT_EQ(refused_fields(R"({"seats":[1,"2",0,4.5,null,{},101,100]})",
                           [](JsonObject& root) {
                             root.optional_integers("seats", {1, 100});
                           }),
            (Fields{"seats[1]", "seats[2]", "seats[3]", "seats[4]", "seats[5]", "seats[6]"}));
}

// What is inside of a value of the wrong kind was never asked for: the value itself is named.
TEST(JsonBody, NamesAFieldOfTheWrongTypeAndNotWhatIsInsideOfIt) {
  const auto read = [](JsonObject& root) {
    root.optional_text("text", {1, 9});
    root.optional_integer("number", {1, 9});
    root.optional_time("time");
    root.optional_objects("objects", {1, 2});
    root.optional_integers("numbers", {1, 9});
  };
  for (const char* field : {"text", "number", "time", "objects", "numbers"}) {
    for (const char* value : {R"({"a":1})", R"({"a":1,"a":2})", R"([[{"a":1}]])", "true"}) {
      const std::string body = std::string("{\"") + field + "\":" + value + "}";
      const Fields fields = refused_fields(body, read);
      ASSERT_EQ(fields.size(), 1U) << body;
      EXPECT_EQ(fields.front().substr(0, fields.front().find('[')), field);
    }
  }
  EXPECT_EQ(refused_fields(R"({"objects":[{"a":1},{"a":1},{"a":1}]})", read), Fields{"objects"});
}

TEST(JsonBody, RefusesWhatIsNotStrictJson) {
  const char* const cases[] = {
      "",
      " ",
      "{",
      "}",
      "{]",
      "{\"a\":1",
      "{\"a\":1,}",
      "{\"a\" 1}",
      "{a:1}",
      "{'a':1}",
      "{\"a\":01}",
      "{\"a\":+1}",
      "{\"a\":.5}",
      "{\"a\":1.}",
      "{\"a\":NaN}",
      "{\"a\":Infinity}",
      "{\"a\":TRUE}",
      "{\"a\":nul}",
      "{\"a\":truefalse}",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\\ud800\"}",         // half of a pair
      "{\"a\":\"\\udc00\\ud800\"}",  // the wrong way round
      "{\"a\":\"\xff\"}",
      "{\"a\":\"\n\"}",
      "{} {}",
      "{}x",
      "{}\v",
      "/* */{}",
      "{\"a\":[1,2}",
      "{\"a\":[1 2]}",
      "{\"a\":[,]}",
  };
  for (const char* text : cases) {
    EXPECT_EQ(refusal_of(json_request(text)), Refusal::kMalformedJson) << text;
  }
  EXPECT_EQ(refusal_of(json_request(std::string("{}\0{}", 5))), Refusal::kMalformedJson);
  EXPECT_EQ(refusal_of(json_request(std::string("{}\0", 3))), Refusal::kMalformedJson);
}

TEST(JsonBody, RefusesNestingWithoutEnd) {
  const std::string deep = std::string(5'000, '[') + std::string(5'000, ']');
  EXPECT_EQ(refusal_of(json_request("{\"a\":" + deep + "}")), Refusal::kMalformedJson);
  EXPECT_EQ(refusal_of(json_request(std::string(10'000, '['))), Refusal::kMalformedJson);
}

TEST(JsonBody, RefusesJsonThatIsNoObject) {
  for (const char* text : {"[]", "1", "\"text\"", "null", "true", "[{}]"}) {
    EXPECT_EQ(refusal_of(json_request(text)), Refusal::kValidationFailed) << text;
  }
}

TEST(JsonBody, TakesOnlyJsonAsContentType) {
  const struct {
    const char* content_type;
    bool accepted;
  } cases[] = {
      {"application/json", true},
      {"Application/JSON", true},
      {"application/json; charset=utf-8", true},
      {"application/json;charset=UTF-8", true},
      {"application/json ", true},
      {"", false},
      {"text/plain", false},
      {"application/jsonp", false},
      {"application/json,text/plain", false},
      {"application/problem+json", false},
      {"application/x-www-form-urlencoded", false},
      {"multipart/form-data; boundary=application/json", false},
      {" application/json", false},
  };
  for (const auto& [content_type, accepted] : cases) {
    const auto refusal = refusal_of(request_with({{"CONTENT_TYPE", content_type}}, "{}"));
    EXPECT_EQ(refusal, accepted ? std::optional<Refusal>{} : Refusal::kUnsupportedMediaType)
        << content_type;
  }
  EXPECT_EQ(refusal_of(request_with({}, "{}")), Refusal::kUnsupportedMediaType);
}

TEST(JsonBody, TakesSixteenKibibytesAndNotOneByteMore) {
  const auto body_of = [](std::size_t bytes) { return "{" + std::string(bytes - 2, ' ') + "}"; };
  EXPECT_EQ(refusal_of(json_request(body_of(kBodyBytesMax))), std::nullopt);
  EXPECT_EQ(refusal_of(json_request(body_of(kBodyBytesMax + 1))), Refusal::kBodyTooLarge);
}

TEST(JsonBody, IsNotNeededWhereACallHasNone) {
  EXPECT_TRUE(JsonBody::expect_none(request_with({})));
  EXPECT_TRUE(JsonBody::expect_none(json_request("{}")));
  EXPECT_TRUE(JsonBody::expect_none(json_request(" { } ")));
  const auto refused = JsonBody::expect_none(json_request(R"({"a":1})"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(fields_of(refused.error().errors), Fields{"a"});
  EXPECT_FALSE(JsonBody::expect_none(json_request("x")));
  EXPECT_FALSE(JsonBody::expect_none(request_with({}, "{}")));
}

TEST(CanonicalJson, IsTheSameForTheSameParsedJson) {
  const auto canonical = [](const std::string& text) {
    return JsonBody::parse(json_request(text))->canonical();
  };
  const std::string plain = canonical(R"({"a":1,"b":{"c":[1,2],"d":"x"}})");
  EXPECT_EQ(canonical("{ \"a\" : 1,\r\n\t\"b\":{\"c\":[1, 2],\"d\":\"\\u0078\"}}"), plain);
  EXPECT_EQ(canonical(R"({"b":{"d":"x","c":[1,2]},"a":1})"), plain) << "members have no order";
  for (const char* other : {
           R"({"a":2,"b":{"c":[1,2],"d":"x"}})",
           R"({"a":1,"b":{"c":[2,1],"d":"x"}})",
           R"({"a":1,"b":{"c":[1,2],"d":"X"}})",
           R"({"a":"1","b":{"c":[1,2],"d":"x"}})",
           R"({"a":1,"b":{"c":[1,2],"d":"x"},"e":null})",
       }) {
    EXPECT_NE(canonical(other), plain) << other;
  }
}

TEST(CanonicalJson, TellsLargeIntegersApart) {
  const auto canonical = [](const std::string& text) {
    return JsonBody::parse(json_request(text))->canonical();
  };
  EXPECT_NE(canonical(R"({"a":9007199254740992})"), canonical(R"({"a":9007199254740993})"));
  EXPECT_EQ(canonical(R"({"a":1000000000000000})"), R"({"a":1000000000000000})");
}

}  // namespace stagedoor::http
