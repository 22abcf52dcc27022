#include "token/queue_token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <stdexcept>

#include "base/encoding.h"

namespace stagedoor::token {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kClaimsBytes = 1 + 2 * TokenId::kBytes + 3 * sizeof(std::int64_t);

void append_integer(std::string& out, std::int64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

// Takes fixed-size fields from the front.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t count) {
    const std::string_view field = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return field;
  }
  std::int64_t integer() {
    std::uint64_t value = 0;
    for (const char c : take(sizeof value)) value = (value << 8) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
  }

 private:
  std::string_view rest_;
};

std::string encode(const QueueTokenClaims& claims) {
  std::string bytes(1, kFormat);
  bytes += claims.token_id.bytes();
  bytes += claims.user_id.bytes();
  append_integer(bytes, claims.concert_id.value);
  append_integer(bytes, claims.place.value);
  append_integer(bytes, claims.issued_at.time_since_epoch().count());
  return bytes;
}

std::optional<QueueTokenClaims> decode(std::string_view bytes) {
  if (bytes.size() != kClaimsBytes || bytes.front() != kFormat) return std::nullopt;
  Reader reader(bytes.substr(1));
  QueueTokenClaims claims;
  claims.token_id = TokenId::from_bytes(reader.take(TokenId::kBytes));
  claims.user_id = UserId::from_bytes(reader.take(UserId::kBytes));
  claims.concert_id.value = reader.integer();
  claims.place.value = reader.integer();
  claims.issued_at = Time{Micros{reader.integer()}};
  return claims;
}

}  // namespace

// One key, prepared once: looking up the algorithm costs more than the HMAC itself.
class QueueTokens::Key {
 public:
  explicit Key(const std::string& secret) {
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
  ~Key() { EVP_MAC_CTX_free(context_); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  [[nodiscard]] std::string mac(std::string_view bytes) const {
    std::array<unsigned char, kMacBytes> out{};
    std::size_t length = 0;
    if (EVP_MAC_init(context_, nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(context_, reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) != 1 ||
        EVP_MAC_final(context_, out.data(), &length, out.size()) != 1 || length != kMacBytes) {
      throw std::runtime_error("HMAC-SHA256 failed");
    }
    return {reinterpret_cast<const char*>(out.data()), length};
  }

 private:
  EVP_MAC_CTX* context_ = nullptr;
};

QueueTokens::QueueTokens(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) keys_.push_back(std::make_unique<Key>(key));
}
QueueTokens::~QueueTokens() = default;
QueueTokens::QueueTokens(QueueTokens&&) noexcept = default;

std::string QueueTokens::sign(const QueueTokenClaims& claims) const {
  const std::string bytes = encode(claims);
  return to_base64url(bytes) + "." + to_base64url(keys_.front()->mac(bytes));
}

std::optional<QueueTokenClaims> QueueTokens::verify(std::string_view token) const {
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto bytes = parse_base64url(token.substr(0, dot));
  const auto mac = parse_base64url(token.substr(dot + 1));
  if (!bytes || !mac || mac->size() != kMacBytes) return std::nullopt;
  for (const auto& key : keys_) {
    if (CRYPTO_memcmp(key->mac(*bytes).data(), mac->data(), kMacBytes) == 0) return decode(*bytes);
  }
  return std::nullopt;
}

}  // namespace stagedoor::token
