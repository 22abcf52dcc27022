// mint_tokens --admin | --user UUID | --users N [--ttl SECONDS]
//
// Prints access tokens: one bare token, or for --users N lines `user_id token` of N new users.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "endpoint/services.h"

namespace stagedoor {
namespace {

constexpr long long kUsersMax = 10'000'000;
constexpr long long kTtlMaxS = 366LL * 86'400;

struct Arguments {
  std::optional<token::Identity> identity;
  long long users = 0;
  std::chrono::seconds ttl{86'400};
};

std::optional<Arguments> parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--admin") {
      arguments.identity = {UserId::make(), token::Role::kAdmin};
      continue;
    }
    if (++i == argc) return std::nullopt;
    const std::string_view value = argv[i];
    const auto number = parse_integer(value);
    if (option == "--user" && UserId::parse(value)) {
      arguments.identity = {*UserId::parse(value), token::Role::kUser};
    } else if (option == "--users" && number && *number >= 1 && *number <= kUsersMax) {
      arguments.users = *number;
    } else if (option == "--ttl" && number && *number >= 1 && *number <= kTtlMaxS) {
      arguments.ttl = std::chrono::seconds{*number};
    } else {
      return std::nullopt;
    }
  }
  if (arguments.identity.has_value() == (arguments.users > 0)) return std::nullopt;
  return arguments;
}

int mint_tokens(const Arguments& arguments, const token::AccessTokens& tokens) {
  token::Identity identity = arguments.identity.value_or(token::Identity{});
  identity.issued_at = system_now();
  identity.expires_at = identity.issued_at + arguments.ttl;
  if (arguments.identity) std::cout << tokens.sign(identity) << '\n';
  for (long long i = 0; i < arguments.users; ++i) {
    identity.user_id = UserId::make();
    std::cout << identity.user_id.text() << ' ' << tokens.sign(identity) << '\n';
  }
  std::cout.flush();
  return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace stagedoor

int main(int argc, char** argv) {
  const auto arguments = stagedoor::parse_arguments(argc, argv);
  if (!arguments) {
    std::cerr << "usage: token --admin | --user UUID | --users N  [--ttl SECONDS]\n";
    return EXIT_FAILURE;
  }
  const stagedoor::Config config = stagedoor::load_config_or_exit();
  const auto tokens = stagedoor::make_access_tokens(config);
  if (!tokens.can_sign()) {
    std::cerr << "token: with STAGEDOOR_IDENTITY_KEYS access tokens come from the identity"
                 " provider\n";
    return EXIT_FAILURE;
  }
  return stagedoor::mint_tokens(*arguments, tokens);
}
