#include "http/json_body.h"

#include <cjson/cJSON.h>

#include <map>
#include <set>
#include <unordered_map>

#include "base/encoding.h"
#include "base/json_writer.h"
#include "http/json_scan.h"

namespace stagedoor::http {
namespace {

constexpr std::size_t kBodyBytesMax = 16 * 1024;
constexpr std::size_t kCjsonNumberBytesMax = 63;

struct DeleteJson {
  void operator()(cJSON* node) const { cJSON_Delete(node); }
};

bool is_json_type(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  constexpr std::string_view kJson = "application/json";
  if (type.size() != kJson.size()) return false;
  for (std::size_t i = 0; i < kJson.size(); ++i) {
    if ((type[i] | 0x20) != (kJson[i] | 0x20)) return false;
  }
  return true;
}

}  // namespace

// The parsed tree, the notes that belong to its nodes, what was read and what was wrong.
class JsonDocument {
 public:
  static std::unique_ptr<JsonDocument> parse(const std::string& text) {
    auto document = std::make_unique<JsonDocument>();
    document->text_ = text;
    auto notes = scan_json(document->text_);
    if (!notes) return nullptr;
    document->notes_ = std::move(*notes);
    const std::string readable = document->with_short_numbers();
    document->tree_.reset(
        cJSON_ParseWithLengthOpts(readable.c_str(), readable.size() + 1, nullptr, 1));
    if (!document->tree_) return nullptr;
    std::size_t next = 0;
    document->assign_notes(document->tree_.get(), next);
    return document;
  }

  [[nodiscard]] const cJSON* root() const { return tree_.get(); }

  [[nodiscard]] const ScalarNote& note(const cJSON& node) const { return *note_of_.at(&node); }

  void mark_read(const cJSON* node) { read_.insert(node); }
  void mark_opened(const cJSON* node) { opened_.insert(node); }
  void fail(std::string field, std::string detail) {
    errors_.push_back({std::move(field), std::move(detail)});
  }

  // Members that were not read, and names that stand twice in one object. What is inside of a value
  // that should not have been an object was never asked for: that value itself was named.
  void fail_unknown(const cJSON* node, const std::string& path) {
    std::set<std::string_view> names;
    int index = 0;
    for (const cJSON* child = node->child; child != nullptr; child = child->next) {
      const std::string name = cJSON_IsArray(node)
                                   ? path + "[" + std::to_string(index++) + "]"
                                   : (path.empty() ? "" : path + ".") + child->string;
      if (cJSON_IsObject(node)) {
        if (!names.insert(child->string).second) {
          fail(name, "is there twice");
        } else if (!read_.contains(child) || names_with_nul_.contains(child)) {
          fail(name, "is not a field of this call");
          continue;
        }
      }
      if (cJSON_IsArray(child) || opened_.contains(child)) fail_unknown(child, name);
    }
  }

  // Members in the order of their names, numbers as they were written.
  void write_canonical(JsonWriter& json, const cJSON* node) const {
    if (cJSON_IsObject(node)) {
      std::map<std::string_view, const cJSON*> members;
      for (const cJSON* child = node->child; child != nullptr; child = child->next) {
        members[child->string] = child;
      }
      json.begin_object();
      for (const auto& [name, child] : members) write_canonical(json.key(name), child);
      json.end_object();
    } else if (cJSON_IsArray(node)) {
      json.begin_array();
      for (const cJSON* child = node->child; child != nullptr; child = child->next) {
        write_canonical(json, child);
      }
      json.end_array();
    } else if (cJSON_IsString(node)) {
      json.value(node->valuestring);
    } else if (cJSON_IsNumber(node)) {
      json.raw(note(*node).text);
    } else {
      json.raw(cJSON_IsNull(node) ? "null" : cJSON_IsTrue(node) ? "true" : "false");
    }
  }

  [[nodiscard]] const std::vector<FieldError>& errors() const { return errors_; }

 private:
  // cJSON gives up on a number that does not fit its buffer. What it reads of a number is not used.
  [[nodiscard]] std::string with_short_numbers() const {
    std::string text = text_;
    for (const ScalarNote& number : notes_) {
      if (number.text.size() <= kCjsonNumberBytesMax) continue;
      const auto at = static_cast<std::size_t>(number.text.data() - text_.data());
      text.replace(at, number.text.size(), number.text.size(), ' ');
      text[at] = '0';
    }
    return text;
  }

  // Walks in the order of the text, so that the n-th scalar gets the n-th note.
  void assign_notes(const cJSON* node, std::size_t& next) {
    if (node->string != nullptr && notes_[next++].has_nul) names_with_nul_.insert(node);
    if (cJSON_IsString(node) || cJSON_IsNumber(node)) note_of_[node] = &notes_[next++];
    for (const cJSON* child = node->child; child != nullptr; child = child->next) {
      assign_notes(child, next);
    }
  }

  std::string text_;
  std::unique_ptr<cJSON, DeleteJson> tree_;
  std::vector<ScalarNote> notes_;  // views of text_
  std::unordered_map<const cJSON*, const ScalarNote*> note_of_;
  std::set<const cJSON*> names_with_nul_;
  std::set<const cJSON*> read_;
  std::set<const cJSON*> opened_;
  std::vector<FieldError> errors_;
};

JsonObject::JsonObject(JsonDocument& document, const cJSON* node, std::string path)
    : document_(&document), node_(node), path_(std::move(path)) {
  document.mark_opened(node);
}

std::string JsonObject::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void JsonObject::fail(std::string_view name, std::string detail) {
  document_->fail(path_of(name), std::move(detail));
}

const cJSON* JsonObject::find(const char* name) {
  const cJSON* item = cJSON_GetObjectItemCaseSensitive(node_, name);
  if (item != nullptr) document_->mark_read(item);
  return item;
}

const cJSON* JsonObject::find_present(const char* name) {
  const cJSON* item = find(name);
  return item == nullptr || cJSON_IsNull(item) ? nullptr : item;
}

const cJSON& JsonObject::required(const char* name) {
  static const cJSON kNothing{};
  const cJSON* item = find(name);
  if (item == nullptr) fail(name, "is missing");
  return item == nullptr ? kNothing : *item;
}

std::size_t JsonObject::errors_noted() const { return document_->errors().size(); }

bool JsonObject::has(const char* name) { return find(name) != nullptr; }

std::string JsonObject::read_text(const char* name, const cJSON& item, Range length) {
  if (cJSON_IsInvalid(&item)) return {};
  if (!cJSON_IsString(&item)) {
    fail(name, "must be a string");
    return {};
  }
  if (document_->note(item).has_nul) {
    fail(name, "must not contain a NUL character");
    return {};
  }
  const auto characters = static_cast<std::int64_t>(count_characters(item.valuestring));
  if (characters < length.min || characters > length.max) {
    fail(name, length.min == length.max ? "must have " + std::to_string(length.min) + " characters"
                                        : "must have " + std::to_string(length.min) + " to " +
                                              std::to_string(length.max) + " characters");
  }
  return item.valuestring;
}

std::int64_t JsonObject::read_integer(const std::string& name, const cJSON& item, Range range) {
  if (cJSON_IsInvalid(&item)) return range.min;
  const auto value = cJSON_IsNumber(&item) ? parse_integer(document_->note(item).text)
                                           : std::optional<long long>{};
  if (!value || *value < range.min || *value > range.max) {
    fail(name, "must be an integer from " + std::to_string(range.min) + " to " +
                   std::to_string(range.max));
    return range.min;
  }
  return *value;
}

Time JsonObject::read_time(const char* name, const cJSON& item) {
  if (cJSON_IsInvalid(&item)) return {};
  const auto time = cJSON_IsString(&item) && !document_->note(item).has_nul
                        ? parse_rfc3339(item.valuestring)
                        : std::optional<Time>{};
  if (!time) fail(name, "must be a time such as 2027-01-31T19:30:00Z");
  return time.value_or(Time{});
}

std::vector<JsonObject> JsonObject::read_objects(const char* name, const cJSON& item, Range count) {
  std::vector<JsonObject> result;
  if (cJSON_IsInvalid(&item)) return result;
  const int size = cJSON_IsArray(&item) ? cJSON_GetArraySize(&item) : -1;
  if (size < count.min || size > count.max) {
    fail(name, "must be a list of " + std::to_string(count.min) + " to " +
                   std::to_string(count.max) + " objects");
    return result;
  }
  int index = 0;
  for (const cJSON* child = item.child; child != nullptr; child = child->next) {
    const std::string element = std::string(name) + "[" + std::to_string(index++) + "]";
    if (cJSON_IsObject(child)) {
      result.push_back(JsonObject(*document_, child, path_of(element)));
    } else {
      fail(element, "must be an object");
    }
  }
  return result;
}

std::string JsonObject::text(const char* name, Range length) {
  return read_text(name, required(name), length);
}

std::int64_t JsonObject::integer(const char* name, Range range) {
  return read_integer(name, required(name), range);
}

Time JsonObject::time(const char* name) { return read_time(name, required(name)); }

std::vector<JsonObject> JsonObject::objects(const char* name, Range count) {
  return read_objects(name, required(name), count);
}

std::optional<std::string> JsonObject::optional_text(const char* name, Range length) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  return read_text(name, *item, length);
}

std::optional<std::int64_t> JsonObject::optional_integer(const char* name, Range range) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  return read_integer(name, *item, range);
}

std::optional<Time> JsonObject::optional_time(const char* name) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  return read_time(name, *item);
}

std::optional<JsonObject> JsonObject::optional_object(const char* name) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  if (cJSON_IsObject(item)) return JsonObject(*document_, item, path_of(name));
  fail(name, "must be an object");
  return std::nullopt;
}

std::optional<std::vector<JsonObject>> JsonObject::optional_objects(const char* name, Range count) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  return read_objects(name, *item, count);
}

std::optional<std::vector<std::int64_t>> JsonObject::optional_integers(const char* name,
                                                                       Range each) {
  const cJSON* item = find_present(name);
  if (item == nullptr) return std::nullopt;
  std::vector<std::int64_t> numbers;
  if (!cJSON_IsArray(item)) {
    fail(name, "must be a list of integers");
    return numbers;
  }
  int index = 0;
  for (const cJSON* child = item->child; child != nullptr; child = child->next) {
    const std::string element = std::string(name) + "[" + std::to_string(index++) + "]";
    numbers.push_back(read_integer(element, *child, each));
  }
  return numbers;
}

JsonBody::JsonBody(std::unique_ptr<JsonDocument> document)
    : document_(std::move(document)), root_(*document_, document_->root(), "") {}
JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() = default;

Outcome<JsonBody> JsonBody::parse(const Request& request) {
  if (request.body().size() > kBodyBytesMax) return Refused{Refusal::kBodyTooLarge};
  if (!is_json_type(request.param("CONTENT_TYPE"))) {
    return Refused{Refusal::kUnsupportedMediaType};
  }
  auto document = JsonDocument::parse(request.body());
  if (!document) return Refused{Refusal::kMalformedJson};
  if (!cJSON_IsObject(document->root())) {
    return Refused::fields({{"", "the body must be a JSON object"}});
  }
  return JsonBody(std::move(document));
}

JsonBody JsonBody::empty() { return JsonBody(JsonDocument::parse("{}")); }

Outcome<Done> JsonBody::expect_none(const Request& request) {
  if (request.body().empty()) return Done{};
  auto body = parse(request);
  if (!body) return body.error();
  return body->check();
}

Outcome<Done> JsonBody::check() {
  document_->fail_unknown(document_->root(), "");
  if (document_->errors().empty()) return Done{};
  return Refused::fields(document_->errors());
}

std::string JsonBody::canonical() const {
  JsonWriter json;
  document_->write_canonical(json, document_->root());
  return json.take();
}

}  // namespace stagedoor::http
