#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/enum_text.h"
#include "base/id.h"

namespace stagedoor {

// Builds JSON text by appending. cJSON reads JSON for us, but it holds every number as a double
// and prints 10^15 as 1e+15; money must come out as the integer it is.
//
//   JsonWriter json;
//   json.begin_object().field("user_id", id).field("balance", balance).end_object();
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(std::nullptr_t) { return raw("null"); }
  JsonWriter& value(Time time) { return value(to_rfc3339(time)); }
  template <typename Kind>
  JsonWriter& value(const Id<Kind>& id) {
    return value(id.text());
  }
  template <typename Kind>
  JsonWriter& value(Number<Kind> number) {
    return value(number.value);
  }
  template <HasTexts Enum>
  JsonWriter& value(Enum content) {
    return value(text_of(content));
  }
  template <typename T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : value(nullptr);
  }

  template <typename T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  // JSON that was made elsewhere, as one value.
  JsonWriter& raw(std::string_view json);

  [[nodiscard]] const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace stagedoor
