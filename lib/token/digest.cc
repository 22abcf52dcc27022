#include "token/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace stagedoor::token {

std::string sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

class HmacKey::Context {
 public:
  explicit Context(std::string_view secret) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 2> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
    if (context_ == nullptr || EVP_MAC_init(context_, key, secret.size(), params.data()) != 1) {
      throw std::runtime_error("HMAC-SHA256 is not available");
    }
  }
  ~Context() { EVP_MAC_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  [[nodiscard]] EVP_MAC_CTX* get() const { return context_; }

 private:
  EVP_MAC_CTX* context_ = nullptr;
};

HmacKey::HmacKey(std::string_view secret) : context_(std::make_unique<Context>(secret)) {}
HmacKey::~HmacKey() = default;
HmacKey::HmacKey(HmacKey&&) noexcept = default;

std::string HmacKey::mac(std::string_view text) const {
  std::string out(kMacBytes, '\0');
  std::size_t length = 0;
  if (EVP_MAC_init(context_->get(), nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(context_->get(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size()) != 1 ||
      EVP_MAC_final(context_->get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                    out.size()) != 1 ||
      length != kMacBytes) {
    throw std::runtime_error("HMAC-SHA256 failed");
  }
  return out;
}

bool HmacKey::signs(std::string_view text, std::string_view mac_bytes) const {
  return mac_bytes.size() == kMacBytes &&
         CRYPTO_memcmp(mac(text).data(), mac_bytes.data(), kMacBytes) == 0;
}

}  // namespace stagedoor::token
