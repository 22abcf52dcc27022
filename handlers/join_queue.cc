// POST /api/v1/queue/tokens {concert_id}, in batches of those that wait
//
// 201 a new queue state, 200 the one that the user has already
// 403 email_unverified: where STAGEDOOR_VERIFIED_EMAIL asks for a verified address
// 404 not_found; 410 sold_out, sale_closed
#include <algorithm>

#include "endpoint/batch.h"
#include "endpoint/queue_json.h"
#include "line/joining.h"
#include "people/accounts.h"

namespace stagedoor {
namespace {

line::JoinRequest read_join(Call& call) {
  const UserId user_id = call.user();
  return {user_id, ConcertId{call.body().integer("concert_id", http::kIdRange)}};
}

// Those of the users who may not join.
std::set<UserId> find_unverified(std::span<const line::JoinRequest> joins, Services& services) {
  std::set<UserId> users;
  if (!services.config.verified_email) return users;
  for (const line::JoinRequest& join : joins) users.insert(join.user_id);
  for (const UserId& user_id :
       people::find_verified(services.database, {users.begin(), users.end()})) {
    users.erase(user_id);
  }
  return users;
}

http::Response answer(const line::Joined& joined, const Services& services) {
  return queue_response(joined.created ? 201 : 200, joined.state, services);
}

std::vector<Outcome<http::Response>> join_queue(std::span<Call> calls, Services& services) {
  return answer_batch(calls, read_join, [&](std::span<const line::JoinRequest> joins) {
    const std::set<UserId> unverified = find_unverified(joins, services);
    const auto may_join = [&](const line::JoinRequest& join) {
      return !unverified.contains(join.user_id);
    };
    std::vector<line::JoinRequest> allowed;
    std::copy_if(joins.begin(), joins.end(), std::back_inserter(allowed), may_join);
    auto stores = services.line_stores();
    const auto outcomes = line::join_queue(stores, allowed);
    auto next = outcomes.begin();
    std::vector<Outcome<http::Response>> answers;
    for (const line::JoinRequest& join : joins) {
      if (!may_join(join)) {
        answers.emplace_back(Refused{Refusal::kEmailUnverified});
        continue;
      }
      answers.push_back((next++)->transform(
          [&](const line::Joined& joined) { return answer(joined, services); }));
    }
    return answers;
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_batch_endpoint("join_queue", argc, argv, stagedoor::join_queue);
}
