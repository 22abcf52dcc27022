#include <gtest/gtest.h>

#include "support/installation.h"

namespace {

class StopTheSharedInstallation : public ::testing::Environment {
 public:
  void TearDown() override { stagedoor::testing::Installation::stop_shared(); }
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::AddGlobalTestEnvironment(new StopTheSharedInstallation);
  return RUN_ALL_TESTS();
}
