// Who a client is, and what it cannot make itself.
#include <gtest/gtest.h>

#include <ctime>

#include "support/jwt.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

constexpr const char* kHs256 = R"({"alg":"HS256","typ":"JWT"})";
constexpr const char* kSubject = "0190b7c2-0000-7000-8000-000000000001";

std::string installation_key() { return Installation::shared().secret("access_token_key"); }

std::string in_seconds(std::int64_t seconds) {
  return std::to_string(std::time(nullptr) + seconds);
}

std::string claims(const std::string& more) {
  return R"({"sub":")" + std::string(kSubject) + R"(","role":"admin")" + more + "}";
}

std::string good_claims() { return claims(",\"exp\":" + in_seconds(3600)); }

// A call that every admin may make, and that tells whether the caller was taken for one.
Response admin_call(const Headers& headers) {
  static const Json concert = create_concert();
  return patch("/admin" + concert_path(concert), R"({"max_active":50})", headers);
}

Response with_token(const std::string& token) { return admin_call({bearer(token)}); }

void expect_refused(const std::string& token) {
  SCOPED_TRACE(token.substr(0, 300));
  const Response response = with_token(token);
  expect_problem(response, 401, "unauthenticated");
  EXPECT_TRUE(response.has_header("WWW-Authenticate"));
}

}  // namespace

TEST(AnAccessToken, MadeWithTheInstallationsKeyOpens) {
  EXPECT_EQ(with_token(sign_jwt(kHs256, good_claims(), installation_key())).status, 200);
  EXPECT_EQ(
      with_token(sign_jwt(R"({"alg":"HS256"})",
                          claims(",\"exp\":" + in_seconds(60) + ",\"nbf\":" + in_seconds(-60)),
                          installation_key()))
          .status,
      200);
}

TEST(AnAccessToken, OfAnotherAlgorithmIsRefused) {
  const std::string key = installation_key();
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"NONE","typ":"JWT"})",
        R"({"alg":"HS384"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({"alg":"ES256"})",
        R"({"alg":""})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"typ":"JWT"})", "{}",
        "[]"}) {
    expect_refused(sign_jwt(header, good_claims(), key));
    expect_refused(base64url(header) + "." + base64url(good_claims()) + ".");
    expect_refused(base64url(header) + "." + base64url(good_claims()));
  }
}

TEST(AnAccessToken, OfAnotherKeyIsRefused) {
  expect_refused(sign_jwt(kHs256, good_claims(), std::string(64, 'a')));
  expect_refused(sign_jwt(kHs256, good_claims(), ""));
  expect_refused(sign_jwt(kHs256, good_claims(), installation_key() + "\n"));
}

TEST(AnAccessToken, ThatWasChangedIsRefused) {
  const std::string user = new_user().token;
  const std::size_t first = user.find('.');
  const std::size_t last = user.rfind('.');
  expect_refused(user.substr(0, first + 1) + base64url(good_claims()) + user.substr(last));
  expect_refused(user.substr(0, last + 1));
  expect_refused(user.substr(0, user.size() - 1));
  expect_refused(user + "A");
  expect_refused(user + ".");
  expect_refused(user + "." + user);
  expect_refused("." + user);
  std::string flipped = user;
  flipped[last + 5] = flipped[last + 5] == 'A' ? 'B' : 'A';
  expect_refused(flipped);
}

TEST(AnAccessToken, OutsideItsTimeIsRefused) {
  const std::string key = installation_key();
  for (const std::string& more :
       {std::string(), ",\"exp\":" + in_seconds(-1), ",\"exp\":" + in_seconds(-86400),
        std::string(",\"exp\":0"), std::string(",\"exp\":-1"), std::string(",\"exp\":null"),
        ",\"exp\":\"" + in_seconds(3600) + "\"", std::string(",\"exp\":true"),
        std::string(",\"exp\":[]"), std::string(",\"exp\":{}"), std::string(",\"exp\":1e400"),
        ",\"exp\":" + in_seconds(3600) + ",\"nbf\":" + in_seconds(3600),
        ",\"exp\":" + in_seconds(3600) + ",\"nbf\":" + in_seconds(7200)}) {
    SCOPED_TRACE(more);
    expect_refused(sign_jwt(kHs256, claims(more), key));
  }
}

TEST(AnAccessToken, WithoutAProperSubjectIsRefused) {
  const std::string rest = R"(,"role":"admin","exp":)" + in_seconds(3600) + "}";
  for (const char* subject :
       {R"("sub":"")", R"("sub":"admin")", R"("sub":1)", R"("sub":null)", R"("sub":["x"])",
        R"("x":1)", R"("sub":"0190b7c2-0000-7000-8000-00000000000")",
        R"("sub":"0190b7c2-0000-7000-8000-000000000001' OR 1=1")",
        R"("sub":"0190b7c2-0000-7000-8000-000000000001\n")",
        R"("sub":"0190b7c2-0000-7000-8000-00000000000\u0000")"}) {
    expect_refused(sign_jwt(kHs256, "{" + std::string(subject) + rest, installation_key()));
  }
}

TEST(AnAccessToken, WithAnotherRoleIsNoAdmin) {
  const std::string rest = R"({"sub":")" + std::string(kSubject) + R"(","exp":)" + in_seconds(3600);
  for (const char* role : {"", R"(,"role":"root")", R"(,"role":"Admin")", R"(,"role":"admin ")",
                           R"(,"role":["admin"])", R"(,"role":true)", R"(,"role":"user,admin")",
                           R"(,"role":"admin\u0000x")", R"(,"role":null)"}) {
    SCOPED_TRACE(role);
    const Response response = with_token(sign_jwt(kHs256, rest + role + "}", installation_key()));
    EXPECT_TRUE(response.status == 401 || response.status == 403) << response;
  }
}

TEST(AnAccessToken, ThatIsGarbageIsRefused) {
  const std::string key = installation_key();
  for (const std::string& token :
       {std::string("x"), std::string("."), std::string(".."), std::string("a.b.c"),
        std::string("null"), std::string(3000, 'A'), std::string(1500, '.'),
        std::string("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"), sign_jwt(kHs256, "", key),
        sign_jwt(kHs256, "null", key), sign_jwt(kHs256, "[]", key), sign_jwt(kHs256, "{", key),
        sign_jwt("", good_claims(), key), sign_jwt("null", good_claims(), key),
        sign_jwt(kHs256, std::string(2000, '['), key), std::string("\xff\xfe.\xff.\xff")}) {
    expect_refused(token);
  }
}

TEST(TheAuthorizationHeader, MustBeABearerToken) {
  const std::string token = admin_token();
  for (const std::string& value : {std::string(), std::string("Bearer"), std::string("Bearer "),
                                   token, "Basic " + token, "Bearer" + token, "Token " + token,
                                   "Bearer " + token + " " + token, "Bearer " + token + ","}) {
    SCOPED_TRACE(value.substr(0, 20));
    expect_problem(admin_call({{"Authorization", value}}), 401, "unauthenticated");
  }
  EXPECT_EQ(admin_call({{"Authorization", "bearer " + token}}).status, 200);
}

TEST(TheAuthorizationHeader, TooLongForNginxIsStillTheClientsFault) {
  const Response response = admin_call({{"Authorization", "Bearer " + std::string(20'000, 'A')}});
  EXPECT_TRUE(response.status >= 400 && response.status < 500) << response;
}

TEST(InternalIdentityHeaders, GainNothing) {
  const User user = new_user();
  for (const char* name : {"STAGEDOOR-USER-ID",
                           "Stagedoor-User-Id",
                           "STAGEDOOR_USER_ID",
                           "Stagedoor-Role",
                           "STAGEDOOR-ROLE",
                           "STAGEDOOR_ROLE",
                           "Stagedoor-User-Role",
                           "Stagedoor_User_Role",
                           "X-Stagedoor-User-Id",
                           "X-Stagedoor-Role",
                           "X-User-Id",
                           "X-User-Role",
                           "X-Role",
                           "User-Id",
                           "Role",
                           "Remote-User",
                           "X-Remote-User",
                           "X-Forwarded-User",
                           "X-Auth-Role",
                           "HTTP-STAGEDOOR-ROLE",
                           "X-Original-URI",
                           "X-Original-Method",
                           "X-Rewrite-URL"}) {
    for (const char* value : {"admin", kSubject, "/api/v1/concerts"}) {
      SCOPED_TRACE(std::string(name) + ": " + value);
      expect_problem(admin_call({{name, value}}), 401, "unauthenticated");
      expect_problem(admin_call({{name, value}, bearer(user.token)}), 403, "forbidden");
    }
  }
}

TEST(InternalIdentityHeaders, GainNothingAllAtOnceEither) {
  const Headers forged = {{"Stagedoor-Role", "admin"},        {"Stagedoor-User-Id", kSubject},
                          {"Stagedoor_Role", "admin"},        {"Stagedoor_User_Id", kSubject},
                          {"STAGEDOOR-REQUEST-ID", "forged"}, {"X-User-Role", "admin"}};
  expect_problem(admin_call(forged), 401, "unauthenticated");
  EXPECT_NE(get("/concerts", forged).header("X-Request-Id"), "forged");
}

TEST(InternalParameters, InTheQueryGainNothing) {
  const User user = new_user();
  const Json concert = create_concert();
  for (const char* query :
       {"STAGEDOOR_ROLE=admin", "role=admin", "STAGEDOOR_USER_ID=x&role=admin"}) {
    SCOPED_TRACE(query);
    const std::string path = "/admin" + concert_path(concert) + "?" + query;
    expect_problem(patch(path, R"({"max_active":1})"), 401, "unauthenticated");
    expect_problem(patch(path, R"({"max_active":1})", as(user)), 403, "forbidden");
  }
  EXPECT_EQ(get(concert_path(concert)).json()["queue"]["max_active"].integer(), 100);
}

TEST(PathParts, ComeFromThePathOnly) {
  const Json mine = create_concert({.title = "asked for"});
  const Json other = create_concert({.title = "smuggled"});
  const std::string id = std::to_string(other["concert_id"].integer());
  for (const char* name : {"CONCERT_ID", "Concert-Id", "CONCERT-ID", "Concert_Id"}) {
    EXPECT_EQ(get(concert_path(mine), {{name, id}}).json()["title"].text(), "asked for") << name;
    EXPECT_EQ(get(concert_path(mine) + "?" + name + "=" + id).json()["title"].text(), "asked for");
  }
}
