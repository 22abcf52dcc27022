// The order of locks, and the table of docs/locking.md: each operation is run and says what it
// locks.
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "integration/line_fixture.h"
#include "line/line_ends.h"
#include "money/ledger.h"
#include "money/payments.h"
#include "people/sessions.h"
#include "sale/lapsed_holds.h"
#include "sale/reservation_rows.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDocument = STAGEDOOR_SOURCE_DIR "/docs/locking.md";

class Locking : public Lines {
 protected:
  void SetUp() override {
    here_.database.observe_locks([this](db::LockRank rank, bool is_first) {
      if (is_first) transactions_.emplace_back();
      auto& ranks = transactions_.back();
      if (ranks.empty() || ranks.back() != rank) ranks.push_back(rank);
    });
  }

  // Adds what the operation locks to the table. An advance, which may come before and after any
  // operation, has a row of its own.
  template <typename Operation>
  void record(const std::string& name, const Operation& operation, bool is_advance = false) {
    transactions_.clear();
    operation();
    std::set<std::string> sequences;
    for (const auto& ranks : transactions_) {
      if (is_advance != (ranks.front() == db::LockRank::kLine)) continue;
      std::string sequence;
      for (const db::LockRank rank : ranks) {
        sequence += (sequence.empty() ? "" : ", ") + std::string(stagedoor::text_of(rank));
      }
      sequences.insert(sequence);
    }
    ASSERT_EQ(sequences.size(), 1U) << name;
    table_ += "| " + name + " | " + *sequences.begin() + " |\n";
  }

  people::IdempotencyKey key(const std::string& operation) const {
    return {operation, "a key", std::string(32, 'f')};
  }

  std::vector<std::vector<db::LockRank>> transactions_;
  std::string table_ = "| operation | locks, in order |\n|---|---|\n";
};

}  // namespace

TEST_F(Locking, ThrowsWhenATransactionLocksAgainstTheOrder) {
  EXPECT_THROW(db::transact(here_.database,
                            [](db::Transaction& transaction) {
                              sale::lock_reservation(transaction, ReservationId::make());
                              line::lock_token(transaction, TokenId::make());
                              return true;
                            }),
               std::logic_error);
  EXPECT_TRUE(here_.database.ping()) << "the transaction has ended";
}

TEST_F(Locking, IsThatOfTheTableInTheDocuments) {
  db::Connection& database = here_.database;
  const ConcertId concert = new_line(database, 5);
  const DateId date = sale::list_dates(database, concert, false, Time{})->front().id;
  std::vector<Outcome<line::Joined>> joined;
  record("a batch of joins", [&] { joined = here_.join(concert, new_users(7)); });
  database.execute("UPDATE concerts SET max_active = 6 WHERE concert_id = ?", concert);
  record(
      "an advance", [&] { (void)line::advance_line(database, here_.memcached, concert); }, true);
  const ConcertId lottery = new_lottery(database, 5, database.now() + 1h);
  here_.join(lottery, new_users(7));
  set_opening(database, lottery, database.now() + 1h);
  const auto step = [&] { (void)line::advance_line(database, here_.memcached, lottery, {}, {}); };
  record("the closing of a lottery", step, true);
  record("the root of its entries", step, true);
  set_opening(database, lottery, database.now());
  record("its draw", step, true);
  const auto claims = [&](std::size_t i) { return joined[i]->state.claims; };

  ReservationId reservation;
  const auto reserve = [&](std::size_t i, const SeatWish& wish,
                           const std::optional<people::IdempotencyKey>& once) {
    EXPECT_TRUE(sale::reserve_seats(here_.stores, {claims(i).user_id, claims(i), date, wish, once},
                                    [&](const Reservation& held) {
                                      reservation = held.id;
                                      return "held";
                                    }));
  };
  record("reserve with a key", [&] { reserve(0, {.numbers = {1}}, key("reserve")); });
  record("release", [&] {
    EXPECT_TRUE(sale::release_reservation(here_.stores, claims(0).user_id, reservation));
  });
  record("reserve without a key", [&] { reserve(0, {.best_available = 1}, {}); });
  record("charge", [&] {
    EXPECT_TRUE(money::charge(database, claims(0).user_id, Money{1'000}, key("charge"),
                              [](const money::Charge&) { return "charged"; }));
  });
  record("change an account, a password or its sessions",
         [&] { people::end_all_sessions(database, claims(0).user_id); });
  PaymentId payment;
  record("pay", [&] {
    EXPECT_TRUE(money::pay(here_.stores, {claims(0).user_id, claims(0), reservation, key("pay")},
                           [&](const Payment& paid) {
                             payment = paid.id;
                             return "paid";
                           }));
  });
  record("refund", [&] {
    EXPECT_TRUE(money::refund(here_.stores, claims(0).user_id, payment, key("refund"),
                              [](const Payment&) { return "refunded"; }));
  });
  reserve(1, {.numbers = {2}}, {});
  record("leave, revoke",
         [&] { EXPECT_TRUE(sale::end_token(here_.stores, claims(1).token_id, EndReason::kLeft)); });

  reserve(2, {.numbers = {3}}, {});
  for (const char* sql :
       {"UPDATE reservations SET held_until = SYSDATE(6) WHERE reservation_id = ?",
        "UPDATE seats SET held_until = SYSDATE(6) WHERE reservation_id = ?",
        "UPDATE queue_tokens SET held_until = SYSDATE(6), ends_at = SYSDATE(6) WHERE hold_id = "
        "?"}) {
    EXPECT_EQ(database.execute(sql, reservation), 1) << sql;
  }
  record("the sweep of lapsed holds", [&] { EXPECT_GE(sale::expire_lapsed_holds(database), 1); });
  record("a change of settings", [&] {
    EXPECT_TRUE(sale::change_concert(database, concert, [&](ConcertSettings& settings) {
      settings.sale_closes_at = database.now() - 1s;
    }));
  });
  const ConcertId untouched = new_line(database, 5);
  record("a change of the order", [&] {
    EXPECT_TRUE(sale::change_concert(database, untouched, [&](ConcertSettings& settings) {
      settings.order = LineOrder::kLottery;
      settings.sale_opens_at = database.now() + 1h;
    }));
  });
  (void)line::advance_line(database, here_.memcached, concert);
  record("the sweep of an ended line", [&] { line::tidy_ended_tokens(database, concert); });
  record("a new date", [&] {
    EXPECT_TRUE(sale::add_date(database, concert, {.starts_at = database.now() + 1h}));
  });

  std::ifstream file(kDocument);
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(document.find("\n\n" + table_), std::string::npos)
      << "the table of " << kDocument << " is to be\n"
      << table_;
}

}  // namespace stagedoor
