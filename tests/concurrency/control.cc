// The control of the races for a seat: the product's own reserve oversells when the test's
// connections take the locks out of its statements, so that a test in which nothing is oversold
// proves something. With the locks it does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "endpoint/services.h"
#include "integration/database_proxy.h"
#include "sale/reservations.h"
#include "support/seats.h"

using namespace stagedoor::testing;
using stagedoor::DatabaseProxy;
using stagedoor::Services;

namespace {

constexpr std::size_t kConnections = 16;
constexpr std::int64_t kSeats = 50;

stagedoor::Config config_of(const Installation& installation) {
  stagedoor::Config config;
  config.home = installation.home();
  config.database.unix_socket = installation.home() / "run/mariadb.sock";
  config.database.user = "stagedoor";
  config.database.password = installation.secret("db_password");
  config.database.schema = "stagedoor";
  config.memcached_servers = {installation.home() / "run/memcached.sock"};
  config.memcached_timeout = std::chrono::seconds{5};
  config.access_token_secrets = {std::string(32, 'a')};
  config.queue_token_keys = {installation.secret("queue_token_keys")};
  return config;
}

class Control : public ::testing::Test {
 protected:
  Control() : config_(config_of(Installation::shared())), proxy_(config_.database) {
    config_.database = proxy_.config();
    for (std::size_t i = 0; i < kConnections; ++i) {
      services_.push_back(std::make_unique<Services>(config_));
    }
  }

  DatabaseProxy& proxy() { return proxy_; }

  // For every seat as many fans as there are connections reach at once; returns how many of them
  // were told that they hold it.
  std::vector<std::int64_t> race(const Json& concert) {
    const std::vector<Fan> fans = admitted(kSeats * kConnections, concert);
    std::vector<std::int64_t> owners;
    for (std::int64_t number = 1; number <= kSeats; ++number) {
      const Fan* first = &fans[static_cast<std::size_t>(number - 1) * kConnections];
      const auto took = parallel(kConnections, kConnections, [&](std::size_t i) {
        return reserve(*services_[i], first[i], date_of(concert), number) ? 1 : 0;
      });
      owners.push_back(std::count(took.begin(), took.end(), 1));
    }
    return owners;
  }

 private:
  static bool reserve(Services& services, const Fan& fan, std::int64_t date_id,
                      std::int64_t number) {
    const auto claims = services.queue_tokens.verify(fan.queue_token);
    if (!claims) throw std::runtime_error("not a token of this installation");
    auto stores = services.line_stores();
    return stagedoor::sale::reserve_seats(stores,
                                          {.user_id = claims->user_id,
                                           .token = *claims,
                                           .date_id = {date_id},
                                           .wish = {.numbers = {number}},
                                           .key = {}},
                                          [](const stagedoor::Reservation&) { return ""; })
        .ok();
  }

  stagedoor::Config config_;
  DatabaseProxy proxy_;
  std::vector<std::unique_ptr<Services>> services_;
};

void forget_holds(const Json& concert) {
  Installation::shared().query(
      "UPDATE seats SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL"
      " WHERE date_id = " +
      std::to_string(date_of(concert)) +
      ";DELETE rs FROM reservation_seats rs JOIN reservations r"
      " ON r.reservation_id = rs.reservation_id WHERE r.concert_id = " +
      id_of(concert) + ";DELETE FROM reservations WHERE concert_id = " + id_of(concert) +
      ";UPDATE queue_tokens SET hold_id = NULL, held_until = NULL, ends_at = active_until"
      " WHERE hold_id IS NOT NULL AND concert_id = " +
      id_of(concert));
}

}  // namespace

TEST_F(Control, WithoutTheLockTheSameRaceOversellsAndTheAuditSeesIt) {
  proxy().take_out_locks();
  const Json concert = create_concert(hall(kSeats));
  const std::vector<std::int64_t> owners = race(concert);
  const auto oversold =
      std::count_if(owners.begin(), owners.end(), [](std::int64_t count) { return count > 1; });
  EXPECT_GT(oversold, 0) << "the race is no race";
  std::cout << "without the lock " << oversold << " of " << kSeats << " seats are oversold\n";
  const CommandResult audit = Installation::shared().run({"audit"});
  EXPECT_NE(audit.exit_code, 0) << audit.out;
  EXPECT_NE(audit.out.find("VIOLATED  seats: a live hold holds all of its seats"),
            std::string::npos)
      << audit.out;
  forget_holds(concert);
}

TEST_F(Control, WithTheLockTheSameRaceGivesEachSeatOneOwner) {
  const Json concert = create_concert(hall(kSeats));
  const std::vector<std::int64_t> owners = race(concert);
  EXPECT_EQ(owners, std::vector<std::int64_t>(kSeats, 1));
  expect_whole(concert);
  forget_holds(concert);
}
