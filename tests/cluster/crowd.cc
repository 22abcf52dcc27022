#include "cluster/crowd.h"

#include <random>

namespace stagedoor::testing {
namespace {

constexpr std::int64_t kSeats = 5'000;
// Some want one of these: each changes hands often.
constexpr int kPopularSeats = 300;
constexpr std::int64_t kInsideTheLine = 3;
constexpr std::chrono::milliseconds kPollsEvery{150};
constexpr std::chrono::seconds kWaitsAtMost{120};
// One of four fans stands in the line.
constexpr std::size_t kFansPerLine = 4;

bool one_in(int n, std::minstd_rand& random) {
  return std::uniform_int_distribution<>(1, n)(random) == 1;
}

// Nothing may lapse while the cluster is away.
Json make_concert(std::int64_t max_active) {
  return create_concert(hall(kSeats, {{"max_active", max_active},
                                      {"hold_seconds", 3'600},
                                      {"active_seconds", 3'600},
                                      {"claim_seconds", 3'600}}));
}

}  // namespace

SellingCrowd::SellingCrowd(History& history, std::size_t fans, std::vector<User> users)
    : history_(history),
      concerts_{make_concert(10'000), make_concert(kInsideTheLine)},
      users_(std::move(users)) {
  for (std::size_t i = 0; i < fans; ++i) {
    threads_.emplace_back([this, i] {
      try {
        std::minstd_rand random(static_cast<unsigned>(i + 1));
        while (!stop_) visit(concerts_[i % kFansPerLine == 0 ? 1 : 0], random);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
    });
  }
}

SellingCrowd::~SellingCrowd() {
  stop_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void SellingCrowd::stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (error_) std::rethrow_exception(error_);
}

User SellingCrowd::next_user() {
  const std::lock_guard lock(mutex_);
  if (users_.empty()) throw std::runtime_error("the crowd has no users left");
  User user = users_.back();
  users_.pop_back();
  return user;
}

void SellingCrowd::visit(const Json& concert, std::minstd_rand& random) {
  const User user = next_user();
  if (!charge_balance(user, random)) return;
  const Json state = wait_for_admission(user, concert);
  if (!state.exists()) return;
  const Fan fan = fan_of(user, state);
  const Json reservation = reserve_some(fan, concert, random);
  if (reservation.exists() && !one_in(4, random)) {
    buy(fan, reservation, random);
    return;
  }
  if (reservation.exists() && one_in(2, random)) {
    history_.perform(Act::kRelease, user, reservation["reservation_id"].text(),
                     [&] { return release(user, reservation); });
  }
  history_.perform(Act::kLeave, user, fan.token_id, [&] { return leave(fan.queue_token); });
}

bool SellingCrowd::charge_balance(const User& user, std::minstd_rand& random) {
  for (int i = 0; i < 2; ++i) {
    const std::string key = new_key();
    const auto call = [&] { return charge(user, kSeatPrice, key); };
    const Response response = history_.perform(Act::kCharge, user, "", call);
    if (response.status != 201) return false;
    if (one_in(5, random)) history_.repeat(response, call);
  }
  return true;
}

Json SellingCrowd::wait_for_admission(const User& user, const Json& concert) {
  const Response response =
      history_.perform(Act::kJoin, user, id_of(concert), [&] { return join(user, concert); });
  if (response.status != 201 && response.status != 200) return {};
  Json state = response.json();
  const std::string token = state["token"].text();
  std::int64_t position = state["position"].integer();
  const Instant gives_up_at = std::chrono::steady_clock::now() + kWaitsAtMost;
  while (state["status"].text() != "ACTIVE") {
    if (std::chrono::steady_clock::now() > gives_up_at) {
      history_.violation("not let in: " + state.dump());
      history_.perform(Act::kLeave, user, "", [&] { return leave(token); });
      return {};
    }
    std::this_thread::sleep_for(kPollsEvery);
    const Response answer = history_.ask([&] { return poll(token); });
    if (answer.status != 200) continue;
    state = answer.json();
    if (state["position"].is_null() || state["position"].integer() > position) {
      history_.violation("position " + std::to_string(position) + " became " + state.dump());
      return {};
    }
    position = state["position"].integer();
  }
  return response.json();
}

Json SellingCrowd::reserve_some(const Fan& fan, const Json& concert, std::minstd_rand& random) {
  const Headers key{{"Idempotency-Key", new_key()}};
  const std::int64_t date = date_of(concert);
  std::string wish = "{\"date_id\":" + std::to_string(date) +
                     ",\"best_available\":" + (one_in(2, random) ? "1" : "2") + "}";
  if (one_in(2, random)) {
    wish = wish_for(date, {std::uniform_int_distribution<>(1, kPopularSeats)(random)});
  }
  const auto call = [&] { return reserve_body(fan, wish, key); };
  const Response response = history_.perform(Act::kReserve, fan.user, fan.token_id, call);
  if (response.status != 201) return {};
  if (one_in(5, random)) history_.repeat(response, call);
  return response.json();
}

void SellingCrowd::buy(const Fan& fan, const Json& reservation, std::minstd_rand& random) {
  const std::string key = new_key();
  const auto call = [&] { return pay(fan, reservation, key); };
  const std::string id = reservation["reservation_id"].text();
  const Response response = history_.perform(Act::kPay, fan.user, id, call);
  if (response.status != 201) return;
  if (one_in(5, random)) history_.repeat(response, call);
  if (one_in(3, random)) return;
  const Json payment = response.json();
  const std::string refund_key = new_key();
  const auto take_back = [&] { return refund(fan.user, payment, refund_key); };
  const Response refunded =
      history_.perform(Act::kRefund, fan.user, payment["payment_id"].text(), take_back);
  if (refunded.status == 200 && one_in(5, random)) history_.repeat(refunded, take_back);
}

}  // namespace stagedoor::testing
