#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/queue.h"

// The words of seats and reservations. All of them talk to Installation::shared().
namespace stagedoor::testing {

inline constexpr std::int64_t kSeatPrice = 100'000;

// A user who was admitted to a concert.
struct Fan {
  User user;
  std::string token_id;
  std::string queue_token;
};

// The fan of a queue state, as a join answers it.
Fan fan_of(const User& user, const Json& state);
// Joins and waits to be let in; throws when that takes longer than two seconds.
Fan admitted(const Json& concert, const User& user = new_user());
std::vector<Fan> admitted(std::size_t count, const Json& concert);

Headers as(const Fan& fan);

// The id of the concert's date number `index`.
std::int64_t date_of(const Json& concert, std::size_t index = 0);
// A range of seats for NewDate::seats_json, `members` as in `"grade":"VIP"`.
std::string seat_range(std::int64_t from, std::int64_t to, const std::string& members = "");
// One date with the seats 1 to `seats` at kSeatPrice, and room inside for all unless
// `settings` say otherwise.
NewConcert hall(std::int64_t seats, std::map<std::string, std::int64_t> settings = {});

// What a reserve of these seats sends.
std::string wish_for(std::int64_t date_id, const std::vector<std::int64_t>& numbers);
Response reserve_body(const Fan& fan, const std::string& body, const Headers& more = {});
Response reserve(const Fan& fan, std::int64_t date_id, const std::vector<std::int64_t>& numbers,
                 const Headers& more = {});
Response reserve_best(const Fan& fan, std::int64_t date_id, std::int64_t count,
                      const std::string& grade = "");
// The reservation of a reserve that succeeded; throws with the answer of one that did not.
Json held(const Fan& fan, std::int64_t date_id, const std::vector<std::int64_t>& numbers);

std::string reservation_path(const Json& reservation);
Response release(const User& user, const Json& reservation);
// As GET /reservations/{reservation_id} shows it now.
Json reservation_now(const User& user, const Json& reservation);
std::vector<std::int64_t> numbers_of(const Json& seats);
// Consecutive numbers of one section.
bool are_neighbours(const Json& reservation);

std::string seats_path(const Json& concert, std::size_t date_index = 0);
// Statuses by number, from the listing; throws when it is not a 200.
std::map<std::int64_t, std::string> listed_seats(const Fan& fan, const Json& concert);

// Moves the hold's deadline, wherever it is kept, to that long from now.
void move_deadline(const Json& reservation, std::chrono::milliseconds from_now);
// Makes the hold's deadline, or that of all holds of the concert, lie in the past.
void let_lapse(const Json& reservation);
void let_all_lapse(const Json& concert);
// Fills the first seats of the first date with holds of new users, all of which have
// lapsed: by SQL, as many as you like.
void add_lapsed_holds(const Json& concert, std::size_t holds, std::size_t seats_each);
// A sweep; returns what it said.
Json sweep();

// What must hold of the seats of a concert at any time: a seat has one owner, two holds of it never
// overlapped, and a hold is wholly there.
void expect_whole(const Json& concert,
                  std::source_location where = std::source_location::current());

}  // namespace stagedoor::testing
