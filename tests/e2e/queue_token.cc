// Queue-Tokens that are not what Stagedoor signed.
#include <gtest/gtest.h>

#include <random>

#include "support/queue.h"

using namespace stagedoor::testing;

namespace {

constexpr std::string_view kVisible =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=~!%&*(){}[]:;,<>?@^|$#'`";

struct OwnedToken {
  Json concert = create_concert({.settings = {{"max_active", 1}}});
  User user = new_user();
  std::string token = joined(user, concert)["token"].text();
};

// One random edit, of visible characters only: others never arrive in a header.
std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  const std::size_t at = below(text.size());
  switch (below(6)) {
    case 0:
      text[at] = kVisible[below(64)];
      break;
    case 1:
      text[at] = kVisible[below(kVisible.size())];
      break;
    case 2:
      text.erase(at, 1 + below(3));
      break;
    case 3:
      text.insert(at, 1, kVisible[below(kVisible.size())]);
      break;
    case 4:
      text.resize(1 + at);
      break;
    default:
      std::swap(text[at], text[below(text.size())]);
  }
  return text;
}

std::vector<std::string> mutations(const std::string& token, std::size_t count) {
  std::mt19937 random(20261121);
  std::vector<std::string> result;
  while (result.size() < count) {
    std::string text = mutated(token, random);
    if (text != token && !text.empty()) result.push_back(std::move(text));
  }
  return result;
}

}  // namespace

TEST(QueueToken, NoMutationOfAValidOneIsEverAccepted) {
  const OwnedToken owned;
  const std::vector<std::string> texts = mutations(owned.token, 10'000);
  const auto responses = parallel(16, texts.size(), [&](std::size_t i) { return poll(texts[i]); });
  for (std::size_t i = 0; i < texts.size() && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(texts[i]);
    expect_problem(responses[i], 401, "queue_token_invalid");
  }
  EXPECT_EQ(poll(owned.token).status, 200);
}

TEST(QueueToken, NoMutationLeavesForItsOwner) {
  const OwnedToken owned;
  for (const std::string& text : mutations(owned.token, 200)) {
    expect_problem(leave(text), 401, "queue_token_invalid");
  }
  EXPECT_EQ(state_of(owned.token)["status"].text(), "ACTIVE");
}

TEST(QueueToken, IsBase64urlInCanonicalFormOnly) {
  const OwnedToken owned;
  const std::size_t dot = owned.token.find('.');
  ASSERT_NE(dot, std::string::npos) << "more than one part";
  EXPECT_EQ(owned.token.find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
            std::string::npos);
  int accepted = 0;
  std::string spelling = owned.token;
  for (const char last : kVisible.substr(0, 64)) {
    spelling.back() = last;
    if (poll(spelling).status == 200) ++accepted;
  }
  EXPECT_EQ(accepted, 1);
  for (const std::string& text :
       {owned.token + "=", owned.token + ".", "." + owned.token, owned.token + "," + owned.token,
        owned.token.substr(0, dot), owned.token.substr(dot), owned.token.substr(0, dot + 1),
        std::string("Bearer ") + owned.token, std::string(4'000, 'A')}) {
    expect_problem(poll(text), 401, "queue_token_invalid");
  }
}

TEST(QueueToken, PartsOfTwoDoNotMakeOne) {
  const OwnedToken one;
  const OwnedToken other;
  expect_problem(
      poll(one.token.substr(0, one.token.find('.')) + other.token.substr(other.token.find('.'))),
      401, "queue_token_invalid");
}

TEST(QueueToken, AnAccessTokenIsNone) {
  const User user = new_user();
  expect_problem(poll(user.token), 401, "queue_token_invalid");
}

TEST(QueueToken, AnEmptyOneIsMissing) {
  expect_problem(poll(""), 401, "queue_token_required");
  expect_problem(leave(""), 401, "queue_token_required");
}
