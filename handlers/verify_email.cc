// POST /api/v1/email-verifications/{verification_token}
//
// 204: the address that the letter was sent to is the user's
// 410 link_expired: it was used, is older than half an hour, or never was one
// 409 email_taken: another account has taken the address since
#include "endpoint/endpoint.h"
#include "people/accounts.h"

namespace stagedoor {
namespace {

Outcome<http::Response> verify_email(Call& call, Services& services) {
  call.expect_no_body();
  if (call.refused()) return call.refusal();
  const auto link = services.link_tokens.verify(call.request().param("VERIFICATION_TOKEN"));
  if (!link) return Refused{Refusal::kLinkExpired};
  return people::verify_email(services.database, *link).transform(http::done);
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("verify_email", argc, argv, stagedoor::verify_email);
}
