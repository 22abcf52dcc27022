#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace stagedoor {

// A value or the reason why there is none. An expected outcome that a caller must look at:
// failures of infrastructure are exceptions instead, bugs are assertions.
template <typename Value, typename Error>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type.
  Result(Value value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  const Value& operator*() const { return value(); }
  const Value* operator->() const { return &value(); }
  Value& operator*() { return value(); }
  Value* operator->() { return &value(); }
  [[nodiscard]] const Value& value() const {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] Value& value() {
    assert(ok());
    return *std::get_if<0>(&state_);
  }

  // REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

  // What `change` makes of the value; the same error where there is none.
  template <typename Change>
  Result<std::invoke_result_t<Change, const Value&>, Error> transform(Change change) const {
    if (!ok()) return error();
    return change(value());
  }

 private:
  std::variant<Value, Error> state_;
};

// What an operation without a value of its own returns on success.
struct Done {};

}  // namespace stagedoor
