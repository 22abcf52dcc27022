#pragma once

#include <optional>
#include <string_view>

#include "endpoint/endpoint.h"

namespace stagedoor {

// Sends the request back to the listing that nginx keeps (SEATS_KEPT_AT), unless it is to read the
// seats. Of a crowd that comes when the listing is old one reads them; for the others this is all.
// Who comes from there (SEATS_VERSION, SEATS_TRY), as nginx does not keep that version yet, is sent
// back too while another one fetches it, a few times: nginx makes each wait for its lock.
std::optional<http::Response> send_to_kept_listing(const http::Request& request, Services& services,
                                                   ConcertId concert_id, DateId date_id);

// The answer with this body. nginx keeps it if it is what was wanted under SEATS_VERSION.
http::Response whole_listing(const http::Request& request, Services& services, ConcertId concert_id,
                             DateId date_id, std::string body);

}  // namespace stagedoor
