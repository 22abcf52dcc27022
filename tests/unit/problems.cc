#include <gtest/gtest.h>

#include <map>

#include "http/response.h"

namespace stagedoor::http {
namespace {

// Every Refusal: they count from 0, and what is beyond the last one has no look.
std::vector<Refusal> every_refusal() {
  std::vector<Refusal> refusals;
  for (int i = 0;; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    if (problem_for({refusal}).code == "internal") return refusals;
    refusals.push_back(refusal);
  }
}

}  // namespace

TEST(Problem, EveryRefusalHasAStatusACodeAndATitleOfItsOwn) {
  std::map<std::string, int> codes;
  for (const Refusal refusal : every_refusal()) {
    const Problem problem = problem_for({refusal});
    EXPECT_GE(problem.status, 400) << problem.code;
    EXPECT_EQ(problem.status >= 500, refusal == Refusal::kUnavailable) << problem.code;
    EXPECT_EQ(problem.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos)
        << problem.code;
    EXPECT_NE(problem.title, "") << problem.code;
    ++codes[problem.code];
  }
  for (const auto& [code, count] : codes) EXPECT_EQ(count, 1) << code;
}

TEST(Problem, TheRefusalsAreThoseOfTheContractWithTheirStatus) {
  const std::map<std::string, int> contract = {
      {"malformed_json", 400},
      {"idempotency_key_required", 400},
      {"unauthenticated", 401},
      {"bad_credentials", 401},
      {"queue_token_required", 401},
      {"queue_token_invalid", 401},
      {"insufficient_balance", 402},
      {"forbidden", 403},
      {"wrong_concert", 403},
      {"not_admitted", 403},
      {"queue_token_expired", 403},
      {"email_unverified", 403},
      {"not_found", 404},
      {"email_taken", 409},
      {"not_on_sale", 409},
      {"hold_exists", 409},
      {"seat_limit_exceeded", 409},
      {"seat_unavailable", 409},
      {"not_enough_seats", 409},
      {"already_paid", 409},
      {"reservation_cancelled", 409},
      {"already_refunded", 409},
      {"refund_closed", 409},
      {"account_in_use", 409},
      {"line_not_empty", 409},
      {"sold_out", 410},
      {"sale_closed", 410},
      {"hold_expired", 410},
      {"link_expired", 410},
      {"body_too_large", 413},
      {"unsupported_media_type", 415},
      {"validation_failed", 422},
      {"balance_limit_exceeded", 422},
      {"idempotency_key_reused", 422},
      {"too_many_attempts", 429},
      {"unavailable", 503},
  };
  // Not idempotency_in_progress: of two at the same time the second waits for the first.
  std::map<std::string, int> ours;
  for (const Refusal refusal : every_refusal()) {
    const Problem problem = problem_for({refusal});
    ours[problem.code] = problem.status;
  }
  EXPECT_EQ(ours, contract);
}

TEST(Problem, IsRenderedInTheShapeOfTheStandard) {
  const Response response = render({.status = 404, .code = "not_found", .title = "Nothing"}, "r-1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"urn:stagedoor:problem:not_found","title":"Nothing","status":404,)"
            R"("detail":"Nothing","code":"not_found","request_id":"r-1"})");
  EXPECT_TRUE(response.headers.empty());
}

TEST(Problem, CarriesItsMembersErrorsAndWhenToTryAgain) {
  const Problem problem{.status = 409,
                        .code = "x",
                        .title = "t",
                        .detail = "d \"quoted\"",
                        .retry_after_s = 2,
                        .members = {{"limit", 4},
                                    {"reason", "LEFT"},
                                    {"seats", std::vector<std::int64_t>{12, 13}},
                                    {"none", std::vector<std::int64_t>{}},
                                    {"position", nullptr}},
                        .errors = {{"a[0].b", "is missing"}, {"c", "is \"bad\""}}};
  const Response response = render(problem, "r-2");
  EXPECT_EQ(response.body,
            R"({"type":"urn:stagedoor:problem:x","title":"t","status":409,"detail":"d \"quoted\"",)"
            R"("code":"x","request_id":"r-2","limit":4,"reason":"LEFT","seats":[12,13],"none":[],)"
            R"("position":null,)"
            R"("errors":[{"field":"a[0].b","detail":"is missing"},)"
            R"({"field":"c","detail":"is \"bad\""}]})");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers.front(), (std::pair<std::string, std::string>{"Retry-After", "2"}));
}

TEST(Problem, KeepsWhatARefusalTells) {
  const Problem problem =
      problem_for({Refusal::kValidationFailed, {{"limit", 4}}, {{"field", "detail"}}});
  ASSERT_EQ(problem.members.size(), 1U);
  EXPECT_EQ(problem.members.front().name, "limit");
  ASSERT_EQ(problem.errors.size(), 1U);
  EXPECT_EQ(problem.errors.front().field, "field");
}

}  // namespace stagedoor::http
