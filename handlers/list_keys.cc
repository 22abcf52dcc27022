// GET /api/v1/keys
//
// 200 {items: [{key_id, use, algorithm, public_key}...]}
#include "base/json_writer.h"
#include "endpoint/endpoint.h"
#include "http/caching.h"

namespace stagedoor {
namespace {

Outcome<http::Response> list_keys(Call& call, Services& services) {
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const proof::SigningKey& key : services.log_keys) {
    json.begin_object()
        .field("key_id", key.key_id())
        .field("use", "log")
        .field("algorithm", "Ed25519")
        .field("public_key", proof::to_base64(key.public_key()))
        .end_object();
  }
  json.end_array().end_object();
  return http::cacheable_json(call.request(), json.take(), "public, max-age=60");
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("list_keys", argc, argv, stagedoor::list_keys);
}
