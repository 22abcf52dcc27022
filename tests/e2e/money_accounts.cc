// Accounts: a user's own page, balance and ledger, and charges.
#include <algorithm>
#include <set>

#include "support/money.h"

using namespace stagedoor::testing;

namespace {

const std::string kNobody = "00000000-0000-4000-8000-000000000000";

std::string user_path(const User& user, const std::string& part = "") {
  return "/users/" + user.user_id + part;
}

Response charge_body(const User& user, const std::string& body) {
  return post(user_path(user, "/charges"), body, with_key(as(user), new_key()));
}

}  // namespace

TEST(Balance, OfSomebodyNewIsZero) {
  const User user = new_user();
  const Response response = get(user_path(user, "/balance"), as(user));
  ASSERT_EQ(response.status, 200) << response;
  EXPECT_EQ(response.json()["user_id"].text(), user.user_id);
  EXPECT_TRUE(response.json()["name"].is_null());
  EXPECT_EQ(response.json()["balance"].integer(), 0);
  EXPECT_EQ(response.json()["currency"].text(), "KRW");
  EXPECT_EQ(ledger_of(user).size(), 0U);
}

TEST(Balance, AndPageOfSomebodyWhoSignedUpCarryTheName) {
  const Response signed_up =
      post("/users", R"({"name":"Ada","email":"ada@example.org","password":"a quiet evening"})");
  ASSERT_EQ(signed_up.status, 201) << signed_up;
  const User user{signed_up.json()["user_id"].text(), signed_up.json()["access_token"].text()};
  const Response page = get(user_path(user), as(user));
  ASSERT_EQ(page.status, 200) << page;
  EXPECT_EQ(page.json()["user_id"].text(), user.user_id);
  EXPECT_EQ(page.json()["name"].text(), "Ada");
  EXPECT_EQ(page.json()["email"].text(), "ada@example.org");
  EXPECT_TRUE(is_time(page.json()["created_at"].text())) << page;
  EXPECT_EQ(get(user_path(user, "/balance"), as(user)).json()["name"].text(), "Ada");
  EXPECT_EQ(charge(user, 5).json()["name"].text(), "Ada");
}

TEST(Accounts, OfOthersAreForbiddenAndThoseOfEverybodyOpenToAdmins) {
  const User owner = new_user();
  ASSERT_EQ(charge(owner, 700).status, 201);
  const User other = new_user();
  for (const char* part : {"", "/balance", "/ledger"}) {
    const std::string path = user_path(owner, part);
    EXPECT_EQ(get(path, as(owner)).status, 200) << path;
    expect_problem(get(path, as(other)), 403, "forbidden");
    expect_problem(get(path), 401, "unauthenticated");
    EXPECT_EQ(get(path, as_admin()).status, 200) << path;
    expect_problem(get("/users/" + kNobody + part, as_admin()), 404, "not_found");
    expect_problem(get("/users/" + kNobody + part, as(other)), 403, "forbidden");
    expect_problem(get(std::string("/users/7") + part, as(other)), 404, "not_found");
  }
  EXPECT_EQ(get(user_path(owner, "/balance"), as_admin()).json()["balance"].integer(), 700);
}

TEST(Accounts, AreChargedByTheirOwnersOnly) {
  const User owner = new_user();
  const std::string path = user_path(owner, "/charges");
  expect_problem(post(path, R"({"amount":5})", with_key(as(new_user()), new_key())), 403,
                 "forbidden");
  expect_problem(post(path, R"({"amount":5})", with_key(as_admin(), new_key())), 403, "forbidden");
  expect_problem(post(path, R"({"amount":5})", {{"Idempotency-Key", new_key()}}), 401,
                 "unauthenticated");
  EXPECT_EQ(balance_of(owner), 0);
}

TEST(Charge, AddsToTheBalance) {
  const User user = new_user();
  ASSERT_EQ(charge(user, 1).status, 201);
  const Response response = charge(user, 10'000'000);
  ASSERT_EQ(response.status, 201) << response;
  const Json made = response.json();
  EXPECT_TRUE(is_uuid(made["charge_id"].text())) << made;
  EXPECT_EQ(made["user_id"].text(), user.user_id);
  EXPECT_EQ(made["amount"].integer(), 10'000'000);
  EXPECT_EQ(made["balance"].integer(), 10'000'001);
  EXPECT_EQ(made["currency"].text(), "KRW");
  EXPECT_TRUE(is_time(made["charged_at"].text())) << made;
  EXPECT_FALSE(response.has_header("Idempotency-Replayed"));
  EXPECT_EQ(balance_of(user), 10'000'001);
}

TEST(Charge, RefusesWhateverIsNotAnAmountAndChangesNothing) {
  const User user = new_user();
  ASSERT_EQ(charge(user, 42).status, 201);
  for (const char* amount :
       {"0", "-1", "1.5", "\"100\"", "10000001", "1e3", "100.0", "9007199254740992",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551617",
        "1e308", "true", "null", "[1]", "{}", "-0"}) {
    SCOPED_TRACE(amount);
    expect_invalid(charge_body(user, std::string(R"({"amount":)") + amount + "}"), {"amount"});
  }
  expect_invalid(charge_body(user, "{}"), {"amount"});
  expect_invalid(charge_body(user, R"({"amount":1,"currency":"KRW"})"), {"currency"});
  expect_problem(charge_body(user, R"({"amount":01})"), 400, "malformed_json");
  expect_problem(charge_body(user, R"({"amount":})"), 400, "malformed_json");
  EXPECT_EQ(balance_of(user), 42);
  EXPECT_EQ(ledger_of(user).size(), 1U);
}

TEST(Charge, StopsAtTheHighestBalance) {
  constexpr std::int64_t kMax = 1'000'000'000'000'000;
  const User user = new_user();
  fund({user}, kMax - 10);
  const std::string key = new_key();
  expect_problem(charge(user, 11, key), 422, "balance_limit_exceeded");
  EXPECT_EQ(balance_of(user), kMax - 10);
  EXPECT_EQ(charge(user, 10, key).status, 201) << "a refusal does not use up the key";
  EXPECT_EQ(balance_of(user), kMax);
  expect_problem(charge(user, 1), 422, "balance_limit_exceeded");
}

TEST(Ledger, ListsEveryMovementNewestFirst) {
  const Json concert = create_concert(hall(2));
  const Fan buyer = admitted(concert);
  const Json charged = charge(buyer.user, 300'000).json();
  const Json payment = paid_by(buyer, held(buyer, date_of(concert), {1, 2}));
  ASSERT_EQ(refund(buyer.user, payment).status, 200);

  const std::vector<Json> entries = ledger_of(buyer.user);
  struct Expected {
    const char* kind;
    std::int64_t amount;
    std::int64_t balance_after;
    std::string reference;
  };
  const std::string payment_id = payment["payment_id"].text();
  const std::vector<Expected> expected{{"REFUND", 200'000, 300'000, payment_id},
                                       {"PAYMENT", -200'000, 100'000, payment_id},
                                       {"CHARGE", 300'000, 300'000, charged["charge_id"].text()}};
  ASSERT_EQ(entries.size(), expected.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i]["kind"].text(), expected[i].kind);
    EXPECT_EQ(entries[i]["amount"].integer(), expected[i].amount);
    EXPECT_EQ(entries[i]["balance_after"].integer(), expected[i].balance_after);
    EXPECT_EQ(entries[i]["reference"].text(), expected[i].reference);
    EXPECT_TRUE(is_time(entries[i]["at"].text())) << entries[i];
    EXPECT_TRUE(entries[i]["entry_id"].exists());
  }
}

TEST(Ledger, IsReadPageByPageWhileItGrows) {
  const User user = new_user();
  for (int amount = 1; amount <= 5; ++amount) ASSERT_EQ(charge(user, amount).status, 201);
  std::vector<std::int64_t> amounts;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const Response response = get(user_path(user, "/ledger?limit=2" + cursor), as(user));
    ASSERT_EQ(response.status, 200) << response;
    for (const Json& entry : response.json()["items"].items()) {
      amounts.push_back(entry["amount"].integer());
    }
    ASSERT_EQ(charge(user, 100).status, 201);
    const Json next = response.json()["next_cursor"];
    ASSERT_EQ(next.is_null(), page == 2) << response;
    if (page < 2) cursor = "&cursor=" + next.text();
  }
  EXPECT_EQ(amounts, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
  expect_invalid(get(user_path(user, "/ledger?cursor=x"), as(user)), {"cursor"});
  expect_invalid(get(user_path(user, "/ledger?limit=101"), as(user)), {"limit"});
}
