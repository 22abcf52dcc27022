// A lottery from its first entry to the line that it becomes, step by step.
#include "integration/line_fixture.h"
#include "line/draw.h"
#include "line/log.h"

namespace stagedoor {
namespace {

using namespace std::chrono_literals;

class Lottery : public Lines {
 protected:
  // All steps that are due, however slow the machine is.
  LineSnapshot advance() {
    return *line::advance_line(here_.database, here_.memcached, concert_, {}, 60s);
  }
  void close() {
    set_opening(here_.database, concert_, here_.database.now() + 1h);
    advance();
  }
  void open() {
    set_opening(here_.database, concert_, here_.database.now());
    advance();
  }
  line::Draw draw() { return *line::find_draw(here_.database, concert_); }

  line::QueueState state_of(const QueueTokenClaims& claims) {
    return *line::find_queue_state(here_.stores, claims);
  }

  std::vector<QueueTokenClaims> join(std::size_t count) {
    std::vector<QueueTokenClaims> claims;
    for (const auto& joined : here_.join(concert_, new_users(count))) {
      claims.push_back(joined->state.claims);
    }
    return claims;
  }

  void expect_positions(const std::vector<QueueTokenClaims>& waiting,
                        const proof::DrawOrder& order) {
    std::map<Place, QueueTokenClaims> by_place;
    for (const QueueTokenClaims& claims : waiting) {
      by_place[order.place_of(claims.entry)] = claims;
    }
    std::int64_t position = 0;
    for (const auto& [place, claims] : by_place) {
      EXPECT_EQ(state_of(claims).position, ++position) << "place " << place.value;
    }
  }

  const ConcertId concert_ = new_lottery(here_.database, 1, here_.database.now() + 1h);
};

}  // namespace

TEST_F(Lottery, ClosesBetweenTheLastJoinBeforeItsTimeAndTheFirstAfterIt) {
  join(5);
  const Time closes_at = here_.database.now();
  join(4);
  set_opening(here_.database, concert_, closes_at + 1h);
  const LineSnapshot line = advance();
  EXPECT_TRUE(line.awaits_draw);
  EXPECT_EQ(draw().entries, 5);
  EXPECT_EQ(draw().closes_at, closes_at);
  EXPECT_FALSE(draw().secret);
  here_.database.execute("UPDATE line_logs SET written_at = NULL WHERE concert_id = ?", concert_);
  line::write_log(here_.database, concert_, 60s);
  EXPECT_EQ(line::read_log_head(here_.database, concert_)->size, 9) << "the log goes on";
}

TEST_F(Lottery, KeepsWhatIsInTheLogWhenItsClosingIsPutForward) {
  join(5);
  line::write_log(here_.database, concert_, 60s);
  set_opening(here_.database, concert_, here_.database.now() - 1h);
  advance();
  EXPECT_EQ(draw().entries, 5);
  EXPECT_EQ(draw().log_root, proof::bytes_of(line::read_log_head(here_.database, concert_)->root));
}

TEST_F(Lottery, LeavesItsLogToTheDrawWhenItsEntriesClose) {
  join(3);
  set_opening(here_.database, concert_, here_.database.now() + 1h);
  line::write_log(here_.database, concert_, 60s);
  EXPECT_EQ(line::read_log_head(here_.database, concert_)->size, 0);
  advance();
  EXPECT_EQ(line::read_log_head(here_.database, concert_)->size, 3);
  EXPECT_TRUE(draw().log_root);
}

TEST_F(Lottery, KnowsPositionsExactlyWhoeverLeftBeforeAndAfterTheDraw) {
  auto claims = join(300);
  const auto leave = [&](std::size_t index) {
    EXPECT_TRUE(sale::end_token(here_.stores, claims[index].token_id, EndReason::kLeft));
    claims.erase(claims.begin() + static_cast<std::ptrdiff_t>(index));
  };
  for (const std::size_t index : {250U, 100U, 7U, 0U}) leave(index);
  EXPECT_EQ(advance().waiting(), 296);
  EXPECT_FALSE(state_of(claims[0]).position);
  close();
  leave(30);
  const auto late = join(2);
  claims.insert(claims.end(), late.begin(), late.end());
  open();
  const LineSnapshot line = advance();
  ASSERT_TRUE(line.drawn);
  EXPECT_EQ(line.active, 1);
  EXPECT_EQ(line.waiting(), 296);
  std::erase_if(claims, [&](const QueueTokenClaims& one) {
    return line.place_of(one.entry) <= line.front_place;
  });
  expect_positions(claims, *line.drawn);
  leave(150);
  leave(claims.size() - 2);
  EXPECT_EQ(advance().waiting(), 294);
  expect_positions(claims, *line.drawn);
}

TEST_F(Lottery, LetsInByPlaceThoseWhoAreThereAndThenWhoCameLater) {
  auto claims = join(20);
  close();
  const auto late = join(3);
  open();
  const proof::DrawOrder order = *advance().drawn;
  for (std::int64_t place = 2; place <= 18; ++place) {
    const Entry entry = order.entry_at(Place{place});
    const auto one = std::find_if(claims.begin(), claims.end(),
                                  [&](const auto& claim) { return claim.entry == entry; });
    EXPECT_TRUE(sale::end_token(here_.stores, one->token_id, EndReason::kLeft));
  }
  here_.database.execute("UPDATE concerts SET max_active = 4 WHERE concert_id = ?", concert_);
  const LineSnapshot line = advance();
  EXPECT_EQ(line.active, 4);
  EXPECT_EQ(line.front_place, Place{21}) << "two who were drawn, and one who came later";
  EXPECT_EQ(state_of(late[0]).status, TokenStatus::kActive);
  EXPECT_EQ(state_of(late[1]).position, 1);
}

TEST_F(Lottery, DrawsOnceWhoeverLooksFirst) {
  join(50);
  close();
  set_opening(here_.database, concert_, here_.database.now());
  testing::parallel(8, 8, [&](std::size_t) {
    LineProcess there(server_);
    return line::advance_line(there.database, there.memcached, concert_).ok();
  });
  EXPECT_EQ(text_of(here_.database, "SELECT SUM(admitted) FROM admissions WHERE concert_id = ?",
                    concert_),
            "1");
}

TEST_F(Lottery, EndsWithItsSaleBeforeItWasDrawn) {
  const auto before = join(3);
  here_.database.execute(
      "UPDATE concerts SET sale_closes_at = SYSDATE(6) - INTERVAL 1 SECOND"
      " WHERE concert_id = ?",
      concert_);
  advance();
  here_.database.execute("UPDATE concerts SET sale_closes_at = NULL WHERE concert_id = ?",
                         concert_);
  advance();
  const auto after = join(3);
  close();
  open();
  const LineSnapshot line = advance();
  EXPECT_EQ(line.active, 1);
  EXPECT_EQ(line.waiting(), 2);
  for (const QueueTokenClaims& claims : before) {
    EXPECT_EQ(state_of(claims).reason, EndReason::kSaleClosed);
  }
}

}  // namespace stagedoor
