#include "http/paging.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "unit/request.h"

namespace stagedoor::http {
namespace {

using Fields = std::vector<std::string>;

const Time kAt{Micros{1'795'980'600'123'456}};

Fields refused_fields(const std::string& query) {
  Fields fields;
  const auto page = read_page<Time, ConcertId>(request_with_query(query));
  if (page) return fields;
  for (const FieldError& error : page.error().errors) fields.push_back(error.field);
  return fields;
}

}  // namespace

TEST(Page, StartsAtTheFrontWithTwentyItems) {
  const auto page = read_page<Time, ConcertId>(request_with({}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 20);
  EXPECT_EQ(page->after, std::nullopt);
}

TEST(Page, GoesOnWhereItsCursorSays) {
  const auto page = read_page<Time, ConcertId>(
      request_with_query("limit=100&cursor=" + encode_cursor(kAt, ConcertId{42})));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 100);
  EXPECT_EQ(page->after, std::tuple(kAt, ConcertId{42}));
}

TEST(Page, CursorsAreOpaqueAndNeedNoEscapingInAUrl) {
  const std::string cursor = encode_cursor(kAt, ConcertId{-42});
  EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
            std::string::npos)
      << cursor;
}

TEST(Page, HasACursorForEachKindOfKey) {
  const auto payment_id = PaymentId::make();
  EXPECT_EQ((decode_cursor<Time, PaymentId>(encode_cursor(kAt, payment_id))),
            std::tuple(kAt, payment_id));
  EXPECT_EQ(decode_cursor<std::int64_t>(encode_cursor(std::int64_t{-7})),
            std::tuple(std::int64_t{-7}));
}

TEST(Page, TakesACursorOnlyAsItWasWritten) {
  const std::string id = "0190163d-8694-739b-aea5-966c26f8ad91";
  EXPECT_TRUE(decode_cursor<PaymentId>(to_base64url("1|" + id)));
  for (const char* text : {"1|0190163D-8694-739B-AEA5-966C26F8AD91", "1|", "1", "", "2|", "1||"}) {
    EXPECT_FALSE(decode_cursor<PaymentId>(to_base64url(text))) << text;
  }
  EXPECT_FALSE(decode_cursor<PaymentId>(to_base64url("2|" + id)));
  for (const char* text : {"1|07", "1|+7", "1|-0", "1|7|", "1|7 ", "17", "1|"}) {
    EXPECT_FALSE(decode_cursor<std::int64_t>(to_base64url(text))) << text;
  }
}

TEST(Page, RefusesALimitThatIsNotOneToAHundred) {
  for (const char* limit : {"", "0", "-1", "-0", "101", "1e1", "1.0", "+5", "05", " 5", "5%00",
                            "ten", "99999999999999999999"}) {
    EXPECT_EQ(refused_fields(std::string("limit=") + limit), Fields{"limit"}) << limit;
  }
  for (const char* limit : {"1", "20", "100"}) {
    EXPECT_EQ(refused_fields(std::string("limit=") + limit), Fields{}) << limit;
  }
}

TEST(Page, RefusesACursorOfAnotherListOrOfNobody) {
  const std::string good = encode_cursor(kAt, ConcertId{2});
  const std::string cases[] = {"",
                               "x",
                               good + "=",
                               good.substr(1) + "*",
                               encode_cursor(kAt),
                               encode_cursor(kAt, ConcertId{2}, ConcertId{3}),
                               encode_cursor(ConcertId{2}, kAt),
                               to_base64url("1|" + std::string(300, '1') + "|2"),
                               std::string(10'000, 'A')};
  for (const std::string& cursor : cases) {
    EXPECT_EQ(refused_fields("cursor=" + cursor), Fields{"cursor"}) << cursor;
  }
}

TEST(Page, NamesBothWhenBothAreBad) {
  EXPECT_EQ(refused_fields("limit=0&cursor=*"), (Fields{"limit", "cursor"}));
}

}  // namespace stagedoor::http
