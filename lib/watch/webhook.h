#pragma once

#include <string>

namespace stagedoor::watch {

// POSTs `json` to `url` (http or https) and waits 5 s at most. Empty when the answer was a 2xx,
// else what was wrong; that never names the address, which is a secret.
std::string post_json(const std::string& url, const std::string& json);

}  // namespace stagedoor::watch
