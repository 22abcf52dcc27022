// Bad input never yields 5xx, kills nothing and changes nothing.
#include <gtest/gtest.h>

#include <functional>

#include "support/slowness.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

struct Call {
  std::string method;
  std::string path;
  std::string sound;  // a body that is right but for what a test does to it; its first member is a
                      // text, its last an integer or a text
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::vector<Call> calls() {
  static const Json concert = create_concert();
  const std::string path = "/admin" + concert_path(concert);
  return {
      {"POST", "/users", R"({"name":"x","email":"mal@example.org","password":"a quiet evening"})"},
      {"POST", "/sessions", R"({"email":"mal@example.org","password":"a quiet evening"})"},
      {"POST", "/admin/concerts",
       R"({"title":"t","artist":"a","venue":"v","dates":[{"starts_at":"2090-01-01T12:00:00Z"}],)"
       R"("max_active":5})"},
      {"POST", path + "/dates", R"({"starts_at":"2090-01-01T12:00:00Z"})"},
      {"PATCH", path, R"({"sale_opens_at":"2020-01-01T12:00:00Z","max_active":5})"}};
}

Response call_with(const Call& call, const std::string& body) {
  return send({call.method,
               "/api/v1" + call.path,
               {{"Content-Type", "application/json"}, bearer(admin_token())},
               body});
}

// The sound body with one more member in front.
std::string with_member(const Call& call, const std::string& member) {
  return "{" + member + "," + call.sound.substr(1);
}

// The sound body with `value` instead of its first member's.
std::string with_first_value(const Call& call, const std::string& value) {
  const std::size_t colon = call.sound.find(':');
  const std::size_t end = call.sound.find_first_of(",}", call.sound.find('"', colon + 2));
  return call.sound.substr(0, colon + 1) + value + call.sound.substr(end);
}

// Runs `attack` on every call that takes a body; afterwards the same processes live and nothing was
// written.
void on_every_call(const std::function<void(const Call&)>& attack) {
  Installation& installation = Installation::shared();
  const std::vector<Call> all = calls();
  admin_token();
  const auto processes = installation.processes();
  const auto rows = installation.row_counts();
  for (const Call& call : all) {
    SCOPED_TRACE(call.method + " " + call.path);
    attack(call);
  }
  EXPECT_EQ(installation.processes(), processes);
  EXPECT_EQ(installation.row_counts(), rows);
}

void expect_malformed(const std::vector<std::string>& bodies) {
  on_every_call([&](const Call& call) {
    for (const std::string& body : bodies) {
      SCOPED_TRACE(body.substr(0, 80));
      expect_problem(call_with(call, body), 400, "malformed_json");
    }
  });
}

void expect_client_error(const Response& response) {
  EXPECT_TRUE(response.status == 400 || response.status == 422) << response;
  EXPECT_EQ(response.header("Content-Type"), "application/problem+json") << response;
}

}  // namespace

TEST(ABodyThatIsNotJson, IsMalformed) {
  expect_malformed({"{",
                    "}",
                    "{\"",
                    "{\"name\"",
                    "{\"name\":",
                    "{\"name\":}",
                    "{\"name\":1,}",
                    "{name:1}",
                    "{'name':'x'}",
                    "nonsense",
                    "{} {}",
                    "{}x",
                    "{},",
                    "[1,]",
                    "[",
                    "\"",
                    "nul",
                    "True",
                    "NaN",
                    "{\"name\":NaN}",
                    "{\"name\":Infinity}",
                    "{\"name\":-}",
                    "{\"name\":.5}",
                    "{\"name\":+1}",
                    "{\"name\":0x10}",
                    "{\"name\":01}",
                    "{\"name\":1.}",
                    "{\"name\":1e}",
                    "/* c */ {}",
                    "{} // c",
                    "{\"name\":\"x}",
                    "{\"name\":\"\\x\"}",
                    "{\"name\":\"\\u12\"}",
                    "{\"name\":\"a\nb\"}",
                    "<xml/>",
                    "name=x&email=y"});
}

TEST(ABodyThatIsNotUtf8, IsRefused) {
  on_every_call([](const Call& call) {
    for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                              "\xe2\x82", "\x80", "\xf8\x88\x80\x80\x80", "a\xffz"}) {
      expect_client_error(
          call_with(call, with_first_value(call, "\"" + std::string(bytes) + "\"")));
      expect_client_error(call_with(call, with_member(call, "\"" + std::string(bytes) + "\":1")));
      expect_client_error(call_with(call, bytes));
    }
    expect_client_error(call_with(call, with_first_value(call, R"("\ud800")")));
    expect_client_error(call_with(call, with_first_value(call, R"("\udc00\ud800")")));
  });
}

TEST(ANulByte, IsRefusedRawAndEscaped) {
  const std::string nul(1, '\0');
  on_every_call([&](const Call& call) {
    expect_client_error(call_with(call, nul));
    expect_client_error(call_with(call, call.sound + nul));
    expect_client_error(call_with(call, call.sound + nul + "{}"));
    expect_client_error(call_with(call, nul + call.sound));
    expect_client_error(call_with(call, with_first_value(call, "\"a" + nul + "b\"")));
    expect_client_error(call_with(call, with_first_value(call, R"("a\u0000b")")));
    expect_client_error(call_with(call, with_first_value(call, R"("\u0000")")));
    expect_client_error(call_with(call, with_member(call, R"("x\u0000y":1)")));
    const std::size_t name_end = call.sound.find('"', 2);
    std::string hidden = call.sound;
    hidden.insert(name_end, "\\u0000");
    expect_client_error(call_with(call, hidden));
  });
}

TEST(ABodyOfAnotherShape, IsRefused) {
  on_every_call([](const Call& call) {
    for (const char* body : {"[]", "null", "true", "0", "\"text\"", "[{}]", "1e3", "1.5",
                             "9007199254740992", "9223372036854775808", "\"100\""}) {
      SCOPED_TRACE(body);
      expect_client_error(call_with(call, body));
    }
    for (const char* body : {"", " ", "\n\t\r "}) {
      SCOPED_TRACE("white space");
      expect_client_error(call_with(call, body));
    }
  });
}

TEST(AValueOfAWrongType, IsRefused) {
  on_every_call([](const Call& call) {
    for (const char* value :
         {"1e3", "1.5", "9007199254740992", "9223372036854775808", "true", "false", "[]", "{}",
          "[\"x\"]", "{\"x\":1}", "-1", "1e400", "-1e400", "1e-400"}) {
      SCOPED_TRACE(value);
      expect_client_error(call_with(call, with_first_value(call, value)));
    }
    expect_client_error(call_with(call, with_first_value(call, repeated("9", 10'000))));
    expect_client_error(
        call_with(call, with_first_value(call, "0." + repeated("0", 10'000) + "1")));
  });
}

TEST(DeepNesting, IsRefusedWithinTheBodyLimit) {
  for (const std::size_t depth : {100U, 1'000U, 5'000U, 8'000U}) {
    const std::string deep = repeated("[", depth) + repeated("]", depth);
    const std::string objects = repeated("{\"a\":", depth / 4) + "1" + repeated("}", depth / 4);
    on_every_call([&](const Call& call) {
      expect_client_error(call_with(call, deep));
      expect_client_error(call_with(call, objects));
      expect_client_error(call_with(call, with_first_value(call, deep)));
      expect_client_error(call_with(call, with_member(call, "\"x\":" + deep)));
      expect_client_error(call_with(call, with_member(call, "\"x\":" + objects)));
    });
  }
  expect_malformed({repeated("[", 10'000), repeated("{\"a\":", 3'000), repeated("[{\"a\":", 2'000),
                    repeated("]", 10'000)});
}

TEST(DeepNesting, OfTenThousandLevelsIsTooLarge) {
  on_every_call([](const Call& call) {
    expect_problem(call_with(call, repeated("[", 10'000) + repeated("]", 10'000)), 413,
                   "body_too_large");
  });
}

TEST(ADuplicateKey, IsRefused) {
  on_every_call([](const Call& call) {
    const std::string first =
        call.sound.substr(1, call.sound.find(',') == std::string::npos ? call.sound.size() - 2
                                                                       : call.sound.find(',') - 1);
    expect_client_error(call_with(call, with_member(call, first)));
    const std::string name = first.substr(0, first.find(':'));
    expect_client_error(call_with(call, with_member(call, name + ":\"other\"")));
  });
  expect_client_error(call_with(calls()[2],
                                R"({"title":"t","artist":"a","venue":"v","dates":[{"starts_at":)"
                                R"("2090-01-01T12:00:00Z","starts_at":"2091-01-01T12:00:00Z"}]})"));
}

TEST(AHugeBody, IsRefused) {
  on_every_call([](const Call& call) {
    expect_problem(call_with(call, repeated("x", 1024 * 1024)), 413, "body_too_large");
    expect_problem(
        call_with(call, with_first_value(call, "\"" + repeated("x", 1024 * 1024) + "\"")), 413,
        "body_too_large");
    expect_client_error(
        call_with(call, with_first_value(call, "\"" + repeated("x", 15'000) + "\"")));
  });
}

TEST(ManyMembers, AreRefusedQuickly) {
  std::string members;
  for (int i = 0; i < 1'200; ++i) members += "\"f" + std::to_string(i) + "\":1,";
  members.pop_back();
  const Slowness slowness;
  on_every_call([&](const Call& call) {
    const Response response = call_with(call, with_member(call, members));
    expect_client_error(response);
    EXPECT_LT(response.seconds, slowness.factor());
  });
}

TEST(ABodyCutShort, HarmsNobody) {
  const int port = Installation::shared().port();
  on_every_call([&](const Call& call) {
    const std::string head = call.method + " /api/v1" + call.path +
                             " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                             "Content-Type: application/json\r\nAuthorization: Bearer " +
                             admin_token() + "\r\n";
    const std::string cut = call.sound.substr(0, call.sound.size() / 2);
    const Response honest =
        send_raw(port, head + "Content-Length: " + std::to_string(cut.size()) + "\r\n\r\n" + cut);
    EXPECT_EQ(honest.status, 400) << honest;
  });
  EXPECT_EQ(get("/concerts").status, 200);
}
