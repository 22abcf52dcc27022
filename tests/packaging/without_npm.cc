// A checkout on a host that npm's registry cannot be reached from.
#include <gtest/gtest.h>

#include "packaging/installed_tree.h"
#include "support/http_client.h"
#include "support/installation.h"

using namespace stagedoor::testing;

namespace fs = std::filesystem;

namespace {

// What `up` needs of the sources when it builds nothing.
fs::path copy_of_checkout(const fs::path& folder) {
  const fs::path source = STAGEDOOR_SOURCE_DIR;
  fs::create_directories(folder / "lib/base");
  fs::create_directories(folder / "handlers");
  for (const char* name : {"deploy", "nginx", "sql", "web", "stagedoor", "CMakeLists.txt",
                           "lib/base/settings.def", "handlers/endpoints.conf"}) {
    fs::copy(source / name, folder / name, fs::copy_options::recursive);
  }
  fs::remove_all(folder / "web/node_modules");
  return folder / "stagedoor";
}

Response get_from(const Installation& installation, const std::string& path) {
  return HttpClient(installation.origin()).send({.path = path});
}

}  // namespace

TEST(WithoutARegistry, UpLeavesOutWhatNeedsNpmAndSaysSo) {
  const TemporaryFolder folder;
  const TemporaryFolder cache;
  const Installation installation(copy_of_checkout(folder.path()),
                                  {{"STAGEDOOR_BIN", STAGEDOOR_BUILD_DIR "/bin"},
                                   {"npm_config_registry", "http://127.0.0.1:9/"},
                                   {"npm_config_cache", cache.path()}});
  const CommandResult again = installation.run({"up"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.out.find("left out: /docs"), std::string::npos) << again.out;
  EXPECT_EQ(get_from(installation, "/").status, 200);
  EXPECT_EQ(get_from(installation, "/api/v1/concerts").status, 200);
  EXPECT_EQ(get_from(installation, "/api/v1/openapi.yaml").status, 200);
  const Response docs = get_from(installation, "/docs");
  EXPECT_EQ(docs.status, 200);
  EXPECT_NE(docs.body.find("href=\"/api/v1/openapi.yaml\""), std::string::npos);
}
