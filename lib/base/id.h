#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stagedoor {

// A UUID of one kind: a UserId is not a ReservationId.
template <typename Kind>
class Id {
 public:
  static constexpr std::size_t kBytes = 16;

  Id() = default;

  // A new one. Ids made later sort behind (version 7), so that an index grows at its end.
  static Id make();

  // The 8-4-4-4-12 form in either case, and nothing else.
  static std::optional<Id> parse(std::string_view text);

  // REQUIRES: bytes.size() == kBytes, as the database holds it.
  static Id from_bytes(std::string_view bytes);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

  // In the order of the database, whose bytes have no sign: rows are locked in this order.
  auto operator<=>(const Id& other) const { return bytes() <=> other.bytes(); }
  bool operator==(const Id&) const = default;

 private:
  std::array<char, kBytes> bytes_{};
};

using UserId = Id<struct UserIdKind>;
using TokenId = Id<struct TokenIdKind>;
using ReservationId = Id<struct ReservationIdKind>;
using PaymentId = Id<struct PaymentIdKind>;
using ChargeId = Id<struct ChargeIdKind>;
// Tells one access token from all others: a hash of what is signed in it.
using SessionKey = Id<struct SessionKeyKind>;
// What the link in a letter leads to.
using LinkId = Id<struct LinkIdKind>;

// An integer of one kind: a ConcertId is not a DateId, and neither is an amount of money.
template <typename Kind>
struct Number {
  std::int64_t value = 0;
  auto operator<=>(const Number&) const = default;
};

using ConcertId = Number<struct ConcertIdKind>;
using DateId = Number<struct DateIdKind>;
// The number of a join in one concert's line: 1, 2, 3, ... in order of arrival.
using Entry = Number<struct EntryKind>;
// A place in the order of one concert's line: 1, 2, 3, ... It is the entry itself, or what a draw
// gave to it.
using Place = Number<struct PlaceKind>;
// An amount in the smallest unit of the installation's currency.
using Money = Number<struct MoneyKind>;

constexpr Money operator+(Money a, Money b) { return {a.value + b.value}; }
constexpr Money operator-(Money a, Money b) { return {a.value - b.value}; }
constexpr Money operator-(Money a) { return {-a.value}; }

namespace internal {
std::array<char, 16> make_uuid();
std::optional<std::array<char, 16>> parse_uuid(std::string_view text);
std::string uuid_text(const std::array<char, 16>& bytes);
}  // namespace internal

template <typename Kind>
Id<Kind> Id<Kind>::make() {
  Id id;
  id.bytes_ = internal::make_uuid();
  return id;
}

template <typename Kind>
std::optional<Id<Kind>> Id<Kind>::parse(std::string_view text) {
  const auto bytes = internal::parse_uuid(text);
  if (!bytes) return std::nullopt;
  Id id;
  id.bytes_ = *bytes;
  return id;
}

template <typename Kind>
Id<Kind> Id<Kind>::from_bytes(std::string_view bytes) {
  Id id;
  bytes.copy(id.bytes_.data(), kBytes);
  return id;
}

template <typename Kind>
std::string Id<Kind>::text() const {
  return internal::uuid_text(bytes_);
}

}  // namespace stagedoor
