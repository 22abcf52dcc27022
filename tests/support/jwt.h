#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace stagedoor::testing {

std::string base64url(std::string_view bytes);

std::string hmac_sha256(std::string_view text, std::string_view key);

// A compact JWT over exactly these texts, signed with HMAC-SHA-256: also ones no library would
// make.
std::string sign_jwt(std::string_view header_json, std::string_view claims_json,
                     std::string_view key);

// What an outside identity provider has: a private key that signs, a public one to give away.
class KeyPair {
 public:
  static KeyPair rsa(unsigned int bits = 2'048);
  // REQUIRES: a curve that OpenSSL knows; ES256 is P-256.
  static KeyPair elliptic(const char* curve = "P-256");
  static KeyPair ed25519();

  [[nodiscard]] std::string public_pem() const;
  // A compact JWT over exactly these texts: RS256 or ES256, as the key is.
  [[nodiscard]] std::string sign_jwt(std::string_view header_json,
                                     std::string_view claims_json) const;

 private:
  explicit KeyPair(evp_pkey_st* key);
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace stagedoor::testing
