#pragma once

#include <string>
#include <string_view>

namespace stagedoor {

// Tells two contents apart, in 16 hexadecimal digits, the same on every host. It is no digest: two
// contents that collide can be made on purpose.
std::string fingerprint(std::string_view content);

}  // namespace stagedoor
