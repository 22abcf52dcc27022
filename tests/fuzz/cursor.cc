// A cursor is accepted in the form in which it was written and in no other, by lists of its kind.
#include "http/paging.h"

#include "base/encoding.h"
#include "fuzz/fuzz.h"

namespace stagedoor::fuzz {
namespace {

template <typename... Keys>
void try_cursor(std::string_view cursor) {
  const auto keys = http::decode_cursor<Keys...>(cursor);
  if (!keys) return;
  expect(std::apply(http::encode_cursor<Keys...>, *keys) == cursor, "only as it was written");
}

void try_all(std::string_view cursor) {
  try_cursor<std::int64_t>(cursor);
  try_cursor<Time, ConcertId>(cursor);
  try_cursor<Time, PaymentId>(cursor);
}

}  // namespace

void try_input(std::string_view input) {
  try_all(input);
  try_all(to_base64url(input));
  const auto number = parse_integer(input);
  if (!number) return;
  const auto keys = http::decode_cursor<std::int64_t>(http::encode_cursor(std::int64_t{*number}));
  expect(keys && std::get<0>(*keys) == *number, "a key is what it was");
}

std::vector<std::string> seeds() {
  const std::string at = "2026-11-21 19:30:00.123456";
  return {"1|42", "1|" + at + "|7", "1|" + at + "|0190163d-8694-739b-aea5-966c26f8ad91", "-42"};
}

}  // namespace stagedoor::fuzz
