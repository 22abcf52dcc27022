#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "stage.h"

// What the database alone can do: the statements of an operation in their order, from as many
// connections as its handler has processes, with no HTTP, no cache and no rule around them. When an
// operation's statements change, these must follow; the bench fails when their numbers differ.
namespace stagedoor::bench::raw {

// Connections with a thread each.
class Pool {
 public:
  Pool(const DatabaseConfig& config, std::size_t connections);

  // Calls work(connection, 0) ... work(connection, calls - 1) on whichever connection is free, and
  // returns how many per second. The first exception of any is thrown here.
  using Work = std::function<void(db::Connection& connection, std::size_t call)>;
  double rate(std::size_t calls, const Work& work);

 private:
  std::vector<std::unique_ptr<db::Connection>> connections_;
};

void join(db::Connection& database, const Show& show, UserId user_id);

// One seat for a fan; the reservation, or nothing when it is taken.
std::optional<ReservationId> reserve(db::Connection& database, const Fan& fan, DateId date_id,
                                     std::int64_t seat);

// Pays for a reservation of one seat.
void pay(db::Connection& database, const Fan& fan, DateId date_id, ReservationId reservation_id);

}  // namespace stagedoor::bench::raw
