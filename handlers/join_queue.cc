// POST /api/v1/queue/tokens {concert_id}
//
// 201 a new queue state, 200 the one that the user has already
// 404 not_found; 410 sold_out, sale_closed
#include "endpoint/endpoint.h"
#include "endpoint/queue_json.h"
#include "http/json_body.h"
#include "line/joining.h"

namespace stagedoor {
namespace {

Outcome<http::Response> join_queue(const http::Request& request, Services& services) {
  const auto user_id = request.user_id();
  if (!user_id) return user_id.error();
  auto body = http::JsonBody::parse(request);
  if (!body) return body.error();
  const ConcertId concert_id{body->root().integer("concert_id", http::kIdRange)};
  if (const auto checked = body->check(); !checked) return checked.error();

  auto room = services.waiting_room();
  const line::JoinRequest join{*user_id, concert_id};
  const auto joined = line::join_queue(room, {&join, 1}).front();
  if (!joined) return joined.error();
  return queue_response(joined->created ? 201 : 200, joined->state, services);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("join_queue", argc, argv, stagedoor::join_queue);
}
