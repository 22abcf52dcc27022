// An access token says what was signed, and nothing else does: whichever claims are signed are read
// without harm, and every other text than a signed one is refused.
#include "token/access_token.h"

#include <set>

#include "base/encoding.h"
#include "fuzz/fuzz.h"
#include "token/digest.h"

namespace stagedoor::fuzz {
namespace {

const std::string kSecret(32, 's');
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
const Time kNow{std::chrono::seconds{1'800'000'000}};
const token::Identity kUser{*UserId::parse("0190163d-8694-739b-aea5-966c26f8ad91"),
                            token::Role::kUser, kNow, kNow + std::chrono::hours{1}};

std::string signed_token(std::string_view header, std::string_view claims) {
  static const token::HmacKey kKey(kSecret);
  const std::string text = to_base64url(header) + "." + to_base64url(claims);
  return text + "." + to_base64url(kKey.mac(text));
}

const token::AccessTokens& tokens() {
  static const token::AccessTokens kTokens({kSecret});
  return kTokens;
}

// The only tokens that fuzzing can know: their signatures cannot be guessed.
const std::set<std::string, std::less<>>& known_tokens() {
  static const std::set<std::string, std::less<>> kKnown = {
      tokens().sign(kUser),
      signed_token(kHeader, R"({"sub":"0190163d-8694-739b-aea5-966c26f8ad91","exp":1900000000})")};
  return kKnown;
}

}  // namespace

void try_input(std::string_view input) {
  if (tokens().verify(input, kNow)) {
    expect(known_tokens().contains(input), "only what was signed is accepted");
  }
  // Behind a good signature: the claims, and before a line break the header.
  const auto line_end = input.find('\n');
  const bool has_header = line_end != std::string_view::npos;
  const std::string text = has_header
                               ? signed_token(input.substr(0, line_end), input.substr(line_end + 1))
                               : signed_token(kHeader, input);
  const auto identity = tokens().verify(text, kNow);
  if (!identity) return;
  const auto again = tokens().verify(tokens().sign(*identity), kNow);
  expect(again && again->user_id == identity->user_id && again->role == identity->role &&
             again->issued_at == identity->issued_at && again->expires_at == identity->expires_at,
         "an identity stands in a token of its own");
}

std::vector<std::string> seeds() {
  std::vector<std::string> all(known_tokens().begin(), known_tokens().end());
  const std::string claims = R"({"exp":1900000000,"iat":1800000000.5,"role":"admin",)"
                             R"("sub":"0190163d-8694-739b-aea5-966c26f8ad91"})";
  all.push_back(claims);
  all.push_back(std::string(kHeader) + "\n" + claims);
  all.push_back(
      R"({"exp":1.9e9,"nbf":1,"role":"user","sub":"0190163D-8694-739B-AEA5-966C26F8AD91"})");
  return all;
}

}  // namespace stagedoor::fuzz
