#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "token/digest.h"

namespace stagedoor {

// What a signed Queue-Token says of itself.
struct QueueTokenClaims {
  TokenId token_id = {};
  UserId user_id = {};
  ConcertId concert_id = {};
  Entry entry = {};
  Time issued_at = {};
};

namespace token {

// Signs and verifies queue tokens. A token is verified without any look-up. The first key signs;
// older ones still verify, so that keys can be rotated while people stand in line.
//
//     token  = base64url(claims) "." base64url(HMAC-SHA256 of claims)     without padding
//     claims = %x01 token_id user_id concert_id entry issued_at
//
// %x01 is the version; the ids are 16 bytes, the other three integers of 8 bytes, the highest
// first, issued_at in microseconds since 1970.
class QueueTokens {
 public:
  // REQUIRES: keys is not empty.
  explicit QueueTokens(const std::vector<std::string>& keys);

  [[nodiscard]] std::string sign(const QueueTokenClaims& claims) const;

  // Nothing unless the text is exactly what sign() makes with one of the keys.
  [[nodiscard]] std::optional<QueueTokenClaims> verify(std::string_view token) const;

 private:
  std::vector<HmacKey> keys_;
};

}  // namespace token
}  // namespace stagedoor
