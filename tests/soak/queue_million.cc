// A million people in one line: what a poll, a join and an advance cost, beside a line of a
// thousand.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>

#include "base/config.h"
#include "line/advance.h"
#include "support/queue.h"
#include "token/queue_token.h"

using namespace stagedoor::testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::int64_t kSmall = 1'000;
constexpr std::int64_t kBig = 1'000'000;
constexpr std::int64_t kLetInMax = 5'000;
constexpr std::int64_t kPlacesPerInsert = 100'000;
// One in so many leaves: some in each of the 123 blocks.
constexpr std::int64_t kDepartureEvery = 83;
constexpr double kRatioMax = 1.2;
constexpr double kAdvanceMaxMs = 50;
// A line costs so much however many poll. On a machine too busy for 3,000 polls a second it is more
// than 0.01 for each.
constexpr std::int64_t kStatementsPerSecond = 30;

Installation& installation() { return Installation::shared(); }

// Counts from 0 inside the SQL, up to a million.
constexpr const char* kNumbers =
    "(SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 * e.digit AS n"
    " FROM digits e, digits d, digits c, digits b, digits a) AS numbers";

// The id of a loaded token or user: the concert, then the place.
std::string loaded_id(const std::string& mark, const std::string& concert,
                      const std::string& place) {
  return "UNHEX(CONCAT('" + mark + "', LPAD(HEX(" + concert + "), 14, '0'), LPAD(HEX(" + place +
         "), 16, '0')))";
}

double p50(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double percentile(std::vector<double> values, std::size_t percent) {
  const std::size_t at = values.size() * percent / 100;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

double p99(std::vector<double> values) { return percentile(std::move(values), 99); }

double ms(double seconds) { return seconds * 1'000; }

// A line behind one user who is inside, filled by SQL.
class LoadedLine {
 public:
  explicit LoadedLine(std::int64_t waiting)
      // No token lapses unless a test says so.
      : concert_(create_concert({.settings = {{"max_active", 1},
                                              {"claim_seconds", 3'600},
                                              {"active_seconds", 86'400}}})),
        waiting_(waiting) {
    joined(new_user(), concert_);
    for (std::int64_t done = 0; done < waiting; done += kPlacesPerInsert) {
      load(done, std::min(kPlacesPerInsert, waiting - done));
    }
    installation().query("UPDATE queue_counters SET last_place = " + std::to_string(waiting + 1) +
                         " WHERE concert_id = " + id_of(concert_));
    // The first poll advances the line, and sees all tokens.
    EXPECT_TRUE(eventually(5s, [&] { return position_of(waiting_ + 1) == waiting_; }));
  }

  [[nodiscard]] std::string token_of(std::int64_t place) const {
    std::string id = bytes('\x70');
    for (int i = 0; i < 8; ++i) {
      id[static_cast<std::size_t>(15 - i)] = static_cast<char>(place >> (8 * i));
    }
    const auto token_id = stagedoor::TokenId::from_bytes(id);
    id[0] = '\x71';
    return signer().sign({token_id,
                          stagedoor::UserId::from_bytes(id),
                          {concert_["concert_id"].integer()},
                          {place},
                          stagedoor::Time{}});
  }

  // Of a user who never leaves and whom no test lets in.
  [[nodiscard]] std::int64_t random_place() const {
    thread_local std::mt19937_64 random(std::random_device{}());
    const std::int64_t first = waiting_ > kSmall ? kLetInMax : 2;
    const auto place = std::uniform_int_distribution<std::int64_t>(first, waiting_)(random);
    return place % kDepartureEvery == 0 ? place + 1 : place;
  }

  [[nodiscard]] std::string random_token() const { return token_of(random_place()); }

  [[nodiscard]] std::int64_t position_of(std::int64_t place) const {
    return state_of(token_of(place))["position"].integer();
  }

  // Lets one in `every` leave, as leave_queue writes it.
  void let_leave(std::int64_t every) const {
    const std::string chosen = " WHERE concert_id = " + id_of(concert_) +
                               " AND status = 'WAITING' AND place MOD " + std::to_string(every) +
                               " = 0";
    installation().query(
        "START TRANSACTION; INSERT INTO queue_departures (concert_id, place, was_active)"
        " SELECT concert_id, place, FALSE FROM queue_tokens" +
        chosen +
        "; UPDATE queue_tokens SET status = 'EXPIRED', live = NULL, ended_at = SYSDATE(6),"
        " expired_reason = 'LEFT'" +
        chosen + "; COMMIT");
  }

  [[nodiscard]] std::int64_t exactly_in_front_of(std::int64_t place) const {
    return std::stoll(installation().query_value(
        "SELECT COUNT(*) FROM queue_tokens WHERE status = 'WAITING' AND concert_id = " +
        id_of(concert_) + " AND place < " + std::to_string(place)));
  }

  [[nodiscard]] const Json& concert() const { return concert_; }
  [[nodiscard]] std::int64_t waiting() const { return waiting_; }

 private:
  static const stagedoor::token::QueueTokens& signer() {
    thread_local const stagedoor::token::QueueTokens tokens(
        {installation().secret("queue_token_keys")});
    return tokens;
  }

  [[nodiscard]] std::string bytes(char mark) const {
    std::string id(16, '\0');
    id[0] = mark;
    const std::int64_t concert = concert_["concert_id"].integer();
    for (int i = 0; i < 7; ++i) {
      id[static_cast<std::size_t>(7 - i)] = static_cast<char>(concert >> (8 * i));
    }
    return id;
  }

  void load(std::int64_t done, std::int64_t count) const {
    const std::string place = "(n + " + std::to_string(done + 2) + ")";
    installation().query(
        "INSERT INTO queue_tokens (token_id, concert_id, user_id, place, status, live, issued_at)"
        " SELECT " +
        loaded_id("70", id_of(concert_), place) + ", " + id_of(concert_) + ", " +
        loaded_id("71", id_of(concert_), place) + ", " + place +
        ", 'WAITING', TRUE, UTC_TIMESTAMP(6) FROM " + kNumbers + " WHERE n < " +
        std::to_string(count) + " ORDER BY n");
  }

  Json concert_;
  std::int64_t waiting_;
};

struct Lines {
  LoadedLine small{kSmall};
  LoadedLine big = timed_load();

  static Lines& get() {
    static Lines lines;
    return lines;
  }

 private:
  static LoadedLine timed_load() {
    const auto began = Clock::now();
    LoadedLine line(kBig);
    std::cout << kBig << " loaded in "
              << std::chrono::duration<double>(Clock::now() - began).count() << " s\n";
    return line;
  }
};

std::vector<double> poll_times(const LoadedLine& line, std::size_t polls) {
  return parallel(8, polls, [&](std::size_t) {
    const Response response = poll(line.random_token());
    EXPECT_EQ(response.status, 200) << response;
    return response.seconds;
  });
}

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

struct Compared {
  std::vector<double> small;
  std::vector<double> big;

  void expect_alike(const std::string& what) const {
    const double ratio = p50(big) / p50(small);
    std::cout << what << ": p50 " << ms(p50(small)) << " ms at " << kSmall << ", " << ms(p50(big))
              << " ms at " << kBig << ", ratio " << ratio << "; p99 " << ms(p99(small)) << " ms, "
              << ms(p99(big)) << " ms\n";
    EXPECT_LE(ratio, kRatioMax) << what;
  }
};

// In turns, so that what else the machine does meets both.
Compared compare_polls() {
  constexpr int kRounds = 12;
  constexpr std::size_t kPollsPerRound = 4'000;
  const Lines& lines = Lines::get();
  poll_times(lines.small, kPollsPerRound);
  poll_times(lines.big, kPollsPerRound);
  Compared compared;
  for (int round = 0; round < kRounds; ++round) {
    append(compared.small, poll_times(lines.small, kPollsPerRound));
    append(compared.big, poll_times(lines.big, kPollsPerRound));
  }
  return compared;
}

// The product's own advance, without a handler around it.
class Advances {
 public:
  Advances() {
    for (const auto& [name, value] : installation().variables()) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    config_ = *stagedoor::load_config();
    database_ = std::make_unique<stagedoor::db::Connection>(config_.database);
    memcached_ = std::make_unique<stagedoor::cache::Memcached>(config_.memcached_servers,
                                                               "soak:", config_.memcached_timeout);
    database_->ping();
  }

  double advance_ms(const Json& concert) {
    const auto began = Clock::now();
    const auto line = stagedoor::line::advance_line(
        *database_, *memcached_, stagedoor::ConcertId{concert["concert_id"].integer()});
    EXPECT_TRUE(line.ok());
    return ms(std::chrono::duration<double>(Clock::now() - began).count());
  }

 private:
  stagedoor::Config config_;
  std::unique_ptr<stagedoor::db::Connection> database_;
  std::unique_ptr<stagedoor::cache::Memcached> memcached_;
};

void report_advances(const std::string& what, const std::vector<double>& times_ms) {
  const double slowest = *std::max_element(times_ms.begin(), times_ms.end());
  std::cout << "advance, " << what << ": p50 " << p50(times_ms) << " ms, slowest " << slowest
            << " ms\n";
  // What the scheduler of a busy machine adds to one of ten is not the transaction's.
  EXPECT_LT(percentile(times_ms, 90), kAdvanceMaxMs) << what;
}

std::int64_t questions() {
  return std::stoll(installation().query("SHOW GLOBAL STATUS LIKE 'Questions'").at(0).at(1));
}

void expect_few_statements_per_poll() {
  const LoadedLine& line = Lines::get().big;
  std::atomic<std::int64_t> polls{0};
  const std::int64_t before = questions();
  const auto end = Clock::now() + 5s;
  parallel(32, 32, [&](std::size_t) {
    for (; Clock::now() < end; ++polls) state_of(line.random_token());
    return 0;
  });
  const std::int64_t statements = questions() - before;
  const double per_poll = static_cast<double>(statements) / static_cast<double>(polls.load());
  std::cout << polls / 5 << " polls/s, " << statements << " statements, " << per_poll
            << " per poll\n";
  EXPECT_LE(statements, std::max(polls.load() / 100, kStatementsPerSecond * 5));
}

void expect_exact_positions() {
  const LoadedLine& line = Lines::get().big;
  for (int i = 0; i < 10; ++i) {
    const std::int64_t place = line.random_place();
    EXPECT_EQ(line.position_of(place), line.exactly_in_front_of(place) + 1) << place;
  }
}

}  // namespace

TEST(AMillionInLine, APollTakesAsLongAsWithAThousand) {
  compare_polls().expect_alike("poll");
  expect_exact_positions();
}

TEST(AMillionInLine, APollCostsTheDatabaseNextToNothing) { expect_few_statements_per_poll(); }

TEST(AMillionInLine, AJoinTakesAsLongAsWithAThousand) {
  constexpr int kRounds = 400;
  const Lines& lines = Lines::get();
  Compared compared;
  for (int round = 0; round < kRounds; ++round) {
    for (auto [line, times] :
         {std::pair{&lines.small, &compared.small}, std::pair{&lines.big, &compared.big}}) {
      const Response response = join(new_user(), line->concert());
      EXPECT_EQ(response.status, 201) << response;
      times->push_back(response.seconds);
    }
  }
  compared.expect_alike("join");
}

TEST(AMillionInLine, AnAdvanceIsShort) {
  Advances advances;
  const Json& concert = Lines::get().big.concert();
  std::vector<double> nothing;
  for (int i = 0; i < 50; ++i) nothing.push_back(advances.advance_ms(concert));
  report_advances("nothing to do", nothing);

  std::vector<double> refills;
  for (int i = 0; i < 30; ++i) {
    installation().query(
        "UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6)"
        " WHERE status = 'ACTIVE' AND concert_id = " +
        id_of(concert));
    refills.push_back(advances.advance_ms(concert));
  }
  report_advances("one place refilled", refills);
}

TEST(AMillionInLine, ManyAreLetInWithinAShortTransactionEach) {
  Advances advances;
  const Json& concert = Lines::get().big.concert();
  std::vector<double> times;
  for (std::int64_t max_active = 100; max_active <= 2'000; max_active += 100) {
    installation().query("UPDATE concerts SET max_active = " + std::to_string(max_active) +
                         " WHERE concert_id = " + id_of(concert));
    times.push_back(advances.advance_ms(concert));
  }
  report_advances("a hundred let in", times);

  // All of them lapse: an advance ends five hundred, the next one the next.
  installation().query("UPDATE concerts SET max_active = 1 WHERE concert_id = " + id_of(concert) +
                       "; UPDATE queue_tokens SET active_until = SYSDATE(6), ends_at = SYSDATE(6)"
                       " WHERE status = 'ACTIVE' AND concert_id = " +
                       id_of(concert));
  const std::vector<double> lapses{advances.advance_ms(concert), advances.advance_ms(concert),
                                   advances.advance_ms(concert), advances.advance_ms(concert)};
  std::cout << "advance, 500 lapses: p50 " << p50(lapses) << " ms\n";
}

TEST(AMillionInLine, DeparturesInEveryBlockChangeNoneOfThis) {
  const Lines& lines = Lines::get();
  lines.big.let_leave(kDepartureEvery);
  Advances advances;
  std::vector<double> counting;
  for (int i = 0; i < 4; ++i) counting.push_back(advances.advance_ms(lines.big.concert()));
  std::cout << "advance, 5,000 departures counted: " << counting[0] << " ms, " << counting[1]
            << " ms, " << counting[2] << " ms\n";
  EXPECT_EQ(installation().query_value("SELECT COUNT(*) FROM queue_departures"), "0");
  std::vector<double> after;
  for (int i = 0; i < 30; ++i) after.push_back(advances.advance_ms(lines.big.concert()));
  report_advances("departures in every block", after);

  const Json first = state_of(lines.big.token_of(lines.big.waiting() + 1));
  EXPECT_EQ(first["position"].integer(),
            lines.big.exactly_in_front_of(lines.big.waiting() + 1) + 1);
  compare_polls().expect_alike("poll, departures in every block");
  expect_exact_positions();
  expect_few_statements_per_poll();
}
