#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

struct cJSON;

namespace stagedoor::testing {

// A parsed JSON value that is cheap to copy: parts of a document keep the whole alive.
// A member that is not there reads as a value that does not exist, so that a path such as
// json["items"][0]["title"] fails at its end, with the document in the message.
class Json {
 public:
  Json() = default;

  // Throws std::runtime_error naming the text when it is not JSON.
  static Json parse(std::string_view text);

  [[nodiscard]] Json operator[](std::string_view member) const;
  [[nodiscard]] Json operator[](std::size_t index) const;

  [[nodiscard]] bool exists() const { return node_ != nullptr; }
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_text() const;
  [[nodiscard]] bool is_integer() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;

  // Each throws std::runtime_error when the value is of another type.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::vector<Json> items() const;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::string dump() const;

  friend bool operator==(const Json& left, const Json& right);
  friend std::ostream& operator<<(std::ostream& out, const Json& json) {
    return out << json.dump();
  }

 private:
  Json(std::shared_ptr<const cJSON> document, const cJSON* node)
      : document_(std::move(document)), node_(node) {}
  [[noreturn]] void refuse(std::string_view wanted) const;

  std::shared_ptr<const cJSON> document_;
  const cJSON* node_ = nullptr;
};

// `text` as a JSON string, quotes included.
std::string json_text(std::string_view text);

}  // namespace stagedoor::testing
