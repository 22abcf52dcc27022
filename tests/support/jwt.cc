#include "support/jwt.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace stagedoor::testing {

std::string base64url(std::string_view bytes) {
  std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  encoded.resize(static_cast<std::size_t>(length));
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  while (!encoded.empty() && encoded.back() == '=') encoded.pop_back();
  return encoded;
}

std::string sign_jwt(std::string_view header_json, std::string_view claims_json,
                     std::string_view key) {
  const std::string signed_part = base64url(header_json) + "." + base64url(claims_json);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size(), digest,
       &digest_size);
  const std::string_view signature(reinterpret_cast<const char*>(digest), digest_size);
  return signed_part + "." + base64url(signature);
}

}  // namespace stagedoor::testing
