#pragma once

#include <string>
#include <vector>

namespace stagedoor::testing {

// Runs SQL in Installation::shared() as the owner of the tables, who may also drop a constraint.
void as_owner(const std::string& sql);

// From now on rows may contradict their CHECKs, where the server is MySQL: MariaDB is told so in a
// session, and there this does nothing.
void suspend_checks();

// Copies of all its tables, to go back to.
class SavedTables {
 public:
  SavedTables();
  void restore() const;
  void drop() const;

 private:
  std::vector<std::string> names_;
};

}  // namespace stagedoor::testing
