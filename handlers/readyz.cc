// GET /readyz
//
// 200 {status, database, cache}: the database takes writes; without its cache Stagedoor is slower,
//     but right, so that a missing cache is told and does not make it unready
// 503 the same: the database does not answer, or is read-only or cut off from its cluster
#include "base/json_writer.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

const char* name_of(db::ServerState state) {
  switch (state) {
    case db::ServerState::kDown:
      return "down";
    case db::ServerState::kUnusable:
      return "unusable";
    case db::ServerState::kUsable:
      return "ok";
  }
  return "down";
}

Outcome<http::Response> readyz(Call&, Services& services) {
  const db::ServerState database = services.database.state();
  const bool is_ready = database == db::ServerState::kUsable;
  const bool cache = services.memcached.ping();
  JsonWriter json;
  json.begin_object()
      .field("status", is_ready ? "ready" : "not_ready")
      .field("database", name_of(database))
      .field("cache", cache ? "ok" : "down")
      .end_object();
  auto response = http::json(is_ready ? 200 : 503, json.take());
  if (!is_ready) response.headers.emplace_back("Retry-After", "2");
  return response;
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("readyz", argc, argv, stagedoor::readyz);
}
