// Any endpoint can be tried from a shell: the binaries are plain CGI programs too.
#include <gtest/gtest.h>

#include <sstream>

#include "support/endpoints.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

struct CgiAnswer {
  int exit_code = 0;
  Response response;
};

CgiAnswer run_cgi(const std::string& handler, Variables variables, const std::string& body = "") {
  const Installation& installation = Installation::shared();
  variables.insert(installation.variables().begin(), installation.variables().end());
  if (!body.empty()) {
    variables["CONTENT_TYPE"] = "application/json";
    variables["CONTENT_LENGTH"] = std::to_string(body.size());
  }
  const CommandResult result = run_command({Installation::binary(handler)}, variables, body);
  CgiAnswer answer{.exit_code = result.exit_code, .response = {}};
  const std::size_t head_end = result.out.find("\r\n\r\n");
  if (head_end == std::string::npos) {
    ADD_FAILURE() << handler << " printed no header block:\n" << result.out << result.err;
    return answer;
  }
  std::istringstream head(result.out.substr(0, head_end));
  for (std::string line; std::getline(head, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      answer.response.headers.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  answer.response.body = result.out.substr(head_end + 4);
  const std::string status = answer.response.header("Status");
  answer.response.status = status.empty() ? 0 : std::stoi(status);
  return answer;
}

Variables acting_as_admin(const std::string& method) {
  return {{"REQUEST_METHOD", method},
          {"STAGEDOOR_USER_ID", "0190b7c2-0000-7000-8000-000000000001"},
          {"STAGEDOOR_ROLE", "admin"}};
}

std::string id_text(const Json& concert) { return std::to_string(concert["concert_id"].integer()); }

}  // namespace

TEST(EveryHandler, AnswersAsAPlainCgiProgram) {
  for (const std::string& handler : handlers()) {
    SCOPED_TRACE(handler);
    const CgiAnswer answer = run_cgi(handler, {{"REQUEST_METHOD", "GET"}});
    EXPECT_EQ(answer.exit_code, 0);
    EXPECT_GE(answer.response.status, 200);
    EXPECT_LT(answer.response.status, 500) << answer.response;
    // What Prometheus reads is no JSON.
    if (answer.response.body.empty() || handler == "metrics") continue;
    EXPECT_NE(answer.response.header("Content-Type").find("json"), std::string::npos);
    EXPECT_TRUE(answer.response.json().is_object()) << answer.response;
  }
}

TEST(EveryHandler, AnswersABadCallAsAProblem) {
  for (const std::string& handler : handlers()) {
    SCOPED_TRACE(handler);
    const CgiAnswer answer = run_cgi(
        handler, {{"REQUEST_METHOD", "POST"}, {"CONCERT_ID", "x"}, {"QUERY_STRING", "%%%&=&limit"}},
        "{\"nonsense\":");
    EXPECT_EQ(answer.exit_code, 0);
    EXPECT_LT(answer.response.status, 500) << answer.response;
  }
}

TEST(EveryHandler, SurvivesAContentLengthThatLies) {
  for (const std::string& handler : handlers()) {
    for (const char* length : {"-1", "x", "1000000", "99999999999999999999999", "3"}) {
      SCOPED_TRACE(handler + " " + length);
      Variables variables = acting_as_admin("POST");
      variables["CONTENT_TYPE"] = "application/json";
      variables["CONTENT_LENGTH"] = length;
      const CgiAnswer answer = run_cgi(handler, variables);
      EXPECT_EQ(answer.exit_code, 0);
      EXPECT_LT(answer.response.status, 500) << answer.response;
    }
  }
}

TEST(EveryHandler, ChecksItsConfiguration) {
  Variables variables = Installation::shared().variables();
  for (const std::string& handler : handlers()) {
    SCOPED_TRACE(handler);
    const CommandResult sound =
        run_command({Installation::binary(handler), "--check-config"}, variables);
    EXPECT_EQ(sound.exit_code, 0) << sound.err;
    EXPECT_EQ(sound.out + sound.err, "");
  }
}

TEST(EveryHandler, NamesAllProblemsOfABadConfigurationAtOnce) {
  Variables variables = Installation::shared().variables();
  variables["STAGEDOOR_DB"] = "postgres://nobody";
  variables["STAGEDOOR_ACCESS_TOKEN_TTL"] = "soon";
  for (const std::string& handler : handlers()) {
    SCOPED_TRACE(handler);
    const CommandResult bad =
        run_command({Installation::binary(handler), "--check-config"}, variables);
    EXPECT_EQ(bad.exit_code, 78);
    EXPECT_NE(bad.err.find("STAGEDOOR_DB"), std::string::npos) << bad.err;
    EXPECT_NE(bad.err.find("STAGEDOOR_ACCESS_TOKEN_TTL"), std::string::npos) << bad.err;
  }
}

TEST(ListConcerts, WorksFromAShell) {
  create_concert();
  const CgiAnswer answer =
      run_cgi("list_concerts", {{"REQUEST_METHOD", "GET"}, {"QUERY_STRING", "limit=1"}});
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.response.json()["items"].size(), 1U);
}

TEST(ShowConcert, WorksFromAShell) {
  const Json concert = create_concert({.title = "from a shell"});
  const CgiAnswer answer =
      run_cgi("show_concert", {{"REQUEST_METHOD", "GET"}, {"CONCERT_ID", id_text(concert)}});
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.response.json()["title"].text(), "from a shell");
}

TEST(SignUp, WorksFromAShell) {
  const CgiAnswer answer =
      run_cgi("sign_up", {{"REQUEST_METHOD", "POST"}},
              R"({"name":"x","email":"shell@example.org","password":"correct horse battery"})");
  EXPECT_EQ(answer.response.status, 201) << answer.response;
  const CgiAnswer in =
      run_cgi("sign_in", {{"REQUEST_METHOD", "POST"}},
              R"({"email":"shell@example.org","password":"correct horse battery"})");
  EXPECT_EQ(in.response.json()["user_id"], answer.response.json()["user_id"]);
}

TEST(ChangeConcert, WorksFromAShell) {
  const Json concert = create_concert();
  Variables variables = acting_as_admin("PATCH");
  variables["CONCERT_ID"] = id_text(concert);
  const CgiAnswer answer = run_cgi("change_concert", variables, R"({"max_active":3})");
  EXPECT_EQ(answer.response.status, 200) << answer.response;
}
