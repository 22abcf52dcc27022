// POST /api/v1/queue/tokens {concert_id}, in batches of those that wait
//
// 201 a new queue state, 200 the one that the user has already
// 404 not_found; 410 sold_out, sale_closed
#include "endpoint/batch.h"
#include "endpoint/queue_json.h"
#include "http/json_body.h"
#include "line/joining.h"

namespace stagedoor {
namespace {

Outcome<line::JoinRequest> read_join(const http::Request& request) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const ConcertId concert_id{body->root().integer("concert_id", http::kIdRange)};
  if (const auto checked = body->check(); !checked) return checked.error();
  return line::JoinRequest{*user_id, concert_id};
}

std::vector<Outcome<http::Response>> join_queue(std::span<const http::Request> requests,
                                                Services& services) {
  return answer_batch(requests, read_join, [&](std::span<const line::JoinRequest> joins) {
    auto room = services.waiting_room();
    std::vector<Outcome<http::Response>> answers;
    for (const auto& joined : line::join_queue(room, joins)) {
      if (!joined) {
        answers.push_back(joined.error());
        continue;
      }
      answers.push_back(queue_response(joined->created ? 201 : 200, joined->state, services));
    }
    return answers;
  });
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_batch_endpoint("join_queue", argc, argv, stagedoor::join_queue);
}
