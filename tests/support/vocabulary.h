#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/concurrency.h"
#include "support/http_client.h"
#include "support/installation.h"
#include "support/json.h"

// The words that test bodies are made of. All of them talk to Installation::shared().
namespace stagedoor::testing {

// One kept connection per thread. `request.path` is the whole path.
Response send(const Request& request);

// Below /api/v1. A body is sent as application/json unless `headers` name another type.
Response get(const std::string& path, const Headers& headers = {});
Response head(const std::string& path, const Headers& headers = {});
Response post(const std::string& path, const std::string& body, const Headers& headers = {});
Response patch(const std::string& path, const std::string& body, const Headers& headers = {});
Response del(const std::string& path, const Headers& headers = {});

// Throws with the answer, for words that promise a success.
[[noreturn]] void refuse(const std::string& what, const Response& response);
// A UUID as a value in SQL.
std::string in_sql(const std::string& uuid);

struct User {
  std::string user_id;
  std::string token;
};

// A new user. Cheap: tokens are minted in batches.
User new_user();
std::vector<User> new_users(std::size_t count);
std::string admin_token();

Header bearer(const std::string& token);
Headers as(const User& user);
Headers as_admin();

// RFC 3339 in UTC with milliseconds, that long from now (negative: ago).
std::string time_from_now(std::chrono::milliseconds distance);

struct NewDate {
  std::string starts_at = time_from_now(std::chrono::hours(24 * 30));
  std::string seats_json = {};     // the array of ranges; "": left to the default
  std::string sale_opens_at = {};  // "": with the concert
};

struct NewConcert {
  std::string title = "A concert";
  std::map<std::string, std::int64_t> settings = {};  // max_active, hold_seconds, ...
  std::map<std::string, std::string> times = {};      // sale_opens_at, ...
  std::vector<NewDate> dates = {NewDate{}};
};

std::string to_json(const NewDate& date);
std::string to_json(const NewConcert& concert);
// The created concert; throws with the answer when it is not a 201.
Json create_concert(const NewConcert& concert = {});
std::string concert_path(const Json& concert);

// Every item of a list, page after page. Throws on any status but 200.
std::vector<Json> all_items(const std::string& path, const Headers& headers = {});

// REQUIRES: not empty.
double median(std::vector<double> values);

bool is_uuid(const std::string& text);
bool is_time(const std::string& text);

// The whole contract of an error: status, content type, RFC 9457 members, code, request id.
void expect_problem(const Response& response, int status, std::string_view code,
                    std::source_location where = std::source_location::current());

// A query whose rows contradict what must hold of a concert, which is @concert in it.
struct Rule {
  const char* broken;  // what the rows say
  const char* sql;
};

// Expects of every rule that the concert gives it no row.
void expect_no_rows(std::span<const Rule> rules, const Json& concert, std::source_location where);

// A 422 validation_failed that names exactly these fields, in any order.
void expect_invalid(const Response& response, std::vector<std::string> fields,
                    std::source_location where = std::source_location::current());

}  // namespace stagedoor::testing
