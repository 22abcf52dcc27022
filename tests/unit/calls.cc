#include <gtest/gtest.h>

#include <functional>

#include "endpoint/call.h"
#include "unit/request.h"

namespace stagedoor {
namespace {

const std::string kUser = "0190163d-8694-739b-aea5-966c26f8ad91";
const std::string kOther = "0190163d-8694-739b-aea5-966c26f8ad92";

// Nothing is connected to: what a call reads of it are the keys of the tokens.
const Services& services() {
  static const Services kServices([] {
    Config config;
    config.access_token_secrets = {std::string(32, 'a')};
    config.queue_token_keys = {std::string(32, 'q')};
    config.log_keys = {std::string(32, 'l')};
    return config;
  }());
  return kServices;
}

Params good_params() {
  return {{"STAGEDOOR_USER_ID", kUser},
          {"USER_ID", kUser},
          {"CONCERT_ID", "7"},
          {"CONTENT_TYPE", "application/json"},
          {"REQUEST_URI", "/api/v1/users/me/charges"},
          {"HTTP_IDEMPOTENCY_KEY", "once"}};
}

using Read = std::function<void(Call&)>;

void read_user(Call& call) { call.user(); }
void read_path(Call& call) { call.path<ConcertId>(); }
void read_body(Call& call) { call.body().integer("amount", {1, 100}); }
void read_query(Call& call) { call.flag("past"); }
void read_key(Call& call) { call.key("charge"); }

std::optional<Refusal> refusal_of(const http::Request& request, const std::vector<Read>& reads) {
  Call call(request, services());
  for (const Read& read : reads) read(call);
  if (!call.refused()) return std::nullopt;
  return call.refusal().refusal;
}

people::IdempotencyKey key_of(Params params, const std::string& body, const char* operation) {
  const http::Request request = request_with(std::move(params), body);
  Call call(request, services());
  read_body(call);
  auto key = call.key(operation);
  EXPECT_FALSE(call.refused());
  return key;
}

}  // namespace

TEST(Call, GivesWhatARequestHolds) {
  const http::Request request = request_with(good_params(), R"({"amount": 5})");
  Call call(request, services());
  EXPECT_EQ(call.user().text(), kUser);
  EXPECT_EQ(call.own_path_user().text(), kUser);
  EXPECT_EQ(call.path<ConcertId>().value, 7);
  EXPECT_EQ(call.body().integer("amount", {1, 100}), 5);
  EXPECT_FALSE(call.flag("past"));
  EXPECT_EQ(call.page<std::int64_t>().limit, 20);
  EXPECT_EQ(call.key("charge").client_key, "once");
  EXPECT_FALSE(call.refused());
}

// One thing after another is made good; the refusal is always that of the first bad one.
TEST(Call, RefusesInTheDocumentedOrderWhateverIsReadFirst) {
  Params params = {{"CONCERT_ID", "x"}, {"QUERY_STRING", "past=1"}};
  std::string body = "{";
  const auto expect = [&](std::optional<Refusal> expected) {
    const http::Request request = request_with(params, body);
    EXPECT_EQ(refusal_of(request, {read_user, read_path, read_body, read_query, read_key}),
              expected);
    EXPECT_EQ(refusal_of(request, {read_query, read_body, read_key, read_path, read_user}),
              expected);
  };
  expect(Refusal::kUnauthenticated);
  params["STAGEDOOR_USER_ID"] = kUser;
  expect(Refusal::kNotFound);
  params["CONCERT_ID"] = "7";
  expect(Refusal::kUnsupportedMediaType);
  params["CONTENT_TYPE"] = "application/json";
  expect(Refusal::kMalformedJson);
  body = R"({"amount": 5})";
  expect(Refusal::kValidationFailed);
  params["QUERY_STRING"] = "past=true";
  expect(Refusal::kIdempotencyKeyRequired);
  params["HTTP_IDEMPOTENCY_KEY"] = "two words";
  expect(Refusal::kValidationFailed);
  params["HTTP_IDEMPOTENCY_KEY"] = "one-word";
  expect(std::nullopt);
}

TEST(Call, NamesAllBadFieldsOfTheBody) {
  const http::Request request = request_with(good_params(), R"({"amount": 0, "colour": "red"})");
  Call call(request, services());
  read_body(call);
  ASSERT_TRUE(call.refused());
  std::vector<std::string> fields;
  for (const FieldError& error : call.refusal().errors) fields.push_back(error.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"amount", "colour"}));
}

TEST(Call, RefusesAnothersPathButNotBeforeOneThatIsNoUser) {
  Params params = good_params();
  const Read read = [](Call& call) { call.own_path_user(); };
  params["USER_ID"] = kOther;
  EXPECT_EQ(refusal_of(request_with(params), {read}), Refusal::kForbidden);
  params["USER_ID"] = "me";
  EXPECT_EQ(refusal_of(request_with(params), {read}), Refusal::kNotFound);
  params.erase("STAGEDOOR_USER_ID");
  EXPECT_EQ(refusal_of(request_with(params), {read}), Refusal::kUnauthenticated);
}

TEST(Call, LeavesItToTheOperationToRefuseAUsersOwnQueueToken) {
  const http::Request request = request_with(good_params());
  Call call(request, services());
  EXPECT_EQ(call.own_queue_token().error().refusal, Refusal::kQueueTokenRequired);
  EXPECT_FALSE(call.refused());
  EXPECT_EQ(refusal_of(request, {[](Call& other) { other.queue_token(); }}),
            Refusal::kQueueTokenRequired);
}

TEST(Call, HasOneKeyForAllSpellingsOfABody) {
  const auto key = key_of(good_params(), R"({"amount": 5})", "charge");
  EXPECT_EQ(key_of(good_params(), R"( {"amount":5} )", "charge").fingerprint, key.fingerprint);
  EXPECT_NE(key_of(good_params(), R"({"amount": 6})", "charge").fingerprint, key.fingerprint);
  EXPECT_NE(key_of(good_params(), R"({"amount": 5})", "pay").fingerprint, key.fingerprint);
  Params params = good_params();
  params["REQUEST_URI"] = "/api/v1/users/you/charges";
  EXPECT_NE(key_of(params, R"({"amount": 5})", "charge").fingerprint, key.fingerprint);
}

TEST(Call, NeedsNoKeyWhereItIsOptional) {
  Params params = good_params();
  const Read read = [](Call& call) { call.optional_key("reserve"); };
  params["HTTP_IDEMPOTENCY_KEY"] = "";
  EXPECT_EQ(refusal_of(request_with(params), {read}), std::nullopt);
  for (const char* bad : {"\"\"", "two words", "tab\t", "\xEC\x84\x9C"}) {
    params["HTTP_IDEMPOTENCY_KEY"] = bad;
    EXPECT_EQ(refusal_of(request_with(params), {read}), Refusal::kValidationFailed) << bad;
  }
}

TEST(Call, IsCheckedOnlyAfterItsLastReader) {
  const http::Request request = request_with(good_params());
  Call call(request, services());
  EXPECT_TRUE(call.was_checked());
  call.user();
  EXPECT_FALSE(call.was_checked());
  EXPECT_FALSE(call.refused());
  EXPECT_TRUE(call.was_checked());
  call.refuse_path(Refusal::kNotFound);
  EXPECT_FALSE(call.was_checked());
}

}  // namespace stagedoor
