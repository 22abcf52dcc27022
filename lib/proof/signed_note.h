#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/hash.h"

namespace stagedoor::proof {

// An Ed25519 key that the installation signs with.
class SigningKey {
 public:
  // `secret`: a line of the key file.
  explicit SigningKey(std::string_view secret);

  // 32 bytes, and by what name clients find them: the first 16 hexadecimal digits of their SHA-256.
  [[nodiscard]] std::string_view public_key() const;
  [[nodiscard]] std::string key_id() const;

  // 64 bytes.
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  std::array<unsigned char, 64> secret_{};  // seed and public key, as libsodium holds them
};

// Whether `signature` was made by the owner of `public_key`.
bool is_signature(std::string_view signature, std::string_view text, std::string_view public_key);

// A note with a signature of each key (C2SP signed-note), all under one name. REQUIRES: `text` ends
// with a line break; `name` has no blank and no plus.
std::string sign_note(std::string_view text, std::string_view name,
                      const std::vector<SigningKey>& keys);

// What the installation says of a log at one time (C2SP tlog-checkpoint), signed under the name of
// the log.
std::string sign_checkpoint(std::string_view origin, std::int64_t size, const Hash& root,
                            const std::vector<SigningKey>& keys);

}  // namespace stagedoor::proof
