// POST /api/v1/password-resets/{reset_token} {password}
//
// 204: the password is set, the address verified, and all sessions of the user end
// 410 link_expired: it was used, is older than half an hour, or never was one
#include "endpoint/endpoint.h"
#include "people/passwords.h"

namespace stagedoor {
namespace {

Outcome<http::Response> reset_password(Call& call, Services& services) {
  const std::string password = call.body().text("password", {10, 128});
  if (call.refused()) return call.refusal();
  const auto link = services.link_tokens.verify(call.request().param("RESET_TOKEN"));
  if (!link) return Refused{Refusal::kLinkExpired};
  return people::reset_password(services.database, *link, password).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("reset_password", argc, argv, stagedoor::reset_password);
}
