// The pages of nginx/pages.conf and what they load.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "support/process.h"
#include "support/vocabulary.h"

using namespace stagedoor::testing;

namespace {

Response page(const std::string& path, const Headers& headers = {}) {
  return send({.path = path, .headers = headers});
}

// What the attributes src and href of a page name, addresses with a scheme aside.
std::vector<std::string> files_of(const std::string& html) {
  static const std::regex kReference(R"re((?:src|href)="([^":]+)")re");
  std::vector<std::string> paths;
  for (std::sregex_iterator found(html.begin(), html.end(), kReference), end; found != end;
       ++found) {
    paths.push_back((*found)[1]);
  }
  return paths;
}

}  // namespace

TEST(ThePages, LoadOnlyWhatTheServerHas) {
  for (const char* path : {"/", "/docs"}) {
    SCOPED_TRACE(path);
    Response answer = page(path);
    if (answer.status == 302) answer = page(answer.header("Location"));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8");
    const auto files = files_of(answer.body);
    EXPECT_FALSE(files.empty());
    for (const std::string& file : files) {
      EXPECT_TRUE(file.starts_with('/') && !file.starts_with("//")) << file;
      EXPECT_EQ(page(file).status, 200) << file;
    }
  }
}

TEST(ThePages, AllowNoScriptAndNoStyleInside) {
  for (const char* path : {"/", "/docs", "/docs/docs.js"}) {
    SCOPED_TRACE(path);
    const std::string policy = page(path).header("Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'self'; ")) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  }
}

TEST(ThePages, AreAskedForAnewAndAnsweredWith304) {
  for (const char* path : {"/docs", "/docs/docs.js", "/api/v1/openapi.yaml"}) {
    SCOPED_TRACE(path);
    const Response first = page(path);
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.header("Cache-Control"), "no-cache");
    const Response second = page(path, {{"If-None-Match", first.header("ETag")}});
    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(second.body, "");
  }
}

TEST(AFileWithAVersionInItsPath, IsKeptByBrowsersAndCompressed) {
  for (const std::string& file : files_of(page("/docs").body)) {
    if (!file.starts_with("/vendor/")) continue;
    SCOPED_TRACE(file);
    const Response answer = page(file, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(answer.header("Content-Encoding"), "gzip");
    EXPECT_TRUE(file.find('@') != std::string::npos);
  }
  const Response missing = page("/vendor/nothing@1.0.0/nothing.js");
  expect_problem(missing, 404, "not_found");
  EXPECT_FALSE(missing.has_header("Cache-Control"));
}

TEST(TheDescriptionOfTheApi, IsAFileOfYaml) {
  const Response answer = get("/openapi.yaml");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/yaml; charset=utf-8");
  EXPECT_TRUE(answer.body.starts_with("openapi: 3.1"));
}

// In Chromium, under the policy of the page: every operation is there, and one can be tried.
TEST(ThePageOfTheApi, WorksInABrowserWithoutABreachOfItsPolicy) {
  const CommandResult browser = run_command(
      {"node", STAGEDOOR_OPENAPI_TESTS "/docs_page.mjs", Installation::shared().origin()});
  EXPECT_EQ(browser.exit_code, 0) << browser.err;
  const std::string description = get("/openapi.yaml").body;
  static const std::regex kOperation("operationId:");
  const auto operations =
      std::distance(std::sregex_iterator(description.begin(), description.end(), kOperation), {});
  EXPECT_EQ(browser.out, "operations: " + std::to_string(operations) + "\ntried: 200\n");
}

TEST(TheVerifiers, AreServedToBeReadAndAreShort) {
  EXPECT_EQ(page("/verify/").status, 200);
  for (const char* path : {"/verify/draw.py", "/verify/line.py"}) {
    const Response answer = page(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_LE(std::count(answer.body.begin(), answer.body.end(), '\n'), 120) << path;
  }
}

TEST(WhatIsNoPage, IsNotServed) {
  for (const char* path :
       {"/package.json", "/package-lock.json", "/.npmrc", "/vendor.txt", "/vendor", "/vendor/",
        "/node_modules/", "/docs/nothing.html", "/%2e%2e/README.md"}) {
    SCOPED_TRACE(path);
    const Response answer = page(path);
    if (answer.status == 400) continue;  // nginx refuses a path that leaves the root
    expect_problem(answer, 404, "not_found");
  }
}

TEST(APage, TakesNoOtherMethods) {
  const Response refused = send({.method = "POST", .path = "/docs"});
  expect_problem(refused, 405, "method_not_allowed");
  EXPECT_EQ(refused.header("Allow"), "GET, HEAD");
}
