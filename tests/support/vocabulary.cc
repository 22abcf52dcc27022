#include "support/vocabulary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace stagedoor::testing {
namespace {

constexpr std::size_t kTokensPerBatch = 100;

Response send_json(std::string method, const std::string& path, const std::string& body,
                   Headers headers) {
  const bool typed = std::any_of(headers.begin(), headers.end(), [](const Header& header) {
    return !IgnoreCase{}(header.first, "Content-Type") &&
           !IgnoreCase{}("Content-Type", header.first);
  });
  if (!typed) headers.emplace_back("Content-Type", "application/json");
  return send({std::move(method), "/api/v1" + path, std::move(headers), body});
}

std::string output_of(const std::vector<std::string>& arguments) {
  const CommandResult result = Installation::shared().run(arguments);
  if (result.exit_code != 0) {
    throw std::runtime_error("stagedoor " + arguments[0] + ":\n" + result.out + result.err);
  }
  return result.out;
}

std::vector<User> mint_users(std::size_t count) {
  std::istringstream lines(output_of({"token", "--users", std::to_string(count)}));
  std::vector<User> users;
  for (User user; lines >> user.user_id >> user.token;) users.push_back(user);
  if (users.size() != count) throw std::runtime_error("token --users printed too few lines");
  return users;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

std::string problem_in(const Response& response, int status, std::string_view code) {
  if (response.status != status) return "status";
  if (response.header("Content-Type") != "application/problem+json") return "content type";
  const Json problem = response.json();
  for (const char* member : {"type", "title", "detail", "code", "request_id"}) {
    if (!problem[member].is_text() || problem[member].text().empty()) return member;
  }
  if (!problem["status"].is_integer() || problem["status"].integer() != status)
    return "member status";
  if (problem["code"].text() != code) return "code";
  if (problem["request_id"].text() != response.header("X-Request-Id")) return "request id";
  return "";
}

}  // namespace

Response send(const Request& request) {
  thread_local HttpClient client(Installation::shared().origin());
  return client.send(request);
}

Response get(const std::string& path, const Headers& headers) {
  return send({"GET", "/api/v1" + path, headers, ""});
}

Response head(const std::string& path, const Headers& headers) {
  return send({"HEAD", "/api/v1" + path, headers, ""});
}

Response post(const std::string& path, const std::string& body, const Headers& headers) {
  return send_json("POST", path, body, headers);
}

Response patch(const std::string& path, const std::string& body, const Headers& headers) {
  return send_json("PATCH", path, body, headers);
}

Response del(const std::string& path, const Headers& headers) {
  return send({"DELETE", "/api/v1" + path, headers, ""});
}

[[noreturn]] void refuse(const std::string& what, const Response& response) {
  std::ostringstream text;
  text << what << ": " << response;
  throw std::runtime_error(text.str());
}

std::string in_sql(const std::string& uuid) { return "UNHEX(REPLACE('" + uuid + "', '-', ''))"; }

std::vector<User> new_users(std::size_t count) { return mint_users(count); }

User new_user() {
  static std::mutex mutex;
  static std::vector<User> minted;
  const std::lock_guard lock(mutex);
  if (minted.empty()) minted = mint_users(kTokensPerBatch);
  User user = minted.back();
  minted.pop_back();
  return user;
}

std::string admin_token() {
  static const std::string token = [] {
    std::string printed = output_of({"token", "--admin"});
    while (!printed.empty() && printed.back() == '\n') printed.pop_back();
    return printed;
  }();
  return token;
}

Header bearer(const std::string& token) { return {"Authorization", "Bearer " + token}; }
Headers as(const User& user) { return {bearer(user.token)}; }
Headers as_admin() { return {bearer(admin_token())}; }

std::string time_from_now(std::chrono::milliseconds distance) {
  using std::chrono::duration_cast;
  const auto when = (std::chrono::system_clock::now() + distance).time_since_epoch();
  const auto milliseconds = duration_cast<std::chrono::milliseconds>(when).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(milliseconds % 1000));
  return std::string(date.data()) + fraction.data();
}

std::string to_json(const NewDate& date) {
  const std::string seats = date.seats_json.empty() ? "" : ",\"seats\":" + date.seats_json;
  const std::string opens =
      date.sale_opens_at.empty() ? "" : ",\"sale_opens_at\":" + json_text(date.sale_opens_at);
  return "{\"starts_at\":" + json_text(date.starts_at) + opens + seats + "}";
}

std::string to_json(const NewConcert& concert) {
  std::vector<std::string> members{"\"title\":" + json_text(concert.title),
                                   R"("artist":"The Artists")", R"("venue":"The Hall")"};
  for (const auto& [name, value] : concert.settings) {
    members.push_back(json_text(name) + ":" + std::to_string(value));
  }
  for (const auto& [name, value] : concert.times) {
    members.push_back(json_text(name) + ":" + json_text(value));
  }
  std::vector<std::string> dates;
  for (const NewDate& date : concert.dates) dates.push_back(to_json(date));
  members.push_back("\"dates\":[" + joined(dates) + "]");
  return "{" + joined(members) + "}";
}

Json create_concert(const NewConcert& concert) {
  const Response response = post("/admin/concerts", to_json(concert), as_admin());
  if (response.status != 201) refuse("concert not created", response);
  return response.json();
}

std::string concert_path(const Json& concert) {
  return "/concerts/" + std::to_string(concert["concert_id"].integer());
}

std::vector<Json> all_items(const std::string& path, const Headers& headers) {
  const std::string separator = path.find('?') == std::string::npos ? "?" : "&";
  std::vector<Json> items;
  std::string page = path + separator + "limit=100";
  std::set<std::string> seen;
  while (seen.insert(page).second) {
    const Response response = get(page, headers);
    if (response.status != 200) refuse("GET " + page, response);
    const Json list = response.json();
    for (const Json& item : list["items"].items()) items.push_back(item);
    if (list["next_cursor"].is_null()) return items;
    page = path + separator + "limit=100&cursor=" + list["next_cursor"].text();
  }
  throw std::runtime_error("the cursors of " + path + " go round in circles");
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool is_uuid(const std::string& text) {
  static const std::regex form("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return std::regex_match(text, form);
}

bool is_time(const std::string& text) {
  static const std::regex form(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
  return std::regex_match(text, form);
}

void expect_problem(const Response& response, int status, std::string_view code,
                    std::source_location where) {
  std::string wrong;
  try {
    wrong = problem_in(response, status, code);
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  if (wrong.empty()) return;
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
      << "expected problem " << status << " " << code << ", wrong: " << wrong << "\n"
      << response;
}

void expect_no_rows(std::span<const Rule> rules, const Json& concert, std::source_location where) {
  const std::string set_concert =
      "SET @concert = " + std::to_string(concert["concert_id"].integer()) + ";";
  for (const Rule& rule : rules) {
    for (const Row& row : Installation::shared().query(set_concert + rule.sql)) {
      std::string values;
      for (const std::string& value : row) values += " " + value;
      ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
          << rule.broken << ":" << values;
    }
  }
}

void expect_invalid(const Response& response, std::vector<std::string> fields,
                    std::source_location where) {
  expect_problem(response, 422, "validation_failed", where);
  std::vector<std::string> named;
  try {
    for (const Json& error : response.json()["errors"].items()) {
      named.push_back(error["field"].text());
      if (error["detail"].text().empty()) throw std::runtime_error("an error without detail");
    }
  } catch (const std::exception& error) {
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line())) << error.what();
  }
  std::sort(fields.begin(), fields.end());
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  if (named == fields) return;
  ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
      << "expected errors for " << joined(fields) << ", got:\n"
      << response;
}

}  // namespace stagedoor::testing
