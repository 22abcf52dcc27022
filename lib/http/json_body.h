#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/refusal.h"
#include "http/request.h"

struct cJSON;

namespace stagedoor::http {

struct Range {
  std::int64_t min;
  std::int64_t max;
};

// The ids of concerts and dates.
inline constexpr Range kIdRange{1, INT64_MAX};

class JsonDocument;

// One object of a body. Every reader notes what is wrong with its field and goes on with a
// placeholder, so that JsonBody::check() names all bad fields at once.
class JsonObject {
 public:
  // Required fields. Text is measured in characters.
  std::string text(const char* name, Range length);
  std::int64_t integer(const char* name, Range range);
  Time time(const char* name);

  // Fields that may be missing or null.
  std::optional<std::string> optional_text(const char* name, Range length);
  std::optional<std::int64_t> optional_integer(const char* name, Range range);
  std::optional<Time> optional_time(const char* name);
  template <typename IdType>
  IdType id(const char* name) {
    const auto parsed = IdType::parse(text(name, {36, 36}));
    if (!parsed) fail(name, "must be a UUID");
    return parsed.value_or(IdType{});
  }
  std::optional<JsonObject> optional_object(const char* name);
  std::vector<JsonObject> objects(const char* name, Range count);
  std::optional<std::vector<JsonObject>> optional_objects(const char* name, Range count);
  std::optional<std::vector<std::int64_t>> optional_integers(const char* name, Range each);

  // True when the field is there, be it null.
  [[nodiscard]] bool has(const char* name);

  // Notes an error of this object's field, found by the caller.
  void fail(std::string_view name, std::string detail);

  // How many errors were noted so far, in the whole body.
  [[nodiscard]] std::size_t errors_noted() const;

 private:
  friend class JsonBody;
  JsonObject(JsonDocument& document, const cJSON* node, std::string path);

  const cJSON* find(const char* name);
  const cJSON* find_present(const char* name);
  std::string read_text(const char* name, const cJSON& item, Range length);
  std::int64_t read_integer(const std::string& name, const cJSON& item, Range range);
  Time read_time(const char* name, const cJSON& item);
  std::vector<JsonObject> read_objects(const char* name, const cJSON& item, Range count);
  const cJSON& required(const char* name);
  [[nodiscard]] std::string path_of(std::string_view name) const;

  JsonDocument* document_;
  const cJSON* node_;
  std::string path_;
};

// The body of a request as one JSON object.
class JsonBody {
 public:
  // Refuses a body that is too large, not announced as JSON, or malformed.
  static Outcome<JsonBody> parse(const Request& request);

  // For calls without a body of their own: nothing and `{}` pass, everything else is refused.
  static Outcome<Done> expect_none(const Request& request);

  // `{}`, to go on with where there is no good body.
  static JsonBody empty();

  JsonBody(JsonBody&&) noexcept;
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;
  JsonBody& operator=(JsonBody&&) = delete;
  ~JsonBody();

  JsonObject& root() { return root_; }

  // Call after the last field was read: refuses if any was bad, was there twice, or is unknown.
  Outcome<Done> check();

  // One text for all bodies that are equal as JSON.
  [[nodiscard]] std::string canonical() const;

 private:
  explicit JsonBody(std::unique_ptr<JsonDocument> document);

  std::unique_ptr<JsonDocument> document_;
  JsonObject root_;
};

}  // namespace stagedoor::http
