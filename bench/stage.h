#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "endpoint/services.h"
#include "line/token_rules.h"
#include "sale/concert_rules.h"

namespace stagedoor::bench {

// A concert under load, and its dates.
struct Show {
  ConcertId concert;
  std::vector<DateId> dates;
};

// A user who stands in a concert's line, and what proves it.
struct Fan {
  QueueTokenClaims claims;
  std::string headers;  // both tokens, as header lines
};

// The installation that is measured, and the loads of data that are put into it by SQL: what takes
// a crowd an hour stands in a table within seconds.
class Stage {
 public:
  Stage(Config config, int port, int ceilings_port);

  [[nodiscard]] const Config& config() const { return services_.config; }
  [[nodiscard]] db::Connection& database() { return services_.database; }
  [[nodiscard]] line::LineStores line_stores() { return services_.line_stores(); }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int ceilings_port() const { return ceilings_port_; }
  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::string ceiling_url(const std::string& path) const;

  // The headers of user number `index`, who need not exist before.
  [[nodiscard]] std::string user_headers(std::int64_t index) const;
  [[nodiscard]] static UserId user(std::int64_t index);
  // Makes the users 0 to count - 1, each with `balance` charged. Once.
  void load_users(std::int64_t count, Money balance);

  // A concert in which no token lapses while it is measured, with a date of each of these sizes.
  Show create_show(std::int64_t max_active, const std::vector<std::int64_t>& halls = {50});

  // Users 0 to count - 1 join at once and are let in.
  std::vector<Fan> admit_fans(const Show& show, std::int64_t count);

  // So many strangers join at once and are let in. REQUIRES: the line is empty and has the room.
  void admit_strangers(const Show& show, std::int64_t count);

  // Strangers wait behind them. REQUIRES: those who were admitted fill the concert.
  void fill_line(const Show& show, std::int64_t waiting);
  // One in `every` of them leaves, as leave_queue writes it.
  void let_leave(const Show& show, std::int64_t every);
  // One of these, who waits.
  [[nodiscard]] std::string waiting_headers(const Show& show, std::int64_t place) const;

  // Holds of this date that were let go of long ago.
  void load_past_reservations(const Show& show, std::int64_t count);

  // Statements that the server has answered since its start.
  std::int64_t statements();

 private:
  // Whose places begin at `first`.
  void load_tokens(const Show& show, char user_mark, std::int64_t first, std::int64_t count);
  void advance_until(const Show& show, std::int64_t active);
  [[nodiscard]] std::string queue_header(const QueueTokenClaims& claims) const;

  Services services_;
  int port_;
  int ceilings_port_;
};

}  // namespace stagedoor::bench
