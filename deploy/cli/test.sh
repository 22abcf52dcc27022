# shellcheck shell=bash
# Building and running the tests.

# The labels of the tests in tests/. A change is gated by all but the last row.
readonly TEST_SUITES=(quick tidy unit integration concurrency e2e packaging browser
  soak lint fuzz mysql cluster)
# By what they wait for: mostly for servers, deadlines and each other, so that six suites keep two
# cores busy. Those that keep them busy alone count for three, see tests/CMakeLists.txt.
readonly TESTS_AT_ONCE=6

verb_test() {
  local suite=all target=all selection=(-LE '^(soak|lint|fuzz|cluster)$')
  (($# <= 1)) || die 'test takes one suite or option at most'
  (($# == 0)) || suite=$1
  case $suite in
    all) ;;
    quick)
      target=quick_tests
      selection=(-L '^quick$')
      ;;
    fuzz)
      BUILD=fuzz target=fuzz_targets
      selection=(-L '^fuzz$')
      ;;
    mysql)
      selection=(-L '^(integration|concurrency|e2e)$')
      ;;
    --asan | --tsan)
      BUILD=${suite#--} target=sanitized_tests
      selection=(-L '^(unit|integration)$')
      ;;
    --coverage)
      BUILD=coverage
      # The others run installed binaries, or none.
      selection=(-LE '^(soak|lint|fuzz|cluster|tidy|packaging|browser)$')
      ;;
    *)
      [[ " ${TEST_SUITES[*]} " == *" $suite "* ]] ||
        die "no test suite '$suite', there are: ${TEST_SUITES[*]}"
      selection=(-L "^$suite\$")
      ;;
  esac
  need_checkout test
  load_settings
  need_packages run build test "${suite#--}"
  [[ $target == all || $target == fuzz_targets ]] || build_target handlers/all
  build_target "$target"
  stage_test_packages
  say "running the tests, $TESTS_AT_ONCE suites at a time"
  [[ $suite != mysql ]] || put_mysql_before_mariadb
  [[ $suite != --coverage ]] || find "$SOURCE/build/coverage" -name '*.gcda' -delete
  ctest --test-dir "$SOURCE/build/$BUILD" --output-on-failure --no-tests=error \
    -j"$TESTS_AT_ONCE" "${selection[@]}"
  [[ $suite != --coverage ]] || print_coverage
}

# What starts a private MariaDB finds MySQL from now on.
put_mysql_before_mariadb() {
  local folder=$SOURCE/build/mysql_sid
  [[ -d $folder ]] || say 'fetching MySQL from Debian sid'
  "$SOURCE/deploy/cluster/mysql_from_sid.sh" "$folder" || die 'MySQL could not be fetched'
  # The name that ./stagedoor knows its private server by.
  ln -sf mysqld "$folder/root/usr/sbin/mariadbd"
  PATH=$SOURCE/tests/mysql/bin:$PATH
}

# What ran of each folder of the sources, in percent.
print_coverage() {
  local report=$SOURCE/build/coverage/coverage.csv
  gcovr --root "$SOURCE" --filter 'lib/' --filter 'handlers/' --exclude-throw-branches \
    --exclude-unreachable-branches --csv -o "$report" "$SOURCE/build/coverage" \
    >>"$BUILD_LOG" 2>&1 || die "gcovr failed, see $BUILD_LOG"
  printf '%-16s %9s %9s\n' folder lines branches
  awk -F, 'NR > 1 {
      folder = $1
      sub("/[^/]*$", "", folder)
      lines[folder] += $2; lines_run[folder] += $3
      branches[folder] += $5; branches_run[folder] += $6
    }
    END {
      for (folder in lines) {
        printf "%-16s %8.1f%% %8.1f%%\n", folder, 100 * lines_run[folder] / lines[folder],
          branches[folder] ? 100 * branches_run[folder] / branches[folder] : 100
      }
    }' "$report" | sort
  say "each file: $report"
}
