#include "http/paging.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "unit/request.h"

namespace stagedoor::http {
namespace {

using Keys = std::vector<std::string>;

std::vector<std::string> refused_fields(const std::string& query, std::size_t keys = 2) {
  std::vector<std::string> fields;
  const auto page = read_page(request_with_query(query), keys);
  if (page) return fields;
  for (const FieldError& error : page.error().errors) fields.push_back(error.field);
  return fields;
}

}  // namespace

TEST(Page, StartsAtTheFrontWithTwentyItems) {
  const auto page = read_page(request_with({}), 2);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 20);
  EXPECT_EQ(page->after, std::nullopt);
}

TEST(Page, GoesOnWhereItsCursorSays) {
  const Keys keys = {"1795980600000000", "42"};
  const auto page =
      read_page(request_with_query("limit=100&cursor=" + encode_cursor(keys)), keys.size());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 100);
  EXPECT_EQ(page->after, keys);
}

TEST(Page, CursorsAreOpaqueAndNeedNoEscapingInAUrl) {
  const std::string cursor = encode_cursor({"1795980600000000", "-42"});
  EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
            std::string::npos)
      << cursor;
}

TEST(Page, KeepsAnEmptyKey) {
  const Keys keys = {"", "x", ""};
  const auto page = read_page(request_with_query("cursor=" + encode_cursor(keys)), keys.size());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, keys);
}

TEST(Page, RefusesALimitThatIsNotOneToAHundred) {
  for (const char* limit : {"", "0", "-1", "-0", "101", "1e1", "1.0", "+5", "05", " 5", "5%00",
                            "ten", "99999999999999999999"}) {
    EXPECT_EQ(refused_fields(std::string("limit=") + limit), Keys{"limit"}) << limit;
  }
  for (const char* limit : {"1", "20", "100"}) {
    EXPECT_EQ(refused_fields(std::string("limit=") + limit), Keys{}) << limit;
  }
}

TEST(Page, RefusesACursorOfAnotherListOrOfNobody) {
  const std::string good = encode_cursor({"1", "2"});
  const std::string cases[] = {"",
                               "x",
                               good + "=",
                               good.substr(1) + "*",
                               encode_cursor({"1"}),
                               encode_cursor({"1", "2", "3"}),
                               to_base64url(std::string(300, '1') + "|2"),
                               std::string(10'000, 'A')};
  for (const std::string& cursor : cases) {
    EXPECT_EQ(refused_fields("cursor=" + cursor), Keys{"cursor"}) << cursor;
  }
}

TEST(Page, NamesBothWhenBothAreBad) {
  EXPECT_EQ(refused_fields("limit=0&cursor=*"), (Keys{"limit", "cursor"}));
}

}  // namespace stagedoor::http
