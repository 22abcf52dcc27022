// Far more processes than the shipped count, so that many of them fight for a row at a time.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <stdexcept>

#include "support/vocabulary.h"

namespace {

using namespace stagedoor::testing;

constexpr std::size_t kProcesses = 16;

class MoreProcesses : public ::testing::Environment {
 public:
  void SetUp() override {
    Installation& installation = Installation::shared();
    std::ofstream(installation.home() / "processes.conf") << "reserve_seats " << kProcesses << '\n';
    installation.signal_part("reserve_seats", SIGTERM);
    if (!eventually(std::chrono::seconds(10), [&] { return !installation.runs("reserve_seats"); }))
      throw std::runtime_error("reserve_seats does not stop");
    installation.up();
    ASSERT_EQ(installation.processes("reserve_seats").size(), kProcesses);
  }
};

[[maybe_unused]] const auto* const kMoreProcesses =
    ::testing::AddGlobalTestEnvironment(new MoreProcesses);

}  // namespace
