// GET /api/v1/concerts/{concert_id}/log/checkpoint
//
// 200 a signed note (C2SP tlog-checkpoint): origin, size and root of the log of the line
// 404 not_found
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "line/log.h"

namespace stagedoor {
namespace {

// What this call may write down itself, where nothing has moved the line.
constexpr Micros kBudget = std::chrono::milliseconds{500};

// The log of one line of one installation, which the oldest of its keys names.
std::string log_origin(const Services& services, ConcertId id) {
  return "stagedoor-" + services.log_keys.back().key_id() + "/concerts/" + std::to_string(id.value);
}

Outcome<http::Response> show_checkpoint(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  if (call.refused()) return call.refusal();
  line::write_log(services.database, id, kBudget);
  const auto head = line::read_log_head(services.database, id);
  if (!head) return Refused{Refusal::kNotFound};
  return http::Response{.content_type = "text/plain; charset=utf-8",
                        .headers = {{"Cache-Control", "public, max-age=1"}},
                        .body = proof::sign_checkpoint(log_origin(services, id), head->size,
                                                       head->root, services.log_keys)};
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_checkpoint", argc, argv, stagedoor::show_checkpoint);
}
