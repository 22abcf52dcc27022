// A queue token is accepted exactly as it was signed; signed bytes of whatever content are read
// without harm, and only in the one form in which they are written.
#include "token/queue_token.h"

#include "base/encoding.h"
#include "fuzz/fuzz.h"

namespace stagedoor::fuzz {
namespace {

const std::string kKey(32, 'q');

const token::QueueTokens& tokens() {
  static const token::QueueTokens kTokens({kKey});
  return kTokens;
}

std::string known_token() {
  return tokens().sign({.token_id = *TokenId::parse("0190163d-8694-739b-aea5-966c26f8ad91"),
                        .user_id = *UserId::parse("0190163d-8694-739b-aea5-966c26f8ad92"),
                        .concert_id = {7},
                        .entry = {1'000'000},
                        .issued_at = Time{Micros{1'795'980'600'123'456}}});
}

}  // namespace

void try_input(std::string_view input) {
  static const std::string kKnown = known_token();
  static const token::HmacKey kMac(kKey);
  if (tokens().verify(input)) expect(input == kKnown, "only what was signed is accepted");
  const std::string text = to_base64url(input) + "." + to_base64url(kMac.mac(input));
  const auto claims = tokens().verify(text);
  if (claims) expect(tokens().sign(*claims) == text, "claims have one form");
}

std::vector<std::string> seeds() {
  const std::string token = known_token();
  return {token, *parse_base64url(token.substr(0, token.find('.')))};
}

}  // namespace stagedoor::fuzz
