#include "bank_client.h"

namespace stagedoor::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto kAsksAgainAfter = 20ms;
constexpr auto kPatience = 90s;

// A client without an answer knows as little as one with a 503.
Response answer_or_nothing(const std::function<Response()>& call) {
  try {
    return call();
  } catch (const std::runtime_error&) {
    return {};
  }
}

bool is_answer(const Response& response) { return response.status >= 200 && response.status < 500; }

}  // namespace

BankClient::BankClient(std::vector<Json> concerts, BankCounters& counters)
    : concerts_(std::move(concerts)), counters_(counters) {}

std::int64_t BankClient::pick(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
}

Response BankClient::insist(const std::function<Response()>& call) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  Response response = answer_or_nothing(call);
  const bool at_once = is_answer(response);
  while (!is_answer(response) && std::chrono::steady_clock::now() < end) {
    ++counters_.failures;
    std::this_thread::sleep_for(kAsksAgainAfter);
    response = answer_or_nothing(call);
  }
  const bool replayed = response.has_header("Idempotency-Replayed");
  EXPECT_TRUE(is_answer(response)) << response;
  EXPECT_FALSE(at_once && replayed) << "a replay of what was never asked: " << response;
  if (replayed) ++counters_.replays;
  if (response.status < 300 && pick(1, 10) == 1) {
    const Response again = answer_or_nothing(call);
    EXPECT_TRUE(!is_answer(again) || again.body == response.body) << again;
  }
  return response;
}

void BankClient::expect_balance_told(const Response& response) const {
  EXPECT_EQ(response.json()["balance"].integer(), balance_) << response;
}

void BankClient::add_money() {
  const std::int64_t amount = pick(1, 3 * kSeatPrice);
  const std::string key = new_key();
  const Response response = insist([&] { return charge(user_, amount, key); });
  EXPECT_EQ(response.status, 201) << response;
  if (response.status != 201) return;
  balance_ += amount;
  expect_balance_told(response);
  EXPECT_TRUE(charges_.insert(response.json()["charge_id"].text()).second) << response;
  ++counters_.charges;
}

void BankClient::buy() {
  const Json& concert = concerts_[static_cast<std::size_t>(pick(0, 1))];
  const Response joined = answer_or_nothing([&] { return join(user_, concert); });
  if (!is_answer(joined) || joined.status >= 400) return;
  const Fan buyer = fan_of(user_, joined.json());
  const std::int64_t number = pick(1, kSeatsOfAConcert - 1);
  const std::string key = new_key();
  const std::vector<std::int64_t> seats =
      pick(0, 1) == 0 ? std::vector{number} : std::vector{number, number + 1};
  const Response held =
      insist([&] { return reserve(buyer, date_of(concert), seats, with_key({}, key)); });
  if (held.status != 201) {
    EXPECT_TRUE(held.status == 403 || held.status == 409 || held.status == 410) << held;
    return;
  }
  if (pick(1, 4) == 1) {
    give_up(held.json());
  } else {
    pay_for(buyer, held.json());
  }
}

void BankClient::pay_for(const Fan& buyer, const Json& reservation) {
  const std::string key = new_key();
  const Response response = insist([&] { return pay(buyer, reservation, key); });
  if (response.status == 402) {
    expect_balance_told(response);
    give_up(reservation);
    return;
  }
  EXPECT_TRUE(response.status == 201 || response.status == 409 || response.status == 410)
      << response;
  if (response.status != 201) return;
  const Json payment = response.json();
  balance_ -= payment["amount"].integer();
  expect_balance_told(response);
  EXPECT_TRUE(payments_.insert(payment["payment_id"].text()).second) << response;
  kept_.push_back(payment);
  ++counters_.payments;
}

void BankClient::give_up(const Json& reservation) {
  const Response response = insist([&] { return release(user_, reservation); });
  EXPECT_EQ(response.status, 204) << response;
  ++counters_.cancels;
}

void BankClient::return_seats() {
  if (kept_.empty()) return;
  std::swap(kept_.back(), kept_[static_cast<std::size_t>(pick(0, 1'000)) % kept_.size()]);
  const Json payment = kept_.back();
  kept_.pop_back();
  const std::string key = new_key();
  const Response response = insist([&] { return refund(user_, payment, key); });
  EXPECT_EQ(response.status, 200) << response;
  if (response.status != 200) return;
  balance_ += payment["amount"].integer();
  expect_balance_told(response);
  EXPECT_TRUE(refunds_.insert(payment["payment_id"].text()).second) << response;
  ++counters_.refunds;
}

void BankClient::step() {
  const std::int64_t choice = pick(1, 10);
  if (choice <= 3) {
    add_money();
  } else if (choice <= 8) {
    buy();
  } else {
    return_seats();
  }
}

void BankClient::expect_books_agree() const {
  EXPECT_EQ(balance_of(user_), balance_);
  std::map<std::string, std::multiset<std::string>> written;
  for (const Json& entry : ledger_of(user_)) {
    written[entry["kind"].text()].insert(entry["reference"].text());
  }
  const auto told = [](const std::set<std::string>& ids) {
    return std::multiset<std::string>(ids.begin(), ids.end());
  };
  EXPECT_EQ(written["CHARGE"], told(charges_));
  EXPECT_EQ(written["PAYMENT"], told(payments_));
  EXPECT_EQ(written["REFUND"], told(refunds_));
  for (const Json& payment : all_items("/payments", as(user_))) {
    const bool refunded = refunds_.contains(payment["payment_id"].text());
    EXPECT_TRUE(payments_.contains(payment["payment_id"].text())) << payment;
    EXPECT_EQ(payment["status"].text(), refunded ? "REFUNDED" : "PAID");
  }
}

}  // namespace stagedoor::testing
