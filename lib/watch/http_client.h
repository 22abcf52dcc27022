#pragma once

#include <string>

namespace stagedoor::watch {

// POSTs `json` to `url` (http or https) and waits 5 s at most. Empty when the answer was a 2xx,
// else what was wrong; that never names the address, which is a secret.
std::string post_json(const std::string& url, const std::string& json);

// GETs `url` the same way; `answer` gets the first 16 KiB of the body.
std::string get_text(const std::string& url, std::string& answer);

}  // namespace stagedoor::watch
