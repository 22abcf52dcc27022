#include "support/jwt.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <stdexcept>

namespace stagedoor::testing {
namespace {

constexpr int kEs256NumberBytes = 32;

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

// OpenSSL writes the two numbers of a signature in DER, JOSE one behind the other.
std::string as_jose(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  std::string numbers(2 * kEs256NumberBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(numbers.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kEs256NumberBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kEs256NumberBytes, kEs256NumberBytes);
  return numbers;
}

}  // namespace

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

std::string hmac_sha256(std::string_view text, std::string_view key) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &digest_size);
  return {reinterpret_cast<const char*>(digest), digest_size};
}

std::string sign_jwt(std::string_view header_json, std::string_view claims_json,
                     std::string_view key) {
  const std::string signed_part = base64url(header_json) + "." + base64url(claims_json);
  return signed_part + "." + base64url(hmac_sha256(signed_part, key));
}

KeyPair::KeyPair(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  if (key == nullptr) throw std::runtime_error("no key could be made");
}

KeyPair KeyPair::rsa(unsigned int bits) { return KeyPair(EVP_RSA_gen(bits)); }
KeyPair KeyPair::elliptic(const char* curve) { return KeyPair(EVP_EC_gen(curve)); }
KeyPair KeyPair::ed25519() { return KeyPair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

std::string KeyPair::public_pem() const {
  const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), key_.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string KeyPair::sign_jwt(std::string_view header_json, std::string_view claims_json) const {
  const std::string signed_part = base64url(header_json) + "." + base64url(claims_json);
  const auto* bytes = reinterpret_cast<const unsigned char*>(signed_part.data());
  const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
  EVP_DigestSign(context.get(), nullptr, &size, bytes, signed_part.size());
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, bytes, signed_part.size()) != 1) {
    throw std::runtime_error("a token could not be signed");
  }
  signature.resize(size);
  const bool is_elliptic = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_EC;
  return signed_part + "." + base64url(is_elliptic ? as_jose(signature) : signature);
}

}  // namespace stagedoor::testing
