#include "endpoint/authorization.h"

#include <algorithm>

#include "endpoint/access_token.h"
#include "endpoint/queue_json.h"
#include "http/caching.h"

namespace stagedoor {
namespace {

Outcome<token::Identity> identify(const http::Request& request, Services& services) {
  const auto identity = read_access_token(request, services);
  if (!identity) return identity;
  if (services.access.has_ended(
          {identity->user_id, identity->key, identity->issued_at, identity->expires_at})) {
    return Refused{Refusal::kUnauthenticated};
  }
  const bool needs_admin = request.param("AUTH_LEVEL") == "admin";
  if (needs_admin && identity->role != token::Role::kAdmin) return Refused{Refusal::kForbidden};
  return identity;
}

// The seat listing may go on for a second with a token that has ended; this is half of it.
constexpr Micros kAdmittedAgeMax = std::chrono::milliseconds{500};
constexpr std::size_t kAdmittedMax = 4'096;

void remember_admitted(Services& services, const line::QueueState& state) {
  auto& recently = services.recently_admitted;
  if (recently.size() >= kAdmittedMax) recently.clear();
  const Micros ends_in = *state.expires_at - services.database.estimated_now();
  recently[state.claims.token_id] = monotonic_now() + std::min(kAdmittedAgeMax, ends_in);
}

// Lets in the owner of an ACTIVE token for the concert in the path. Looking at seats counts as
// showing up. The answer may be a second old; a write asks the database again.
Outcome<Done> check_admission(const http::Request& request, Services& services, UserId user_id) {
  const auto claims = read_own_queue_token(request, services, user_id);
  if (!claims) return claims.error();
  const auto concert_id = request.in_path<ConcertId>("CONCERT_ID");
  if (!concert_id || claims->concert_id != *concert_id) return Refused{Refusal::kWrongConcert};
  const auto recently = services.recently_admitted.find(claims->token_id);
  if (recently != services.recently_admitted.end() && monotonic_now() < recently->second) {
    return Done{};
  }
  auto stores = services.line_stores();
  const auto state = line::find_queue_state(stores, *claims);
  if (!state) return state.error();
  if (state->status != TokenStatus::kActive) return line::refuse_inactive(*state);
  remember_admitted(services, *state);
  return Done{};
}

// The query as the client wrote it, which nginx does not pass on to an auth subrequest.
std::string_view original_query(const http::Request& request) {
  const std::string_view uri = request.param("REQUEST_URI");
  const auto mark = uri.find('?');
  return mark == std::string_view::npos ? std::string_view{} : uri.substr(mark + 1);
}

// Names the file of the listing of the date in the path, for the web server, and says so when the
// client has it already. Without a name the handler list_seats is asked.
void name_listing(const http::Request& request, Services& services, http::Response& response) {
  const std::string_view listings_at = request.param("LISTINGS_AT");
  const std::string_view query = original_query(request);
  const bool available_only = query == "status=AVAILABLE";
  if (listings_at.empty() || (!query.empty() && !available_only)) return;
  const auto concert_id = request.in_path<ConcertId>("CONCERT_ID");
  const auto date_id = request.in_path<DateId>("DATE_ID");
  if (!concert_id || !date_id) return;
  const auto listing = services.listings.name({*concert_id, *date_id}, available_only);
  if (!listing) return;
  const bool unchanged = http::has_tag(request, listing->version);
  response.headers.emplace_back(unchanged ? "Listing-Unchanged" : "Listing",
                                std::string(listings_at) + listing->file);
}

// A refusal in the form that nginx can pass on: see handlers/authorize.cc.
http::Response as_subrequest_refusal(const http::Request& request, const Refused& refused) {
  const http::Problem problem = http::problem_for(refused);
  const http::Response rendered = http::render(problem, request.request_id());
  return {.status = problem.status == 401 ? 401 : 403,
          .content_type = "",
          .headers = {{"Problem", rendered.body}}};
}

}  // namespace

Outcome<http::Response> authorize(Call& call, Services& services) {
  const http::Request& request = call.request();
  const auto identity = identify(request, services);
  if (!identity) return as_subrequest_refusal(request, identity.error());
  http::Response response = http::no_content();
  if (request.param("AUTH_LEVEL") == "admitted") {
    const auto admitted = check_admission(request, services, identity->user_id);
    if (!admitted) return as_subrequest_refusal(request, admitted.error());
  }
  name_listing(request, services, response);
  response.headers.emplace_back("User-Id", identity->user_id.text());
  response.headers.emplace_back("Role", token::role_name(identity->role));
  return response;
}

}  // namespace stagedoor
