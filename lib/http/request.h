#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/refusal.h"
#include "http/response.h"

namespace stagedoor::http {

// One request as the web server passes it on: CGI parameters and a body. Views stay good until the
// handler returns.
class Request {
 public:
  // Gives the value of a CGI parameter, or nullptr.
  using Lookup = std::function<const char*(const char* name)>;

  Request(Lookup lookup, std::string body) : lookup_(std::move(lookup)), body_(std::move(body)) {}

  // A CGI parameter; empty when it is not there.
  [[nodiscard]] std::string_view param(const char* name) const;

  [[nodiscard]] std::string_view method() const { return param("REQUEST_METHOD"); }
  // The path without the query.
  [[nodiscard]] std::string_view path() const;
  // The same for the log: UTF-8, and of one that ends with the token of a letter what is before it.
  [[nodiscard]] std::string_view path_to_log() const;
  [[nodiscard]] const std::string& body() const { return body_; }

  // The web server's id of this request, or one made here when it runs as plain CGI.
  [[nodiscard]] const std::string& request_id() const;

  // A parameter of the query, percent-decoded.
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;

  // The signed-in user, whom nginx sets from the auth subrequest; refused as unauthenticated when a
  // plain CGI caller set none.
  [[nodiscard]] Outcome<UserId> user_id() const;

  // A path part that must be a positive integer or a UUID; else there is no such thing: 404.
  template <typename IdType>
  [[nodiscard]] Outcome<IdType> in_path(const char* name) const {
    std::optional<IdType> id;
    read_in_path(name, id);
    if (!id) return Refused{Refusal::kNotFound};
    return *id;
  }

 private:
  template <typename Kind>
  void read_in_path(const char* name, std::optional<Number<Kind>>& number) const {
    if (const auto value = positive_integer(name)) number = Number<Kind>{*value};
  }
  template <typename Kind>
  void read_in_path(const char* name, std::optional<Id<Kind>>& id) const {
    id = Id<Kind>::parse(param(name));
  }
  [[nodiscard]] std::optional<std::int64_t> positive_integer(const char* name) const;

  Lookup lookup_;
  std::string body_;
  mutable std::string request_id_;
};

}  // namespace stagedoor::http
