// GET /api/v1/concerts/{concert_id}/draw
//
// 200 {concert_id, status, algorithm, commitment, closes_at, entries, log_root, beacon, secret,
//      seed, drawn_at}
// 404 not_found: no such concert, or its line is no lottery
#include "base/encoding.h"
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"
#include "line/draw.h"

namespace stagedoor {
namespace {

// As docs/fairness.md defines it.
constexpr const char* kAlgorithm = "stagedoor-draw-1";

std::optional<std::string> hex(const std::optional<std::string>& bytes) {
  if (!bytes) return std::nullopt;
  return to_hex(*bytes);
}

const char* status_of(const line::Draw& draw) {
  if (draw.seed) return "DRAWN";
  return draw.log_root ? "CLOSED" : "COMMITTED";
}

void write_beacon(JsonWriter& json, const line::Draw& draw) {
  json.key("beacon");
  if (!draw.beacon_chain) {
    json.value(nullptr);
    return;
  }
  json.begin_object()
      .field("kind", "drand")
      .field("chain", *draw.beacon_chain)
      .field("round", *draw.beacon_round)
      .key("value");
  if (draw.seed && !draw.beacon_value) {
    json.value("missing");
  } else {
    json.value(hex(draw.beacon_value));
  }
  json.end_object();
}

Outcome<http::Response> show_draw(Call& call, Services& services) {
  const auto id = call.path<ConcertId>();
  if (call.refused()) return call.refusal();
  // A look at the line is what makes the draw when it is due.
  const auto sight = services.lines.look(id);
  if (!sight) return sight.error();
  const auto draw = line::find_draw(services.database, id);
  if (!draw) return draw.error();
  JsonWriter json;
  json.begin_object()
      .field("concert_id", id)
      .field("status", status_of(*draw))
      .field("algorithm", kAlgorithm)
      .field("commitment", to_hex(draw->commitment))
      .field("closes_at", draw->closes_at)
      .field("entries", draw->entries)
      .field("log_root", hex(draw->log_root));
  write_beacon(json, *draw);
  json.field("secret", hex(draw->secret))
      .field("seed", hex(draw->seed))
      .field("drawn_at", draw->drawn_at)
      .end_object();
  return http::cacheable_json(call.request(), json.take(), "public, max-age=1");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("show_draw", argc, argv, stagedoor::show_draw);
}
