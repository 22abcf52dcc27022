#pragma once

#include <map>
#include <memory>
#include <string>

#include "http/request.h"

namespace stagedoor {

using Params = std::map<std::string, std::string, std::less<>>;

// A request as the web server would pass it on with these CGI parameters.
inline http::Request request_with(Params params, std::string body = "") {
  const auto kept = std::make_shared<const Params>(std::move(params));
  const auto lookup = [kept](const char* name) -> const char* {
    const auto found = kept->find(name);
    return found == kept->end() ? nullptr : found->second.c_str();
  };
  return {lookup, std::move(body)};
}

inline http::Request request_with_query(const std::string& query) {
  return request_with({{"QUERY_STRING", query}});
}

inline http::Request json_request(std::string body) {
  return request_with({{"CONTENT_TYPE", "application/json"}}, std::move(body));
}

}  // namespace stagedoor
