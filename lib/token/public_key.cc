#include "token/public_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

namespace stagedoor::token {
namespace {

constexpr int kRsaBitsMin = 2'048;
constexpr std::string_view kCurveOfEs256 = "prime256v1";  // what OpenSSL calls P-256

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Key read_pem(std::string_view pem) {
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

bool is_on_curve_of_es256(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1 &&
         std::string_view(name.data(), size) == kCurveOfEs256;
}

}  // namespace

Result<PublicKey, std::string> PublicKey::parse(std::string_view pem) {
  const Key key = read_pem(pem);
  if (key == nullptr) return std::string("is not a public key in PEM");
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_get_bits(key.get()) < kRsaBitsMin) return std::string("has less than 2048 bits");
      return PublicKey(std::string(pem), Algorithm::kRs256);
    case EVP_PKEY_EC:
      if (!is_on_curve_of_es256(key.get())) return std::string("is not on the curve P-256");
      return PublicKey(std::string(pem), Algorithm::kEs256);
    default:
      return std::string("is neither RSA nor on the curve P-256");
  }
}

std::string_view PublicKey::algorithm_name() const {
  switch (algorithm_) {
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kEs256:
      return "ES256";
  }
  return "";
}

}  // namespace stagedoor::token
