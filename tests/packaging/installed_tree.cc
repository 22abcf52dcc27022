#include "packaging/installed_tree.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/money.h"
#include "support/seats.h"

namespace stagedoor::testing {

namespace fs = std::filesystem;

const fs::path& installed_prefix() {
  static const TemporaryFolder folder;
  static const fs::path prefix = [] {
    const fs::path path = folder.path() / "prefix";
    const CommandResult result =
        run_command({"cmake", "--install", STAGEDOOR_BUILD_DIR, "--prefix", path});
    if (result.exit_code != 0) throw std::runtime_error(result.out + result.err);
    return path;
  }();
  return prefix;
}

namespace {

// In this binary all words of the tests talk to the installed tree.
class RunTheInstalledTree : public ::testing::Environment {
 public:
  void SetUp() override {
    Installation::share(
        std::make_unique<Installation>(installed_prefix() / "bin/stagedoor", Variables{}));
  }
};

[[maybe_unused]] const ::testing::Environment* const run_the_installed_tree =
    ::testing::AddGlobalTestEnvironment(new RunTheInstalledTree);

bool is_text(const std::string& content) { return content.find('\0') == std::string::npos; }

}  // namespace

TEST(TheInstalledTree, SellsASeatFromAnotherPrefix) {
  const Json concert = create_concert(hall(10));
  const Fan fan = admitted(concert);
  EXPECT_EQ(charge(fan.user, kSeatPrice).status, 201);
  const Json payment = paid_by(fan, held(fan, date_of(concert), {7}));
  EXPECT_EQ(payment["status"].text(), "PAID");
  EXPECT_EQ(balance_of(fan.user), 0);
}

TEST(TheInstalledTree, RunsItsOwnBinariesAndServesItsOwnPages) {
  const std::string prefix = fs::canonical(installed_prefix());
  for (const auto& [handler, pids] : Installation::shared().processes()) {
    for (const pid_t pid : pids) {
      const fs::path binary = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe");
      EXPECT_EQ(binary, prefix + "/lib/stagedoor/bin/" + handler);
    }
  }
  for (const char* path : {"/", "/docs", "/api/v1/openapi.yaml"}) {
    EXPECT_EQ(send({.path = path}).status, 200) << path;
  }
}

TEST(TheInstalledTree, KnowsNothingOfWhereItWasBuilt) {
  for (const auto& entry : fs::recursive_directory_iterator(installed_prefix())) {
    if (entry.is_symlink()) {
      EXPECT_TRUE(fs::read_symlink(entry).is_relative()) << entry;
    } else if (entry.is_regular_file()) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(file), {}};
      if (!is_text(content)) continue;
      EXPECT_EQ(content.find(STAGEDOOR_SOURCE_DIR "/"), std::string::npos) << entry;
    }
  }
}

TEST(TheInstalledTree, RefusesWhatNeedsSources) {
  const Installation& installation = Installation::shared();
  for (const char* verb : {"test", "package"}) {
    const CommandResult refused = installation.run({verb});
    EXPECT_EQ(refused.exit_code, 1) << verb;
    EXPECT_NE(refused.err.find("needs a checkout"), std::string::npos) << refused.err;
  }
}

}  // namespace stagedoor::testing
