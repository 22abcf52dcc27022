# shellcheck shell=bash
# Migrations: sql/NNNN_name.sql in order, each recorded before it starts and after it ended.
# Schema changes commit statement by statement, so that an operator must look at one that broke off.

migrate() {
  local -A checksum_of=() name_of=()
  local version checksum is_finished file name rows known=' ' due=()
  rows=$(recorded_migrations)
  while IFS=$'\t' read -r version checksum is_finished name; do
    [[ -n $version ]] || continue
    ((is_finished)) || die "$(half_applied "$name")"
    checksum_of[$version]=$checksum
    name_of[$version]=$name
  done <<<"$rows"

  for file in "$SOURCE"/sql/[0-9][0-9][0-9][0-9]_*.sql; do
    [[ -e $file ]] || continue
    name=$(basename "$file" .sql)
    version=$((10#${name%%_*}))
    known+="$version "
    checksum=$(checksum_of_file "$file")
    if [[ -z ${name_of[$version]:-} ]]; then
      due+=("$file")
    elif [[ ${name_of[$version]} != "$name" ]]; then
      die "the database has migration ${name_of[$version]} from before the first release:" \
        'export its data with mariadb-dump, then start anew with stagedoor up --fresh'
    elif [[ ${checksum_of[$version]} != "$checksum" ]]; then
      die "migration $name was changed after it had been applied, restore the file sql/$name.sql"
    fi
  done
  for version in "${!name_of[@]}"; do
    [[ $known == *" $version "* ]] ||
      die "the database has migration ${name_of[$version]}, this source does not: it is too old"
  done
  for file in "${due[@]}"; do apply_migration "$file"; done
}

checksum_of_file() {
  local checksum
  checksum=$(sha256sum <"$1")
  echo "${checksum%% *}"
}

half_applied() {
  echo "migration $1 is half applied: finish it by hand and set its finished_at in" \
    'schema_migrations, or undo it by hand and delete its row there'
}

# A line of columns for each. Where all are applied the database user need not be allowed to create
# tables.
recorded_migrations() {
  local answer
  answer=$(ask_for_migrations 2>&1) ||
    { [[ $answer == *'ERROR 1146 '* ]] && answer=$(create_record_of_migrations 2>&1); } ||
    die "cannot keep a record of migrations with $(admin_variable): $(database_error "$answer")"
  printf '%s' "$answer"
}

ask_for_migrations() {
  database_client "$(admin_variable)" "$(admin_schema)" <<'END'
SELECT version, checksum, finished_at IS NOT NULL, name FROM schema_migrations ORDER BY version;
END
}

create_record_of_migrations() {
  database_client "$(admin_variable)" "$(admin_schema)" <<'END'
CREATE TABLE IF NOT EXISTS schema_migrations (
  version INT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  checksum CHAR(64) NOT NULL,
  started_at DATETIME(6) NOT NULL,
  finished_at DATETIME(6) NULL
);
END
}

# The row is inserted first: of two that run at once, one fails here and has changed nothing.
apply_migration() {
  local file=$1 name version checksum error
  name=$(basename "$file" .sql)
  version=$((10#${name%%_*}))
  checksum=$(checksum_of_file "$file")
  say "applying migration $name"
  error=$(database_client "$(admin_variable)" "$(admin_schema)" 2>&1 >/dev/null <<END
INSERT INTO schema_migrations VALUES ($version, '$name', '$checksum', UTC_TIMESTAMP(6), NULL);
END
  ) || die "cannot record migration $name: $(database_error "$error")"
  error=$(database_client "$(admin_variable)" "$(admin_schema)" 2>&1 >/dev/null <"$file") ||
    die "migration $name failed: $(database_error "$error")"
  database_client "$(admin_variable)" "$(admin_schema)" >/dev/null <<END ||
UPDATE schema_migrations SET finished_at = UTC_TIMESTAMP(6) WHERE version = $version;
END
    die "$(half_applied "$name")"
}
