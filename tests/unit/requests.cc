#include <gtest/gtest.h>

#include "http/query.h"
#include "unit/request.h"

namespace stagedoor::http {

TEST(Query, IsPercentDecoded) {
  const struct {
    const char* query;
    std::optional<std::string> expected;
  } cases[] = {
      {"", std::nullopt},
      {"a=1", "1"},
      {"b=2&a=1", "1"},
      {"a=1&a=2", "1"},
      {"a", ""},
      {"a=", ""},
      {"a=x=y", "x=y"},
      {"aa=1", std::nullopt},
      {"A=1", std::nullopt},
      {"%61=1", "1"},
      {"a=%41%62", "Ab"},
      {"a=%ec%84%9C", "\xec\x84\x9c"},
      {"a=one+two%2Bthree", "one two+three"},
      {"a=%", "%"},
      {"a=%4", "%4"},
      {"a=%zz", "%zz"},
      {"a=%%41", "%A"},
      {"a=100%&b=1", "100%"},
      {"a=x%26b%3Dy", "x&b=y"},
      {"&&a=1&&", "1"},
      {"=1", std::nullopt},
      {"a=%00", std::string(1, '\0')},
  };
  for (const auto& [query, expected] : cases) {
    EXPECT_EQ(request_with_query(query).query("a"), expected) << query;
  }
}

TEST(Flag, IsTrueOrFalseAndNothingElse) {
  const auto flag = [](const std::string& query) {
    return read_flag(request_with_query(query), "past");
  };
  EXPECT_TRUE(*flag("past=true"));
  EXPECT_FALSE(*flag("past=false"));
  EXPECT_FALSE(*flag(""));
  for (const char* query : {"past", "past=", "past=1", "past=TRUE", "past=yes", "past=true%20"}) {
    const auto refused = flag(query);
    ASSERT_FALSE(refused) << query;
    EXPECT_EQ(refused.error().errors.at(0).field, "past") << query;
  }
}

TEST(Request, ReadsParametersThatAreNotThereAsEmpty) {
  const Request request = request_with({{"REQUEST_METHOD", "GET"}});
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.param("HTTP_AUTHORIZATION"), "");
  EXPECT_EQ(request.query("a"), std::nullopt);
}

TEST(Request, KeepsTheQueryOutOfItsPath) {
  EXPECT_EQ(request_with({{"REQUEST_URI", "/api/v1/concerts?limit=1"}}).path(), "/api/v1/concerts");
  EXPECT_EQ(request_with({{"REQUEST_URI", "/api/v1/concerts"}}).path(), "/api/v1/concerts");
}

TEST(Request, HasOneIdAsLongAsItLives) {
  EXPECT_EQ(request_with({{"STAGEDOOR_REQUEST_ID", "mine"}}).request_id(), "mine");
  const Request request = request_with({});
  const std::string made = request.request_id();
  EXPECT_EQ(made.size(), 36U);
  EXPECT_EQ(request.request_id(), made);
}

TEST(Request, FindsNothingUnderAPathPartThatIsNoPositiveInteger) {
  const auto concert_id = [](const std::string& part) {
    return request_with({{"CONCERT_ID", part}}).in_path<ConcertId>("CONCERT_ID");
  };
  EXPECT_EQ(concert_id("7")->value, 7);
  EXPECT_EQ(concert_id("9223372036854775807")->value, 9'223'372'036'854'775'807);
  for (const char* part : {"", "0", "-1", "-0", "01", "1.0", "1e3", " 1", "x", "1x",
                           "9223372036854775808", "99999999999999999999999999"}) {
    const auto refused = concert_id(part);
    ASSERT_FALSE(refused) << part;
    EXPECT_EQ(refused.error().refusal, Refusal::kNotFound) << part;
  }
}

TEST(Request, FindsNothingUnderAPathPartThatIsNoUuid) {
  const auto user_id = [](const std::string& part) {
    return request_with({{"USER_ID", part}}).in_path<UserId>("USER_ID");
  };
  EXPECT_TRUE(user_id("0190163d-8694-739b-aea5-966c26f8ad91"));
  ASSERT_FALSE(user_id("me"));
  EXPECT_EQ(user_id("me").error().refusal, Refusal::kNotFound);
}

TEST(Request, HasNoUserUnlessTheWebServerNamedOne) {
  const std::string id = "0190163d-8694-739b-aea5-966c26f8ad91";
  EXPECT_EQ(request_with({{"STAGEDOOR_USER_ID", id}}).user_id()->text(), id);
  EXPECT_EQ(request_with({{"HTTP_STAGEDOOR_USER_ID", id}}).user_id().error().refusal,
            Refusal::kUnauthenticated);
  EXPECT_EQ(request_with({{"STAGEDOOR_USER_ID", "admin"}}).user_id().error().refusal,
            Refusal::kUnauthenticated);
}

TEST(ARequest, IsLoggedWithoutQueryAndWithoutTheTokenOfALetter) {
  const auto logged = [](const std::string& uri) {
    return std::string(request_with({{"REQUEST_URI", uri}}).path_to_log());
  };
  EXPECT_EQ(logged("/api/v1/concerts?access_token=x"), "/api/v1/concerts");
  EXPECT_EQ(logged("/api/v1/password-resets/secret"), "/api/v1/password-resets/");
  EXPECT_EQ(logged("/api/v1/email-verifications/secret?x"), "/api/v1/email-verifications/");
  EXPECT_EQ(logged("/api/v1/password-resets"), "/api/v1/password-resets");
  EXPECT_EQ(logged("/api/v1/\xEC\x84\x9C"), "/api/v1/\xEC\x84\x9C");
  EXPECT_EQ(logged("/api/v1/\xFF"), "(not UTF-8)");
}

}  // namespace stagedoor::http
