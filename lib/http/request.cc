#include "http/request.h"

#include "base/encoding.h"

namespace stagedoor::http {
namespace {

std::string query_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? parse_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::string_view Request::param(const char* name) const {
  const char* value = lookup_(name);
  return value == nullptr ? std::string_view{} : std::string_view(value);
}

std::string_view Request::path() const {
  const std::string_view uri = param("REQUEST_URI");
  return uri.substr(0, uri.find('?'));
}

std::string_view Request::path_to_log() const {
  const std::string_view whole = path();
  for (const std::string_view before_token :
       {"/api/v1/password-resets/", "/api/v1/email-verifications/"}) {
    if (whole.starts_with(before_token)) return before_token;
  }
  return is_utf8(whole) ? whole : "(not UTF-8)";
}

const std::string& Request::request_id() const {
  if (request_id_.empty()) request_id_ = param("STAGEDOOR_REQUEST_ID");
  if (request_id_.empty()) request_id_ = Id<struct RequestIdKind>::make().text();
  return request_id_;
}

std::optional<std::string> Request::query(std::string_view name) const {
  std::string_view rest = param("QUERY_STRING");
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    if (query_decoded(pair.substr(0, equals)) == name) {
      return equals == std::string_view::npos ? "" : query_decoded(pair.substr(equals + 1));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

Outcome<UserId> Request::user_id() const {
  const auto id = UserId::parse(param("STAGEDOOR_USER_ID"));
  if (!id) return Refused{Refusal::kUnauthenticated};
  return *id;
}

std::optional<std::int64_t> Request::positive_integer(const char* name) const {
  const auto value = parse_integer(param(name));
  if (!value || *value < 1) return std::nullopt;
  return *value;
}

}  // namespace stagedoor::http
