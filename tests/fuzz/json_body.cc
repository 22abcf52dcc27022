// A body is read without harm whatever it holds; its canonical form is a body that is equal to it
// and canonical itself; and what check() refuses it also names.
#include "http/json_body.h"

#include "fuzz/fuzz.h"
#include "unit/request.h"

namespace stagedoor::fuzz {
namespace {

// A field of each kind, two of them within objects in a list.
void read_fields(http::JsonObject& body) {
  body.text("title", {1, 20});
  body.integer("amount", {-5, 1'000'000});
  body.optional_time("at");
  body.optional_integers("seats", {1, 100});
  body.id<UserId>("user_id");
  for (http::JsonObject& date : body.objects("dates", {0, 3})) {
    date.optional_text("grade", {1, 5});
    if (date.has("price")) date.optional_integer("price", {0, 1'000});
  }
}

std::string canonical_of(const std::string& text) {
  const auto body = http::JsonBody::parse(json_request(text));
  expect(body.ok(), "the canonical form of a body is a body");
  return body->canonical();
}

}  // namespace

void try_input(std::string_view input) {
  auto body = http::JsonBody::parse(json_request(std::string(input)));
  if (!body) return;
  const std::string canonical = body->canonical();
  expect(canonical_of(canonical) == canonical, "the canonical form is that of itself");
  read_fields(body->root());
  const auto checked = body->check();
  if (checked) return;
  expect(checked.error().refusal == Refusal::kValidationFailed, "check() refuses fields");
  expect(!checked.error().errors.empty(), "check() names what it refuses");
}

std::vector<std::string> seeds() {
  return {
      R"({"title": "Seoul \ud83c\udfa4", "amount": -5, "at": "2027-01-31T19:30:00Z",)"
      R"( "user_id": "0190163d-8694-739b-aea5-966c26f8ad91", "seats": [1, 2],)"
      R"( "dates": [{"grade": "R", "price": 1e2}, {}]})",
      R"({"a": [[[[{"b": null}]]]], "a\u0000": "\u0000", "c": 123456789012345678901234567890})",
      R"({"amount": 1.0, "amount": 0.5e-7, "title": "\\\"\/\b\f\n\r\t", "x": [true, false]})",
  };
}

}  // namespace stagedoor::fuzz
