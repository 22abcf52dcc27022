#include "support/json.h"

#include <cjson/cJSON.h>

#include <cmath>
#include <stdexcept>

namespace stagedoor::testing {

Json Json::parse(std::string_view text) {
  cJSON* root = cJSON_ParseWithLength(text.data(), text.size());
  if (root == nullptr) {
    throw std::runtime_error("not JSON: " + std::string(text.substr(0, 2000)));
  }
  std::shared_ptr<const cJSON> document(
      root, [](const cJSON* node) { cJSON_Delete(const_cast<cJSON*>(node)); });
  return Json(document, root);
}

Json Json::operator[](std::string_view member) const {
  const std::string name(member);
  const cJSON* child =
      cJSON_IsObject(node_) != 0 ? cJSON_GetObjectItemCaseSensitive(node_, name.c_str()) : nullptr;
  return Json(document_, child);
}

Json Json::operator[](std::size_t index) const {
  const cJSON* child =
      cJSON_IsArray(node_) != 0 ? cJSON_GetArrayItem(node_, static_cast<int>(index)) : nullptr;
  return Json(document_, child);
}

bool Json::is_null() const { return cJSON_IsNull(node_) != 0; }
bool Json::is_text() const { return cJSON_IsString(node_) != 0; }
bool Json::is_object() const { return cJSON_IsObject(node_) != 0; }
bool Json::is_array() const { return cJSON_IsArray(node_) != 0; }

bool Json::is_integer() const {
  return cJSON_IsNumber(node_) != 0 && std::trunc(node_->valuedouble) == node_->valuedouble;
}

std::string Json::text() const {
  if (!is_text()) refuse("text");
  return node_->valuestring;
}

std::int64_t Json::integer() const {
  if (!is_integer()) refuse("an integer");
  return static_cast<std::int64_t>(node_->valuedouble);
}

bool Json::boolean() const {
  if (cJSON_IsBool(node_) == 0) refuse("a boolean");
  return cJSON_IsTrue(node_) != 0;
}

std::vector<Json> Json::items() const {
  if (!is_array()) refuse("an array");
  std::vector<Json> items;
  for (const cJSON* child = node_->child; child != nullptr; child = child->next) {
    items.push_back(Json(document_, child));
  }
  return items;
}

std::size_t Json::size() const { return static_cast<std::size_t>(cJSON_GetArraySize(node_)); }

std::vector<std::string> Json::names() const {
  if (!is_object()) refuse("an object");
  std::vector<std::string> names;
  for (const cJSON* child = node_->child; child != nullptr; child = child->next) {
    names.emplace_back(child->string);
  }
  return names;
}

std::string Json::dump() const {
  if (node_ == nullptr) return "(missing)";
  const std::unique_ptr<char, decltype(&cJSON_free)> text(cJSON_PrintUnformatted(node_),
                                                          &cJSON_free);
  return text == nullptr ? "(unprintable)" : text.get();
}

bool operator==(const Json& left, const Json& right) {
  if (left.node_ == nullptr || right.node_ == nullptr) return left.node_ == right.node_;
  return cJSON_Compare(left.node_, right.node_, 1) != 0;
}

void Json::refuse(std::string_view wanted) const {
  const Json document(document_, document_.get());
  throw std::runtime_error("expected " + std::string(wanted) + ", found " + dump() + " in " +
                           document.dump().substr(0, 2000));
}

std::string json_text(std::string_view text) {
  const std::string copy(text);
  const std::unique_ptr<cJSON, decltype(&cJSON_Delete)> node(cJSON_CreateString(copy.c_str()),
                                                             &cJSON_Delete);
  const std::unique_ptr<char, decltype(&cJSON_free)> printed(cJSON_PrintUnformatted(node.get()),
                                                             &cJSON_free);
  return printed.get();
}

}  // namespace stagedoor::testing
