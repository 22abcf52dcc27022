#include "cluster/checker.h"

#include <algorithm>
#include <map>
#include <set>

#include "support/seats.h"

namespace stagedoor::testing {
namespace {

using Outcome = Operation::Outcome;

struct ReservationRow {
  std::string user_id;
  std::string token_id;
  std::string status;
  std::string payment_id;
  std::set<std::int64_t> seats;
};

struct PaymentRow {
  std::string user_id;
  std::string reservation_id;
  std::string status;
  std::int64_t amount = 0;
};

struct TokenOfUser {
  std::string user_id;
  std::string concert_id;
  std::int64_t place = 0;
};

// From the answer that gave seats to a client to the request that may have taken them from it.
struct Ownership {
  Instant from;
  Instant to = Instant::max();
  std::string reservation_id;
};

std::string uuid(const std::string& column) {
  return "LOWER(INSERT(INSERT(INSERT(INSERT(HEX(" + column +
         "), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))";
}

class Checker {
 public:
  Checker(std::vector<Operation> operations, const Cluster& cluster,
          const std::vector<Json>& concerts)
      : operations_(std::move(operations)), cluster_(cluster) {
    for (const Json& concert : concerts) {
      concerts_ += (concerts_.empty() ? "" : ", ") + id_of(concert);
    }
    for (const Operation& operation : operations_) {
      counts_[operation.user_id][operation.act][operation.outcome]++;
    }
    read_tables();
  }

  std::vector<std::string> run() {
    for (const Operation& operation : operations_) {
      if (operation.outcome == Outcome::kOk) look_for(operation);
    }
    look_for_doubles();
    compare_balances();
    compare_seats();
    compare_the_line();
    return std::move(found_);
  }

 private:
  void read_tables() {
    const std::string of_sale = " WHERE concert_id IN (" + concerts_ + ")";
    for (const Row& row : cluster_.query("SELECT " + uuid("token_id") + ", " + uuid("user_id") +
                                         ", concert_id, place FROM queue_tokens" + of_sale)) {
      tokens_[row.at(0)] = {row.at(1), row.at(2), std::stoll(row.at(3))};
    }
    for (const Row& row : cluster_.query(
             "SELECT " + uuid("reservation_id") + ", " + uuid("user_id") + ", " + uuid("token_id") +
             ", status, COALESCE(" + uuid("payment_id") + ", '') FROM reservations" + of_sale)) {
      reservations_[row.at(0)] = {
          row.at(1), row.at(2), row.at(3), row.size() > 4 ? row.at(4) : "", {}};
    }
    for (const Row& row : cluster_.query("SELECT " + uuid("s.reservation_id") +
                                         ", number FROM reservation_seats s JOIN reservations r"
                                         " ON r.reservation_id = s.reservation_id" +
                                         of_sale)) {
      reservations_[row.at(0)].seats.insert(std::stoll(row.at(1)));
    }
    for (const Row& row :
         cluster_.query("SELECT " + uuid("payment_id") + ", " + uuid("user_id") + ", " +
                        uuid("reservation_id") + ", status, amount FROM payments" + of_sale)) {
      payments_[row.at(0)] = {row.at(1), row.at(2), row.at(3), std::stoll(row.at(4))};
    }
    read_money();
    for (const Row& row : cluster_.query("SELECT number, " + uuid("reservation_id") +
                                         ", s.date_id FROM seats s JOIN dates d"
                                         " ON d.date_id = s.date_id" +
                                         of_sale + " AND status <> 'AVAILABLE'")) {
      owners_[{std::stoll(row.at(2)), std::stoll(row.at(0))}] = row.at(1);
    }
  }

  void read_money() {
    for (const Row& row : cluster_.query("SELECT " + uuid("user_id") + ", " + uuid("reference") +
                                         ", kind, amount FROM ledger_entries"
                                         " WHERE account = 'USER'")) {
      ledger_[row.at(0)][row.at(2) + " " + row.at(1)] = std::stoll(row.at(3));
    }
    for (const Row& row : cluster_.query("SELECT " + uuid("user_id") + ", balance FROM users")) {
      balances_[row.at(0)] = std::stoll(row.at(1));
    }
  }

  void look_for(const Operation& operation) {
    switch (operation.act) {
      case Act::kCharge:
        return want_entry(operation, "CHARGE", operation.answer["charge_id"].text(), kSeatPrice);
      case Act::kJoin:
        return want(operation, tokens_.contains(operation.answer["token_id"].text()), "no token");
      case Act::kReserve:
        return look_for_reservation(operation);
      case Act::kRelease:
        return want(operation, reservations_[operation.subject].status == "CANCELLED", "not free");
      case Act::kPay:
        return look_for_payment(operation);
      case Act::kRefund:
        want(operation, payments_[operation.subject].status == "REFUNDED", "not refunded");
        return want_entry(operation, "REFUND", operation.subject,
                          operation.answer["amount"].integer());
      case Act::kLeave:
        return;
    }
  }

  void look_for_reservation(const Operation& operation) {
    const ReservationRow& row = reservations_[operation.answer["reservation_id"].text()];
    const std::vector<std::int64_t> numbers = numbers_of(operation.answer["seats"]);
    want(operation, row.user_id == operation.user_id && row.token_id == operation.subject, "lost");
    want(operation, row.seats == std::set(numbers.begin(), numbers.end()), "other seats");
  }

  void look_for_payment(const Operation& operation) {
    const std::string id = operation.answer["payment_id"].text();
    const PaymentRow& row = payments_[id];
    want(operation, row.user_id == operation.user_id && row.reservation_id == operation.subject,
         "lost");
    want(operation, reservations_[operation.subject].payment_id == id, "reservation not paid");
    want_entry(operation, "PAYMENT", id, -operation.answer["amount"].integer());
  }

  void want_entry(const Operation& operation, const std::string& kind, const std::string& id,
                  std::int64_t amount) {
    const auto& entries = ledger_[operation.user_id];
    const auto entry = entries.find(kind + " " + id);
    want(operation, entry != entries.end() && entry->second == amount, "no entry in the ledger");
  }

  // A user's rows of a kind are those of its acknowledged operations, and at most one more for each
  // operation whose end is unknown.
  void look_for_doubles() {
    std::map<std::string, std::map<Act, int>> rows;
    for (const auto& [id, row] : tokens_) rows[row.user_id][Act::kJoin]++;
    for (const auto& [id, row] : reservations_) rows[row.user_id][Act::kReserve]++;
    for (const auto& [id, row] : payments_) {
      rows[row.user_id][Act::kPay]++;
      if (row.status == "REFUNDED") rows[row.user_id][Act::kRefund]++;
    }
    for (const auto& [user_id, entries] : ledger_) {
      for (const auto& [name, amount] : entries) {
        if (name.starts_with("CHARGE")) rows[user_id][Act::kCharge]++;
      }
    }
    for (auto& [user_id, acts] : counts_) {
      for (const Act act : {Act::kCharge, Act::kJoin, Act::kReserve, Act::kPay, Act::kRefund}) {
        const int is = rows[user_id][act];
        const int acknowledged = acts[act][Outcome::kOk];
        if (is >= acknowledged && is <= acknowledged + acts[act][Outcome::kUnknown]) continue;
        found_.push_back("user " + user_id + ": " + std::to_string(is) + " rows of act " +
                         std::to_string(static_cast<int>(act)) + ", acknowledged " +
                         std::to_string(acknowledged));
      }
    }
  }

  void compare_balances() {
    std::map<std::string, std::int64_t> expected;
    for (const Operation& operation : operations_) {
      if (operation.outcome != Outcome::kOk) continue;
      if (operation.act == Act::kCharge) expected[operation.user_id] += kSeatPrice;
      if (operation.act != Act::kPay && operation.act != Act::kRefund) continue;
      const std::int64_t amount = operation.answer["amount"].integer();
      expected[operation.user_id] += operation.act == Act::kPay ? -amount : amount;
    }
    for (auto& [user_id, acts] : counts_) {
      int unknown = 0;
      for (auto& [act, outcomes] : acts) unknown += outcomes[Outcome::kUnknown];
      if (unknown == 0 && balances_[user_id] != expected[user_id]) {
        found_.push_back("user " + user_id + " has " + std::to_string(balances_[user_id]) +
                         " and was told " + std::to_string(expected[user_id]));
      }
    }
  }

  // Who was given a seat owns it until it may have been taken back; two never do at once.
  void compare_seats() {
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<Ownership>> seats;
    std::map<std::string, Instant> given_up;
    std::map<std::string, std::string> reservation_of_payment;
    std::map<std::string, std::string> reservation_of_token;
    for (const Operation& operation : operations_) {
      if (operation.outcome != Outcome::kOk) continue;
      if (operation.act == Act::kPay) {
        reservation_of_payment[operation.answer["payment_id"].text()] = operation.subject;
      }
      if (operation.act == Act::kReserve) {
        reservation_of_token[operation.subject] = operation.answer["reservation_id"].text();
      }
    }
    for (const Operation& operation : operations_) {
      std::string id = operation.subject;
      if (operation.act == Act::kRefund) id = reservation_of_payment[id];
      if (operation.act == Act::kLeave) id = reservation_of_token[id];
      if (operation.act != Act::kRelease && operation.act != Act::kRefund &&
          operation.act != Act::kLeave) {
        continue;
      }
      const auto [end, is_new] = given_up.emplace(id, operation.invoked);
      if (!is_new) end->second = std::min(end->second, operation.invoked);
    }
    for (const Operation& operation : operations_) {
      if (operation.outcome != Outcome::kOk || operation.act != Act::kReserve) continue;
      const std::string id = operation.answer["reservation_id"].text();
      const auto end = given_up.find(id);
      for (const std::int64_t number : numbers_of(operation.answer["seats"])) {
        seats[{operation.answer["date_id"].integer(), number}].push_back(
            {operation.returned, end == given_up.end() ? Instant::max() : end->second, id});
      }
    }
    for (auto& [seat, ownerships] : seats) compare_seat(seat, ownerships);
  }

  void compare_seat(const std::pair<std::int64_t, std::int64_t>& seat,
                    std::vector<Ownership>& ownerships) {
    const std::string name = "seat " + std::to_string(seat.second);
    std::sort(ownerships.begin(), ownerships.end(),
              [](const Ownership& a, const Ownership& b) { return a.from < b.from; });
    Instant owned_until = Instant::min();
    for (const Ownership& ownership : ownerships) {
      if (ownership.from < owned_until && ownership.from < ownership.to) {
        found_.push_back(name + " had two owners, the second " + ownership.reservation_id);
      }
      owned_until = std::max(owned_until, ownership.to);
    }
    const Ownership& last = ownerships.back();
    const auto owner = owners_.find(seat);
    if (last.to == Instant::max() &&
        (owner == owners_.end() || owner->second != last.reservation_id)) {
      found_.push_back(name + " does not belong to " + last.reservation_id);
    }
  }

  // A join that was answered before another was sent stands in front of it.
  void compare_the_line() {
    std::map<std::pair<std::string, std::int64_t>, const Operation*> line;
    for (const Operation& operation : operations_) {
      if (operation.act != Act::kJoin || operation.outcome != Outcome::kOk) continue;
      const TokenOfUser& token = tokens_[operation.answer["token_id"].text()];
      line[{token.concert_id, token.place}] = &operation;
    }
    std::string concert_id;
    Instant latest_sent = Instant::min();
    for (const auto& [place, join] : line) {
      if (place.first != concert_id) latest_sent = Instant::min();
      concert_id = place.first;
      if (join->returned < latest_sent) {
        found_.push_back("overtaken at place " + std::to_string(place.second) + " of concert " +
                         concert_id);
      }
      latest_sent = std::max(latest_sent, join->invoked);
    }
  }

  void want(const Operation& operation, bool holds, const std::string& what) {
    if (holds) return;
    found_.push_back(what + ": act " + std::to_string(static_cast<int>(operation.act)) +
                     " of user " + operation.user_id + ", told " + operation.answer.dump());
  }

  std::vector<Operation> operations_;
  const Cluster& cluster_;
  std::string concerts_;
  std::map<std::string, std::map<Act, std::map<Outcome, int>>> counts_;
  std::map<std::string, TokenOfUser> tokens_;
  std::map<std::string, ReservationRow> reservations_;
  std::map<std::string, PaymentRow> payments_;
  std::map<std::string, std::map<std::string, std::int64_t>> ledger_;
  std::map<std::string, std::int64_t> balances_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::string> owners_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> contradictions(const History& history, const Cluster& cluster,
                                        const std::vector<Json>& concerts) {
  return Checker(history.operations(), cluster, concerts).run();
}

}  // namespace stagedoor::testing
