#include "support/queue.h"

namespace stagedoor::testing {
namespace {

// A UUID as the database prints it.
std::string uuid_column(const std::string& column) {
  return "LOWER(INSERT(INSERT(INSERT(INSERT(HEX(" + column +
         "), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))";
}

Headers with_queue_token(const std::string& token) { return {{"Queue-Token", token}}; }

// Looks at every instant at which a token was admitted.
constexpr Rule kRules[] = {
    {"places have gaps or doubles",
     "SELECT COUNT(*), COUNT(DISTINCT place), MIN(place), MAX(place) FROM queue_tokens"
     " WHERE concert_id = @concert"
     " HAVING COUNT(*) > 0 AND (COUNT(*) <> COUNT(DISTINCT place) OR COUNT(*) <> MAX(place)"
     "  OR MIN(place) <> 1)"},
    {"the counter is not at the last place",
     "SELECT last_place FROM queue_counters WHERE concert_id = @concert AND last_place <>"
     " (SELECT COALESCE(MAX(place), 0) FROM queue_tokens WHERE concert_id = @concert)"},
    {"a user has two live tokens",
     "SELECT HEX(user_id), COUNT(*) FROM queue_tokens"
     " WHERE concert_id = @concert AND status <> 'EXPIRED' GROUP BY user_id HAVING COUNT(*) > 1"},
    {"a waiting user was overtaken",
     "SELECT place, status FROM queue_tokens WHERE concert_id = @concert AND status = 'WAITING'"
     " AND place > (SELECT ended_place FROM queues WHERE concert_id = @concert)"
     " AND place < (SELECT MAX(place) FROM queue_tokens"
     "              WHERE concert_id = @concert AND admitted_at IS NOT NULL)"},
    {"admissions are out of order",
     "SELECT place, admitted_at FROM (SELECT place, admitted_at,"
     "  LAG(admitted_at) OVER (ORDER BY place) AS before_it FROM queue_tokens"
     "  WHERE concert_id = @concert AND admitted_at IS NOT NULL) AS t"
     " WHERE admitted_at < before_it"},
    {"an admission exceeded the limit",
     "SELECT admission, active_after, max_active FROM admissions"
     " WHERE concert_id = @concert AND active_after > max_active"},
    {"the admissions do not add up to the tokens",
     "SELECT admissions, tokens FROM (SELECT"
     "  (SELECT COALESCE(SUM(admitted), 0) FROM admissions WHERE concert_id = @concert)"
     "    AS admissions,"
     "  (SELECT COUNT(*) FROM queue_tokens WHERE concert_id = @concert AND admitted_at IS NOT NULL)"
     "    AS tokens) AS t WHERE admissions <> tokens"},
    {"more were active than an admission allowed",
     "SELECT a.admission, COUNT(*), a.max_active FROM admissions a JOIN queue_tokens t"
     " ON t.concert_id = a.concert_id AND t.admitted_at <= a.admitted_at"
     "  AND (t.ended_at IS NULL OR t.ended_at > a.admitted_at)"
     " JOIN queues q ON q.concert_id = a.concert_id"
     "  AND (t.place > q.ended_place OR a.front_place <= q.ended_place)"
     " WHERE a.concert_id = @concert GROUP BY a.admission, a.max_active"
     " HAVING COUNT(*) > a.max_active"},
};

}  // namespace

std::string id_of(const Json& concert) { return std::to_string(concert["concert_id"].integer()); }

Response join(const User& user, const Json& concert) {
  return post("/queue/tokens", "{\"concert_id\":" + id_of(concert) + "}", as(user));
}

Json joined(const User& user, const Json& concert) {
  const Response response = join(user, concert);
  if (response.status != 201 && response.status != 200) refuse("not joined", response);
  return response.json();
}

std::vector<Json> join_in_order(std::size_t count, const Json& concert) {
  std::vector<Json> states;
  for (std::size_t i = 0; i < count; ++i) states.push_back(joined(new_user(), concert));
  return states;
}

Response poll(const std::string& token) {
  return get("/queue/tokens/current", with_queue_token(token));
}

Json state_of(const std::string& token) {
  const Response response = poll(token);
  if (response.status != 200) refuse("poll", response);
  return response.json();
}

Json state_of(const Json& state) { return state_of(state["token"].text()); }

Response leave(const std::string& token) {
  return send({"DELETE", "/api/v1/queue/tokens/current", with_queue_token(token), ""});
}

Response revoke_token(const std::string& token_id) {
  return post("/admin/queue/tokens/" + token_id + "/revoke", "", as_admin());
}

Response change(const Json& concert, const std::string& settings) {
  return patch("/admin" + concert_path(concert), settings, as_admin());
}

void close_in_a_second(const Json& concert) {
  const std::string closes_at = time_from_now(std::chrono::seconds(1));
  const Response response = change(concert, R"({"sale_closes_at":")" + closes_at + "\"}");
  EXPECT_EQ(response.status, 200) << response;
}

bool becomes(const Json& state, const std::string& status, std::chrono::milliseconds within) {
  return eventually(within, [&] { return state_of(state)["status"].text() == status; });
}

std::vector<TokenRow> token_rows(const Json& concert) {
  std::vector<TokenRow> rows;
  for (const Row& row : Installation::shared().query(
           "SELECT " + uuid_column("token_id") +
           ", place, status, expired_reason FROM queue_tokens WHERE concert_id = " +
           id_of(concert) + " ORDER BY place")) {
    rows.push_back({row.at(0), std::stoll(row.at(1)), row.at(2), row.at(3)});
  }
  return rows;
}

std::map<std::string, std::int64_t> exact_positions(const Json& concert) {
  std::map<std::string, std::int64_t> positions;
  std::int64_t position = 0;
  for (const TokenRow& row : token_rows(concert)) {
    if (row.status == "WAITING") positions[row.token_id] = ++position;
  }
  return positions;
}

void expect_fair(const Json& concert, std::source_location where) {
  expect_no_rows(kRules, concert, where);
}

}  // namespace stagedoor::testing
