#pragma once

#include "support/http_client.h"

namespace stagedoor::testing {

// Notes what was asked and answered as a line of JSON in the file that STAGEDOOR_TEST_EXCHANGES
// names, for tests/openapi/check_exchanges.mjs; does nothing when that is not set. Of answers that
// look the same (method, shape of the path, status, code) it keeps the first hundred.
void log_exchange(const std::string& method, const std::string& path, const Response& response);

}  // namespace stagedoor::testing
