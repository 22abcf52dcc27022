#include "token/queue_token.h"

#include <cstdint>

#include "base/encoding.h"

namespace stagedoor::token {
namespace {

constexpr char kFormat = 1;
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
  append_integer(bytes, claims.entry.value);
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
  claims.entry.value = reader.integer();
  claims.issued_at = Time{Micros{reader.integer()}};
  return claims;
}

}  // namespace

QueueTokens::QueueTokens(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) keys_.emplace_back(key);
}

std::string QueueTokens::sign(const QueueTokenClaims& claims) const {
  const std::string bytes = encode(claims);
  return to_base64url(bytes) + "." + to_base64url(keys_.front().mac(bytes));
}

std::optional<QueueTokenClaims> QueueTokens::verify(std::string_view token) const {
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto bytes = parse_base64url(token.substr(0, dot));
  const auto mac = parse_base64url(token.substr(dot + 1));
  if (!bytes || !mac) return std::nullopt;
  for (const HmacKey& key : keys_) {
    if (key.signs(*bytes, *mac)) return decode(*bytes);
  }
  return std::nullopt;
}

}  // namespace stagedoor::token
