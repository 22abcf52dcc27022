#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "token/digest.h"

namespace stagedoor::token {

// The token in the link of a letter. Only the id of the link is stored, so that nothing which is
// stored or waits to be sent opens anything.
//
// token = base64url(id MAC), MAC = HMAC-SHA256(key, "link" LF id)
class LinkTokens {
 public:
  // REQUIRES: a key at least; the first signs, all of them verify.
  explicit LinkTokens(const std::vector<std::string>& keys);

  [[nodiscard]] std::string sign(const LinkId& id) const;
  // Nothing unless the text is exactly what sign() makes with one of the keys.
  [[nodiscard]] std::optional<LinkId> verify(std::string_view token) const;

 private:
  std::vector<HmacKey> keys_;
};

}  // namespace stagedoor::token
