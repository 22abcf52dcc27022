// GET /healthz
//
// 200: nginx and a handler answer
#include "endpoint/endpoint.h"

int main(int argc, char** argv) {
  return stagedoor::run_endpoint(
      "healthz", argc, argv,
      [](stagedoor::Call&, stagedoor::Services&) -> stagedoor::Outcome<stagedoor::http::Response> {
        return stagedoor::http::json(200, R"({"status":"ok"})");
      });
}
