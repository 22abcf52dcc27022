// GET /api/v1/concerts/{concert_id}/log/tile/{tile_path}
//
// 200 hashes or entries of the log (C2SP tlog-tiles): L/N, L/N.p/W, entries/N, entries/N.p/W
// 404 not_found: no such tile, or not yet
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "line/log.h"

namespace stagedoor {
namespace {

Outcome<http::Response> show_tile(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  const auto tile = proof::parse_tile_path(call.request().param("TILE_PATH"));
  if (!tile) call.refuse_path(Refusal::kNotFound);
  if (call.refused()) return call.refusal();
  auto bytes = line::read_tile(services.database, services.memcached, id, *tile);
  if (!bytes) return Refused{Refusal::kNotFound};
  return http::Response{.content_type = "application/octet-stream",
                        .headers = {{"Cache-Control", http::kImmutable}},
                        .body = std::move(*bytes)};
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_tile", argc, argv, stagedoor::show_tile);
}
