// GET /readyz
//
// 200 {status, database, cache}: the database answers; without its cache Stagedoor is slower, but
//     right, so that a missing cache is told and does not make it unready
// 503 the same: the database does not answer
#include "base/json_writer.h"
#include "endpoint/endpoint.h"

namespace stagedoor {
namespace {

const char* state_name(bool answers) { return answers ? "ok" : "down"; }

Outcome<http::Response> readyz(Call&, Services& services) {
  const bool database = services.database.ping();
  const bool cache = services.memcached.ping();
  JsonWriter json;
  json.begin_object()
      .field("status", database ? "ready" : "not_ready")
      .field("database", state_name(database))
      .field("cache", state_name(cache))
      .end_object();
  auto response = http::json(database ? 200 : 503, json.take());
  if (!database) response.headers.emplace_back("Retry-After", "2");
  return response;
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("readyz", argc, argv, stagedoor::readyz);
}
