#include "http/caching.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/request.h"

namespace stagedoor::http {
namespace {

constexpr const char* kCacheControl = "public, max-age=1";

Response answer(const std::string& if_none_match, const std::string& body = "{}") {
  const Request request = if_none_match.empty()
                              ? request_with({})
                              : request_with({{"HTTP_IF_NONE_MATCH", if_none_match}});
  return cacheable_json(request, body, kCacheControl);
}

std::string header(const Response& response, std::string_view name) {
  const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == response.headers.end() ? "" : found->second;
}

}  // namespace

TEST(CacheableJson, CarriesATagAndHowLongItMayBeKept) {
  const Response response = answer("");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(header(response, "Cache-Control"), kCacheControl);
  const std::string etag = header(response, "ETag");
  ASSERT_GT(etag.size(), 2U);
  EXPECT_EQ(etag.front(), '"');
  EXPECT_EQ(etag.back(), '"');
}

TEST(CacheableJson, HasTheSameTagForTheSameContentOnly) {
  EXPECT_EQ(header(answer("", "{}"), "ETag"), header(answer("", "{}"), "ETag"));
  EXPECT_NE(header(answer("", "{}"), "ETag"), header(answer("", "{ }"), "ETag"));
}

TEST(CacheableJson, IsNotSentAgainToWhoHasIt) {
  const std::string etag = header(answer(""), "ETag");
  for (const std::string& form : {etag, "W/" + etag, "\"x\", " + etag, "\"x\"," + etag + ",\"y\"",
                                  "W/\"x\" ,\t W/" + etag + " ", std::string("*"), " " + etag}) {
    const Response response = answer(form);
    EXPECT_EQ(response.status, 304) << form;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.content_type, "");
    EXPECT_EQ(header(response, "ETag"), etag);
    EXPECT_EQ(header(response, "Cache-Control"), kCacheControl);
  }
}

TEST(CacheableJson, IsSentToWhoHasSomethingElse) {
  const std::string etag = header(answer(""), "ETag");
  const std::string bare = etag.substr(1, etag.size() - 2);
  for (const std::string& form :
       {std::string("\"x\""), bare, "\"" + bare, etag + "x", std::string(","), std::string("\"*\""),
        "w/" + etag, std::string("W/"), std::string(8'000, ',')}) {
    EXPECT_EQ(answer(form).status, 200) << form;
  }
}

}  // namespace stagedoor::http
