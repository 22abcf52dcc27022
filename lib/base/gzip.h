#pragma once

#include <string>
#include <string_view>

namespace stagedoor {

// The content as a gzip file (RFC 1952), quickly rather than as small as can be. The same content
// gives the same bytes.
std::string gzip(std::string_view content);

}  // namespace stagedoor
