// Conventions: every row, through nginx.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

constexpr std::size_t kBodyBytesMax = 16 * 1024;

std::string sign_in_body_of(std::size_t bytes) {
  const std::string body = R"({"email":"nobody@example.org","password":"not the password"})";
  return body + std::string(bytes - body.size(), ' ');
}

std::string chunked_post(std::size_t bytes) {
  std::string request =
      "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t sent = 0; sent < bytes; sent += 1024) {
    request += "400\r\n" + std::string(1024, ' ') + "\r\n";
  }
  return request + "0\r\n\r\n";
}

Response raw(const std::string& bytes) { return send_raw(Installation::shared().port(), bytes); }

}  // namespace

TEST(AnUnknownPath, IsNotFound) {
  for (const char* path :
       {"/nothing", "/api", "/api/v1", "/api/v1/", "/api/v2/concerts", "/api/v1/nothing",
        "/api/v1/concerts/1/nothing", "/api/v1/concerts/1/", "/api/v1/CONCERTS", "/favicon.ico"}) {
    SCOPED_TRACE(path);
    expect_problem(send({.path = path}), 404, "not_found");
  }
}

TEST(AnUnknownId, IsNotFoundWhateverItLooksLike) {
  for (const char* id : {"999999999", "0", "-1", "abc", "1.5", "1e3", "0x1", "+1", "%31%00",
                         "9007199254740993", "9223372036854775808", "18446744073709551617",
                         "1%20OR%201=1", "99999999999999999999999999999999999999"}) {
    SCOPED_TRACE(id);
    const Response concert = get("/concerts/" + std::string(id));
    if (concert.status == 400) continue;  // nginx refuses %00 in a path before any location sees it
    expect_problem(concert, 404, "not_found");
    expect_problem(get("/concerts/" + std::string(id) + "/dates"), 404, "not_found");
    expect_problem(patch("/admin/concerts/" + std::string(id), R"({"max_active":5})", as_admin()),
                   404, "not_found");
  }
}

TEST(AnInternalLocation, IsNotFound) {
  for (const char* path : {"/authorize", "/_authorize", "/internal/authorize", "/auth", "/_auth",
                           "/api/v1/authorize", "/internal", "/problem", "/_problem"}) {
    SCOPED_TRACE(path);
    expect_problem(send({.path = path}), 404, "not_found");
  }
}

TEST(AWrongMethod, IsRefusedWithTheAllowedOnes) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"POST", "/concerts", "GET, HEAD"},
      {"DELETE", "/concerts", "GET, HEAD"},
      {"OPTIONS", "/concerts", "GET, HEAD"},
      {"BREW", "/concerts", "GET, HEAD"},
      // nginx refuses it before it looks at the path.
      {"TRACE", "/concerts", "GET, HEAD, POST, PUT, PATCH, DELETE"},
      {"PUT", "/concerts/1", "GET, HEAD"},
      {"PATCH", "/concerts/1/dates", "GET, HEAD"},
      {"GET", "/users", "POST"},
      {"HEAD", "/sessions", "POST"},
      {"GET", "/sessions", "POST"},
      {"DELETE", "/sessions", "POST"},
      {"DELETE", "/admin/concerts", "POST"},
      {"GET", "/admin/concerts/1/dates", "POST"},
      {"PUT", "/admin/concerts/1", "PATCH"},
  };
  for (const auto& [method, path, allowed] : cases) {
    SCOPED_TRACE(method + " " + path);
    const Response response = send({method, "/api/v1" + path, as_admin(), ""});
    if (method == "HEAD") {
      EXPECT_EQ(response.status, 405);
    } else {
      expect_problem(response, 405, "method_not_allowed");
    }
    EXPECT_EQ(response.header("Allow"), allowed);
  }
}

TEST(ABody, MayHave16KiBButNotAByteMore) {
  expect_problem(post("/sessions", sign_in_body_of(kBodyBytesMax)), 401, "bad_credentials");
  expect_problem(post("/sessions", sign_in_body_of(kBodyBytesMax + 1)), 413, "body_too_large");
  expect_problem(post("/users", sign_in_body_of(kBodyBytesMax + 1)), 413, "body_too_large");
  expect_problem(post("/admin/concerts", sign_in_body_of(kBodyBytesMax + 1), as_admin()), 413,
                 "body_too_large");
  expect_problem(post("/users", std::string(1024 * 1024, 'x')), 413, "body_too_large");
}

TEST(ABody, IsCappedWithoutAContentLengthToo) {
  EXPECT_EQ(raw(chunked_post(1024 * 1024)).status, 413);
  EXPECT_EQ(raw(chunked_post(kBodyBytesMax + 1024)).status, 413);
}

TEST(ABody, IsReadWhenItComesInChunks) {
  const std::string body = R"({"email":"nobody@example.org","password":"not the password"})";
  const Response response =
      raw("POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
          "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
          std::string("3c\r\n") + body + "\r\n0\r\n\r\n");
  EXPECT_EQ(response.status, 401) << response;
}

TEST(ABody, MustBeCalledJson) {
  for (const char* type : {"text/plain", "application/jsonp", "application/x-www-form-urlencoded",
                           "multipart/form-data", "json", ""}) {
    SCOPED_TRACE(type);
    const Headers headers{{"Content-Type", type}};
    expect_problem(post("/users", "{}", headers), 415, "unsupported_media_type");
    expect_problem(post("/sessions", "{}", headers), 415, "unsupported_media_type");
    expect_problem(post("/admin/concerts", "{}", {headers[0], bearer(admin_token())}), 415,
                   "unsupported_media_type");
  }
}

TEST(ABody, MayBeCalledJsonInAnyValidSpelling) {
  for (const char* type : {"application/json", "Application/JSON",
                           "application/json; charset=utf-8", "application/json;charset=UTF-8"}) {
    SCOPED_TRACE(type);
    expect_problem(post("/sessions", sign_in_body_of(100), {{"Content-Type", type}}), 401,
                   "bad_credentials");
  }
}

TEST(TheRequestId, IsTheClientsOwnWhenWellFormed) {
  for (const std::string& id : {std::string("a"), std::string("A-1._z"), std::string(64, '9')}) {
    EXPECT_EQ(get("/concerts", {{"X-Request-Id", id}}).header("X-Request-Id"), id);
    EXPECT_EQ(get("/nothing", {{"X-Request-Id", id}}).json()["request_id"].text(), id);
    const Response refused = post("/admin/concerts", "{}", {{"X-Request-Id", id}});
    EXPECT_EQ(refused.json()["request_id"].text(), id);
  }
}

TEST(TheRequestId, IsMadeWhenThereIsNoneOrABadOne) {
  std::set<std::string> ids;
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a b"),
                                std::string("a/b"), std::string("\"><"), std::string("\xc3\xa9")}) {
    for (const char* path : {"/concerts", "/nothing", "/concerts/999999999"}) {
      const Response response = get(path, {{"X-Request-Id", id}});
      const std::string made = response.header("X-Request-Id");
      EXPECT_NE(made, id);
      EXPECT_EQ(made.find_first_not_of("0123456789abcdefABCDEF.-_ghijklmnopqrstuvwxyz"),
                std::string::npos);
      EXPECT_TRUE(!made.empty() && made.size() <= 64);
      EXPECT_EQ(response.headers.count("X-Request-Id"), 1U);
      EXPECT_TRUE(ids.insert(made).second) << made << " twice";
    }
  }
}

TEST(EveryAnswer, CarriesARequestIdAndSecurityHeaders) {
  for (const Request& request :
       {Request{.path = "/api/v1/concerts"}, Request{.path = "/api/v1/nothing"},
        Request{.path = "/healthz"}, Request{.path = "/readyz"},
        Request{"DELETE", "/api/v1/concerts", {}, ""},
        Request{"POST", "/api/v1/users", {}, std::string(1024 * 1024, 'x')},
        Request{"POST", "/api/v1/admin/concerts", {{"Content-Type", "application/json"}}, "{}"}}) {
    SCOPED_TRACE(request.method + " " + request.path);
    const Response response = send(request);
    EXPECT_TRUE(response.has_header("X-Request-Id")) << response;
    EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff") << response;
    EXPECT_EQ(response.header("Cross-Origin-Opener-Policy"), "same-origin") << response;
    EXPECT_TRUE(response.has_header("Permissions-Policy")) << response;
  }
}

// A handler hangs up as soon as it has answered. What nginx sent and was not read would then cut
// the answer: with headers of some sizes the end of the request comes behind libfcgi's first read.
TEST(EveryAnswer, IsWholeWhateverTheSizeOfTheHeaders) {
  for (std::size_t size = 7'000; size < 8'100; size += 4) {
    const Response response = get("/concerts", {{"X-Large", std::string(size, 'x')}});
    ASSERT_EQ(response.status, 200) << size << "\n" << response;
  }
  EXPECT_EQ(Installation::shared().log("nginx.error.log").find("reset by peer"), std::string::npos);
}

TEST(TheAccessLog, IsAsciiAndHoldsNoQuery) {
  const std::string end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  raw("GET /api/v1/concerts?access_token=tell-nobody" + end + "\r\n");
  raw("GET /api/v1/concerts/\xFF\xFE" + end + "X-Request-Id: the-last-one\r\n\r\n");
  std::string log;
  ASSERT_TRUE(eventually(std::chrono::seconds(5), [&] {
    log = Installation::shared().log("nginx.access.log");
    return log.find("the-last-one") != std::string::npos;
  }));
  EXPECT_EQ(log.find("tell-nobody"), std::string::npos);
  EXPECT_TRUE(std::all_of(log.begin(), log.end(), [](char c) { return c > 0; }));
}

TEST(Head, AnswersAsGetDoesWithoutABody) {
  const Json concert = create_concert();
  for (const std::string& path :
       {std::string("/concerts"), concert_path(concert), concert_path(concert) + "/dates"}) {
    SCOPED_TRACE(path);
    const Response full = get(path);
    const Response bare = head(path);
    EXPECT_EQ(bare.status, 200);
    EXPECT_EQ(bare.body, "");
    for (const char* name : {"Content-Type", "ETag", "Cache-Control"}) {
      EXPECT_EQ(bare.header(name), full.header(name)) << name;
    }
  }
  EXPECT_EQ(head("/concerts/999999999").status, 404);
  EXPECT_EQ(send({"HEAD", "/healthz", {}, ""}).status, 200);
  EXPECT_EQ(send({"HEAD", "/readyz", {}, ""}).status, 200);
}

TEST(APublicGet, AnswersNotModifiedToItsOwnETag) {
  const Json concert = create_concert();
  for (const std::string& path :
       {"/concerts?date=" + concert["dates"][0]["starts_at"].text().substr(0, 10),
        concert_path(concert), concert_path(concert) + "/dates"}) {
    SCOPED_TRACE(path);
    const Response first = get(path);
    const std::string etag = first.header("ETag");
    ASSERT_FALSE(etag.empty()) << first;
    EXPECT_TRUE(first.has_header("Cache-Control")) << first;
    const std::string strong = etag.starts_with("W/") ? etag.substr(2) : etag;
    for (const std::string& match : {etag, "W/" + strong, "\"other\", " + etag, std::string("*")}) {
      SCOPED_TRACE(match);
      const Response again = get(path, {{"If-None-Match", match}});
      EXPECT_EQ(again.status, 304);
      EXPECT_EQ(again.body, "");
      EXPECT_EQ(again.header("ETag"), etag);
      EXPECT_TRUE(again.has_header("X-Request-Id"));
    }
    EXPECT_EQ(get(path, {{"If-None-Match", "\"other\""}}).status, 200);
    EXPECT_EQ(get(path, {{"If-None-Match", "nonsense"}}).status, 200);
  }
}

TEST(AnETag, ChangesWithTheAnswer) {
  const Json concert = create_concert();
  const std::string before = get(concert_path(concert)).header("ETag");
  patch("/admin" + concert_path(concert), R"({"max_active":77})", as_admin());
  EXPECT_TRUE(eventually(std::chrono::seconds(2), [&] {
    return get(concert_path(concert), {{"If-None-Match", before}}).status == 200;
  }));
}

TEST(AListsLimit, IsANumberFrom1To100) {
  create_concert();
  for (const char* limit : {"1", "20", "100"}) {
    EXPECT_EQ(get("/concerts?limit=" + std::string(limit)).status, 200) << limit;
  }
  for (const char* limit : {"0", "101", "-1", "abc", "1.5", "1e1", "", "99999999999999999999",
                            "%00", "1%20", "+1", "0x10"}) {
    SCOPED_TRACE(limit);
    expect_invalid(get("/concerts?limit=" + std::string(limit)), {"limit"});
  }
}

TEST(ACursor, IsOpaqueAndAForgedOneIsRefused) {
  for (const char* cursor :
       {"x", "%00", "AAAA", "eyJhIjoxfQ", "' OR 1=1 --", "..", "%ff%fe", "-1"}) {
    SCOPED_TRACE(cursor);
    std::string escaped;
    for (const char letter : std::string(cursor)) {
      escaped += letter == ' ' ? std::string("%20") : std::string(1, letter);
    }
    expect_invalid(get("/concerts?cursor=" + escaped), {"cursor"});
  }
  expect_invalid(get("/concerts?limit=0&cursor=x"), {"limit", "cursor"});
}

TEST(ABadRequestLine, IsRefusedAndDoesNoHarm) {
  const int port = Installation::shared().port();
  const std::string host = "Host: localhost\r\nConnection: close\r\n";
  for (const std::string& bytes :
       {std::string("GET /api/v1/concerts HTTP/1.1\r\n\r\n"), std::string("nonsense\r\n\r\n"),
        "get /api/v1/concerts HTTP/1.1\r\n" + host + "\r\n",
        "GET /api/v1/concerts%zz HTTP/1.1\r\n" + host + "\r\n",
        "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n",
        "GET /api/v1/concerts HTTP/1.1\r\n" + host + "X: " + std::string(100'000, 'a') + "\r\n\r\n",
        "POST /api/v1/sessions HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n{}",
        "POST /api/v1/sessions HTTP/1.1\r\n" + host +
            "Content-Length: 99999999999999999999999\r\n\r\n{}",
        "POST /api/v1/sessions HTTP/1.1\r\n" + host +
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        "POST /api/v1/sessions HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        "POST /api/v1/sessions HTTP/1.1\r\n" + host +
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(bytes.substr(0, 120));
    const int status = send_raw(port, bytes).status;
    EXPECT_TRUE(status == 0 || (status >= 400 && status < 500)) << status;
  }
  EXPECT_EQ(get("/concerts").status, 200);
}

TEST(Healthz, IsAnsweredByAHandler) { EXPECT_EQ(send({.path = "/healthz"}).status, 200); }

TEST(Readyz, SaysThatDatabaseAndCacheAreThere) {
  const Response response = send({.path = "/readyz"});
  EXPECT_EQ(response.status, 200) << response;
  EXPECT_TRUE(response.json()["database"].exists()) << response;
  EXPECT_TRUE(response.json()["cache"].exists()) << response;
}
