// POST /api/v1/queue/tokens {concert_id}, in batches of those that wait
//
// 201 a new queue state, 200 the one that the user has already
// 404 not_found; 410 sold_out, sale_closed
#include "endpoint/batch.h"
#include "endpoint/queue_json.h"
#include "line/joining.h"

namespace stagedoor {
namespace {

line::JoinRequest read_join(Call& call) {
  const UserId user_id = call.user();
  return {user_id, ConcertId{call.body().integer("concert_id", http::kIdRange)}};
}

std::vector<Outcome<http::Response>> join_queue(std::span<Call> calls, Services& services) {
  return answer_batch(calls, read_join, [&](std::span<const line::JoinRequest> joins) {
    auto stores = services.line_stores();
    std::vector<Outcome<http::Response>> answers;
    for (const auto& joined : line::join_queue(stores, joins)) {
      answers.push_back(joined.transform([&](const line::Joined& now_in_line) {
        return queue_response(now_in_line.created ? 201 : 200, now_in_line.state, services);
      }));
    }
    return answers;
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_batch_endpoint("join_queue", argc, argv, stagedoor::join_queue);
}
