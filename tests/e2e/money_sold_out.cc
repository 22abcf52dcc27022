// A payment frees a place in the line, and the last one ends the line.
#include "support/money.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto kSettingsAge = 2s;
constexpr auto kListAge = 5s;

void expect_ended(const Json& state, const std::string& reason) {
  const Json now = state_of(state);
  EXPECT_EQ(now["status"].text(), "EXPIRED") << now;
  EXPECT_EQ(now["expired_reason"], Json::parse(json_text(reason))) << now;
  EXPECT_TRUE(now["position"].is_null()) << now;
}

std::string sale_state(const Json& concert) {
  return get(concert_path(concert)).json()["sale_state"].text();
}

bool sale_becomes(const Json& concert, const std::string& state) {
  return eventually(kSettingsAge, [&] { return sale_state(concert) == state; });
}

// Two seats, one who buys both, one more inside and two waiting.
class SoldOut : public ::testing::Test {
 protected:
  void SetUp() override {
    buyer_ = admitted(concert_);
    fund({buyer_.user}, 2 * kSeatPrice);
    inside_ = joined(new_user(), concert_);
    for (int i = 0; i < 2; ++i) waiting_.push_back(joined(new_user(), concert_));
    ASSERT_EQ(inside_["status"].text(), "ACTIVE");
    ASSERT_EQ(waiting_[1]["status"].text(), "WAITING");
    const Json reservation = held(buyer_, date_of(concert_), {1, 2});
    EXPECT_EQ(sale_state(concert_), "OPEN") << "what is only held may come back";
    payment_ = paid_by(buyer_, reservation);
  }

  void expect_everybody_told() const {
    expect_ended(inside_, "SOLD_OUT");
    for (const Json& state : waiting_) expect_ended(state, "SOLD_OUT");
    EXPECT_EQ(state_of(buyer_.queue_token)["expired_reason"].text(), "PAID");
  }

  Json concert_ = create_concert(hall(2, {{"max_active", 2}}));
  Fan buyer_;
  Json inside_;
  std::vector<Json> waiting_;
  Json payment_;
};

}  // namespace

TEST_F(SoldOut, IsToldToEverybodyAtTheNextPoll) { expect_everybody_told(); }

TEST_F(SoldOut, RefusesWhoeverJoinsNow) {
  expect_problem(join(new_user(), concert_), 410, "sold_out");
  expect_problem(join(buyer_.user, concert_), 410, "sold_out");
}

TEST_F(SoldOut, IsTheStateOfTheSale) { EXPECT_TRUE(sale_becomes(concert_, "SOLD_OUT")); }

TEST_F(SoldOut, ReopensForNewJoinersOnlyWhenSomebodyReturnsASeat) {
  ASSERT_EQ(refund(buyer_.user, payment_).status, 200);
  EXPECT_TRUE(sale_becomes(concert_, "OPEN"));
  expect_everybody_told();
  const Fan next = admitted(concert_);
  EXPECT_EQ(reserve(next, date_of(concert_), {1}).status, 201);
  expect_everybody_told();
}

TEST_F(SoldOut, LetsInAtOnceWhoeverJoinsRightAfterARefund) {
  ASSERT_EQ(refund(buyer_.user, payment_).status, 200);
  EXPECT_EQ(joined(new_user(), concert_)["status"].text(), "ACTIVE");
  EXPECT_EQ(joined(buyer_.user, concert_)["status"].text(), "ACTIVE");
}

TEST_F(SoldOut, ReopensForNewJoinersOnlyWhenADateIsAdded) {
  const Response added = post("/admin" + concert_path(concert_) + "/dates",
                              to_json(NewDate{.starts_at = time_from_now(1000h)}), as_admin());
  ASSERT_EQ(added.status, 201) << added;
  EXPECT_TRUE(sale_becomes(concert_, "OPEN"));
  expect_everybody_told();
  EXPECT_EQ(joined(new_user(), concert_)["status"].text(), "ACTIVE");
}

TEST_F(SoldOut, CanBeSoldOutAgain) {
  ASSERT_EQ(refund(buyer_.user, payment_).status, 200);
  const Fan next = admitted(concert_);
  fund({next.user}, 2 * kSeatPrice);
  const Json late = joined(new_user(), concert_);
  const Json later = joined(new_user(), concert_);
  paid_by(next, held(next, date_of(concert_), {1, 2}));
  expect_ended(late, "SOLD_OUT");
  expect_ended(later, "SOLD_OUT");
  expect_problem(join(new_user(), concert_), 410, "sold_out");
  expect_fair(concert_);
}

TEST_F(SoldOut, StaysSoWithoutMemcached) {
  Installation::shared().flush_memcached();
  expect_everybody_told();
  expect_problem(join(new_user(), concert_), 410, "sold_out");
  EXPECT_TRUE(sale_becomes(concert_, "SOLD_OUT"));
}

// A date begins without anybody doing anything: no advance has looked at the line since.
TEST(ASale, IsSoldOutEverywhereOnceTheOnlyDateWithSeatsHasBegun) {
  NewConcert two_dates = hall(1);
  two_dates.dates[0].starts_at = time_from_now(24h * 400);
  two_dates.dates.push_back(two_dates.dates[0]);
  const Json concert = create_concert(two_dates);
  const Fan buyer = admitted(concert);
  fund({buyer.user}, kSeatPrice);
  paid_by(buyer, held(buyer, date_of(concert, 0), {1}));
  const std::string day = two_dates.dates[0].starts_at.substr(0, 10);
  const auto listed_state = [&] {
    for (const Json& item : all_items("/concerts?date=" + day)) {
      if (id_of(item) == id_of(concert)) return item["sale_state"].text();
    }
    return std::string("not listed");
  };
  EXPECT_TRUE(eventually(kListAge, [&] { return listed_state() == "OPEN"; })) << listed_state();
  ASSERT_EQ(sale_state(concert), "OPEN") << "the other date has a seat left";
  Installation::shared().query("UPDATE dates SET starts_at = UTC_TIMESTAMP(6) WHERE date_id = " +
                               std::to_string(date_of(concert, 1)));
  EXPECT_TRUE(eventually(kListAge, [&] { return listed_state() == "SOLD_OUT"; })) << listed_state();
  Installation::shared().flush_memcached();
  EXPECT_EQ(sale_state(concert), "SOLD_OUT") << "the first look at the concert itself";
}

TEST(FreedPlace, OfAPayerIsFilledWithinTwoSeconds) {
  const Json concert = create_concert(hall(5, {{"max_active", 1}}));
  Fan inside = admitted(concert);
  for (std::int64_t number = 1; number <= 3; ++number) {
    const User user = new_user();
    const Json next = joined(user, concert);
    ASSERT_EQ(next["status"].text(), "WAITING") << next;
    fund({inside.user}, kSeatPrice);
    paid_by(inside, held(inside, date_of(concert), {number}));
    ASSERT_TRUE(becomes(next, "ACTIVE", 2s)) << state_of(next);
    inside = fan_of(user, next);
  }
  expect_fair(concert);
}

TEST(FreedPlace, OfAPayerIsTakenByTheNextJoinWhenNobodyWaits) {
  const Json concert = create_concert(hall(5, {{"max_active", 1}}));
  const Fan inside = admitted(concert);
  fund({inside.user}, kSeatPrice);
  paid_by(inside, held(inside, date_of(concert), {1}));
  EXPECT_EQ(joined(new_user(), concert)["status"].text(), "ACTIVE");
}

TEST_F(SoldOut, IsWhatThoseWhoWaitedReadAfterALaterEndToo) {
  ASSERT_EQ(refund(buyer_.user, payment_).status, 200);
  const Json late = joined(new_user(), concert_);
  ASSERT_EQ(change(concert_, R"({"sale_closes_at":")" + time_from_now(-1s) + R"("})").status, 200);
  EXPECT_TRUE(eventually(2s, [&] { return state_of(late)["status"].text() == "EXPIRED"; }));
  expect_ended(late, "SALE_CLOSED");
  expect_everybody_told();
}
