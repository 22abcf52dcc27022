// Accounts: signing up and in.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/accounts.h"
#include "support/exposition.h"

using namespace stagedoor::testing;

namespace {

std::string letters(std::size_t count, const std::string& letter = "a") {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += letter;
  return text;
}

double metric(const std::string& name) {
  return Exposition::parse(send({.path = "/metrics"}).body).sum(name);
}

std::string users() { return Installation::shared().query_value("SELECT COUNT(*) FROM users"); }

}  // namespace

TEST(SigningUp, AnswersTheUserAndAToken) {
  const std::string email = new_email();
  const Response response = sign_up(email);
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  const Json user = response.json();
  EXPECT_TRUE(is_uuid(user["user_id"].text()));
  EXPECT_EQ(user["name"].text(), "Some One");
  EXPECT_TRUE(is_time(user["expires_at"].text()));
  EXPECT_GT(user["expires_at"].text(), time_from_now(std::chrono::hours(1)));
  EXPECT_NE(response.header("Cache-Control").find("no-store"), std::string::npos) << response;
}

TEST(SigningUp, GivesATokenOfAUserNotOfAnAdmin) {
  const std::string token = sign_up(new_email()).json()["access_token"].text();
  expect_problem(post("/admin/concerts", to_json(NewConcert{}), {bearer(token)}), 403, "forbidden");
}

TEST(SigningUp, RefusesATakenEmailInAnyCase) {
  ASSERT_EQ(sign_up("Taken@Example.org").status, 201);
  const std::string before = users();
  for (const char* email : {"Taken@Example.org", "taken@example.org", "TAKEN@EXAMPLE.ORG"}) {
    expect_problem(sign_up(email), 409, "email_taken");
  }
  EXPECT_EQ(users(), before);
}

TEST(SigningUp, LetsExactlyOneOfManyHaveAnEmail) {
  const auto statuses = parallel(8, 8, [](std::size_t call) {
    return sign_up(call % 2 == 0 ? "wanted@example.org" : "WANTED@example.org").status;
  });
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 201), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7);
}

TEST(SigningUp, TakesNamesAndPasswordsUpToTheirLimits) {
  EXPECT_EQ(post("/users", sign_up_body("x", new_email(), letters(9) + "b")).status, 201);
  EXPECT_EQ(post("/users", sign_up_body(letters(100), new_email(), letters(128))).status, 201);
  const std::string domain = "@" + letters(60) + "." + letters(60) + "." + letters(60) + ".org";
  const std::string longest = letters(254 - domain.size() - 1) + "b" + domain;
  // The local part may have 64 octets by RFC 5321; the contract only limits the whole.
  const Response response = post("/users", sign_up_body("x", longest, kPassword));
  EXPECT_EQ(response.status, 201) << response;
}

TEST(SigningUp, CountsCharactersNotBytes) {
  EXPECT_EQ(post("/users", sign_up_body(letters(100, "김"), new_email(), kPassword)).status, 201);
  expect_invalid(post("/users", sign_up_body(letters(101, "김"), new_email(), kPassword)),
                 {"name"});
  const Response response = post("/users", sign_up_body("🎸 Ünïcødé", new_email(), kPassword));
  EXPECT_EQ(response.json()["name"].text(), "🎸 Ünïcødé") << response;
}

TEST(SigningUp, RefusesWhatIsTooShortOrTooLong) {
  const std::string email = "free@example.org";
  const std::string before = users();
  expect_invalid(post("/users", sign_up_body("", email, kPassword)), {"name"});
  expect_invalid(post("/users", sign_up_body(letters(101), email, kPassword)), {"name"});
  expect_invalid(post("/users", sign_up_body("x", email, letters(9))), {"password"});
  expect_invalid(post("/users", sign_up_body("x", email, letters(129))), {"password"});
  expect_invalid(post("/users", sign_up_body("x", letters(243) + "@example.org", kPassword)),
                 {"email"});
  for (const char* address : {"", "x", "@", "x@", "@example.org", "a b@example.org", "a@@b"}) {
    SCOPED_TRACE(address);
    expect_invalid(post("/users", sign_up_body("x", address, kPassword)), {"email"});
  }
  EXPECT_EQ(users(), before);
}

TEST(SigningUp, NamesEveryBadFieldAtOnce) {
  expect_invalid(post("/users", "{}"), {"name", "email", "password"});
  expect_invalid(post("/users", R"({"name":1,"email":true,"password":null})"),
                 {"name", "email", "password"});
  expect_invalid(post("/users", R"({"name":"","email":"x","password":"x","role":"admin"})"),
                 {"name", "email", "password", "role"});
}

TEST(SigningUp, RefusesUnknownFields) {
  for (const char* field : {"role", "user_id", "balance", "Name", "is_admin"}) {
    SCOPED_TRACE(field);
    std::string body = sign_up_body("x", new_email(), kPassword);
    body.insert(1, json_text(field) + ":\"admin\",");
    expect_invalid(post("/users", body), {field});
  }
}

TEST(SigningUp, KeepsNoPasswordInTheClear) {
  ASSERT_EQ(sign_up(new_email(), "a very secret word").status, 201);
  for (const Row& row : Installation::shared().query("SELECT * FROM users")) {
    for (const std::string& value : row) EXPECT_EQ(value.find("very secret"), std::string::npos);
  }
  for (const char* name : {"sign_up.log", "nginx.access.log", "nginx.error.log"}) {
    EXPECT_EQ(Installation::shared().log(name).find("very secret"), std::string::npos) << name;
  }
}

TEST(SigningIn, AnswersTheUserAndAToken) {
  const std::string email = new_email();
  const Json user = sign_up(email).json();
  const Response response = sign_in(email);
  ASSERT_EQ(response.status, 201) << response;
  EXPECT_EQ(response.json()["user_id"].text(), user["user_id"].text());
  EXPECT_TRUE(is_time(response.json()["expires_at"].text()));
  const Header token = bearer(response.json()["access_token"].text());
  expect_problem(post("/admin/concerts", "{}", {token}), 403, "forbidden");
}

TEST(SigningIn, DoesNotCareForTheCaseOfTheEmail) {
  ASSERT_EQ(sign_up("MixedCase@Example.org").status, 201);
  for (const char* email : {"mixedcase@example.org", "MIXEDCASE@EXAMPLE.ORG"}) {
    EXPECT_EQ(sign_in(email).status, 201) << email;
  }
}

TEST(SigningIn, AnswersTheSameForAWrongPasswordAndAnUnknownEmail) {
  const std::string email = new_email();
  ASSERT_EQ(sign_up(email).status, 201);
  const Response wrong = sign_in(email, "wrong password");
  const Response unknown = sign_in("nobody@example.org", "wrong password");
  expect_problem(wrong, 401, "bad_credentials");
  expect_problem(unknown, 401, "bad_credentials");
  for (const std::string& member : wrong.json().names()) {
    if (member == "request_id") continue;
    EXPECT_EQ(wrong.json()[member], unknown.json()[member]) << member;
  }
}

// Nearly all that a sign-in costs is the comparison with a hash: it is counted, as time would tell
// more of what else the machine does.
TEST(SigningIn, CostsTheSameForAWrongPasswordAndAnUnknownEmail) {
  const std::string email = new_email();
  ASSERT_EQ(sign_up(email).status, 201);
  const auto checks_of = [](const std::string& address) {
    const double before = metric("stagedoor_password_checks_total");
    expect_problem(sign_in(address, "wrong password"), 401, "bad_credentials");
    return metric("stagedoor_password_checks_total") - before;
  };
  EXPECT_EQ(checks_of(email), 1);
  EXPECT_EQ(checks_of("nobody@example.org"), 1);
}

TEST(SigningIn, IsNotOpenToPasswordsThatOnlyBeginRight) {
  const std::string email = new_email();
  ASSERT_EQ(sign_up(email, letters(128)).status, 201);
  expect_problem(sign_in(email, letters(127)), 401, "bad_credentials");
  expect_problem(sign_in(email, letters(127) + "b"), 401, "bad_credentials");
  EXPECT_EQ(sign_in(email, letters(128)).status, 201);
}

TEST(SigningIn, RefusesWrongMissingAndUnknownFields) {
  expect_invalid(post("/sessions", "{}"), {"email", "password"});
  expect_invalid(post("/sessions", R"({"email":5,"password":["x"]})"), {"email", "password"});
  expect_invalid(post("/sessions", R"({"email":"a@b.org","password":"0123456789","role":"admin"})"),
                 {"role"});
}
