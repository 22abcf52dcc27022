#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/refusal.h"
#include "line/queue_row.h"
#include "proof/draw_order.h"

// The draw of a lottery (docs/fairness.md): committed to, closed, drawn, and shown to anyone.
namespace stagedoor::line {

// Gives a line a draw with a new secret. REQUIRES: nobody has joined it.
void insert_draw(db::Transaction& transaction, ConcertId concert_id);

// In which order a line moves now.
struct MovingOrder {
  bool awaits_draw = false;
  std::optional<proof::DrawOrder> drawn = {};
  bool goes_on = false;  // a step was made that another one follows

  [[nodiscard]] Place place_of(Entry entry) const {
    return drawn ? drawn->place_of(entry) : Place{entry.value};
  }
};

// Closes the entries of a lottery, and draws it, when it is time: one step. REQUIRES: the queue's
// row is locked; it and its blocks are in the order of arrival until the draw, which turns them.
MovingOrder advance_draw(db::Transaction& transaction, ConcertId concert_id, QueueRow& queue,
                         const SaleTimes& sale, Time now);

// Closes the entries of a lottery if it is time, and they are not; returns whether it did.
// REQUIRES: the queue's row is locked.
bool close_entries_if_due(db::Transaction& transaction, ConcertId concert_id, const SaleTimes& sale,
                          Time now);

bool are_entries_closed(db::Transaction& transaction, ConcertId concert_id);

// A draw as its row has it; of what is not public yet nothing.
struct Draw {
  std::string commitment;
  Time closes_at;
  std::optional<std::int64_t> entries;
  std::optional<std::string> log_root;
  std::optional<std::string> beacon_chain;
  std::optional<std::int64_t> beacon_round;
  std::optional<std::string> beacon_value;
  std::optional<std::string> secret;
  std::optional<std::string> seed;
  std::optional<Time> drawn_at;
};

// kNotFound: there is no such concert, or its line is no lottery.
Outcome<Draw> find_draw(db::Connection& database, ConcertId concert_id);

// Notes the public random value that a draw waits for, unless it has been drawn.
void note_beacon(db::Connection& database, ConcertId concert_id, const proof::Hash& value);

}  // namespace stagedoor::line
