#include "saved_tables.h"

#include <stdexcept>

#include "support/installation.h"

namespace stagedoor::testing {

void as_owner(const std::string& sql) {
  Installation& installation = Installation::shared();
  const CommandResult result =
      run_command({"mariadb", "--no-defaults", "--user=stagedoor_admin",
                   "--socket=" + (installation.home() / "run/mariadb.sock").string(), "stagedoor"},
                  {{"MYSQL_PWD", installation.secret("db_admin_password")}}, sql);
  if (result.exit_code != 0) throw std::runtime_error(result.err + "in: " + sql.substr(0, 500));
}

void suspend_checks() {
  std::string sql;
  for (const Row& row : Installation::shared().query(
           "SELECT table_name, constraint_name FROM information_schema.table_constraints"
           " WHERE constraint_schema = 'stagedoor' AND constraint_type = 'CHECK'"
           " AND VERSION() NOT LIKE '%MariaDB%'")) {
    sql += "ALTER TABLE " + row.at(0) + " ALTER CHECK " + row.at(1) + " NOT ENFORCED;";
  }
  as_owner(sql);
}

SavedTables::SavedTables() {
  for (const Row& row : Installation::shared().query("SHOW TABLES")) names_.push_back(row.at(0));
  std::string sql;
  for (const std::string& name : names_) {
    sql += "CREATE TABLE saved_" + name + " AS SELECT * FROM " + name + ";";
  }
  as_owner(sql);
}

void SavedTables::restore() const {
  std::string sql = "START TRANSACTION;";
  for (const std::string& name : names_) {
    sql += "DELETE FROM " + name + "; INSERT INTO " + name + " SELECT * FROM saved_" + name + ";";
  }
  as_owner(sql + "COMMIT");
}

void SavedTables::drop() const {
  std::string sql;
  for (const std::string& name : names_) sql += "DROP TABLE saved_" + name + ";";
  as_owner(sql);
}

}  // namespace stagedoor::testing
