#include "endpoint/idempotency_key.h"

#include <algorithm>

#include "token/digest.h"

namespace stagedoor {
namespace {

constexpr std::size_t kKeyBytesMax = 255;

// A structured field's string ("...") stands for its content.
std::string unquoted(std::string_view header) {
  if (header.size() < 2 || header.front() != '"' || header.back() != '"') {
    return std::string(header);
  }
  return std::string(header.substr(1, header.size() - 2));
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Outcome<std::optional<people::IdempotencyKey>> read_idempotency_key(
    const http::Request& request, const char* operation, const std::string& canonical_body) {
  const std::string_view header = request.param("HTTP_IDEMPOTENCY_KEY");
  if (header.empty()) return std::optional<people::IdempotencyKey>();
  const std::string key = unquoted(header);
  if (key.empty() || key.size() > kKeyBytesMax || !is_visible_ascii(key)) {
    return Refused::fields({{"Idempotency-Key", "must be 1 to 255 visible ASCII characters"}});
  }
  std::string identity = std::string(operation) + "\n" + std::string(request.path());
  identity += "\n" + canonical_body;
  return std::optional(people::IdempotencyKey{operation, key, token::sha256(identity)});
}

Outcome<people::IdempotencyKey> require_idempotency_key(const http::Request& request,
                                                        const char* operation,
                                                        const std::string& canonical_body) {
  const auto key = read_idempotency_key(request, operation, canonical_body);
  if (!key) return key.error();
  if (!*key) return Refused{Refusal::kIdempotencyKeyRequired};
  return **key;
}

http::Response answer_response(const people::StoredAnswer& answer) {
  http::Response response = http::json(answer.status, answer.body);
  if (answer.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

}  // namespace stagedoor
