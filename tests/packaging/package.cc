// The Debian package: what is in it, and what it says it needs.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "packaging/installed_tree.h"
#include "support/endpoints.h"
#include "support/installation.h"

using namespace stagedoor::testing;

namespace fs = std::filesystem;

namespace {

std::string output_of(const std::vector<std::string>& command) {
  const CommandResult result = run_command(command);
  if (result.exit_code != 0) throw std::runtime_error(result.out + result.err);
  return result.out;
}

// The package, made once for all tests.
const fs::path& package() {
  static const TemporaryFolder folder;
  static const fs::path path = [] {
    output_of({"cpack", "--config", STAGEDOOR_BUILD_DIR "/CPackConfig.cmake", "-B", folder.path()});
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      if (entry.path().extension() == ".deb") return entry.path();
    }
    throw std::runtime_error("cpack made no package");
  }();
  return path;
}

// Paths of the files in the package, without those of folders.
std::set<std::string> package_files() {
  std::set<std::string> files;
  std::istringstream lines(output_of({"dpkg-deb", "-c", package()}));
  for (std::string line; std::getline(lines, line);) {
    std::string path = line.substr(line.find(" ./") + 2);
    path = path.substr(0, path.find(" -> "));
    if (!path.ends_with('/')) files.insert(path);
  }
  return files;
}

std::string field(const std::string& name) {
  return output_of({"dpkg-deb", "-f", package(), name});
}

std::string control_file(const std::string& name) {
  return output_of({"dpkg-deb", "-I", package(), name});
}

}  // namespace

TEST(ThePackage, HasEveryHandlerAndEverythingAroundThem) {
  const std::set<std::string> files = package_files();
  for (const std::string& handler : handlers()) {
    EXPECT_TRUE(files.contains("/usr/lib/stagedoor/bin/" + handler)) << handler;
  }
  for (const char* tool : {"audit", "expire_holds", "load_demo", "mint_tokens"}) {
    EXPECT_TRUE(files.contains(std::string("/usr/lib/stagedoor/bin/") + tool)) << tool;
  }
  for (const char* path : {"/usr/bin/stagedoor",
                           "/usr/lib/stagedoor/stagedoor",
                           "/usr/lib/stagedoor/deploy/cli/web.sh",
                           "/usr/lib/stagedoor/nginx/server.conf",
                           "/usr/lib/stagedoor/sql/0002_line.sql",
                           "/usr/lib/stagedoor/upstreams.conf",
                           "/usr/lib/stagedoor/locations.conf",
                           "/usr/lib/stagedoor/handlers/endpoints.conf",
                           "/usr/lib/stagedoor/web/index.html",
                           "/usr/lib/stagedoor/web/openapi.yaml",
                           "/usr/lib/systemd/system/stagedoor.target",
                           "/usr/lib/systemd/system/stagedoor-handler@.service",
                           "/usr/lib/systemd/system/stagedoor-handler@.socket",
                           "/usr/lib/systemd/system/stagedoor-prepare.service",
                           "/usr/lib/systemd/system/stagedoor-sweep.service",
                           "/usr/lib/systemd/system/stagedoor-sweep.timer",
                           "/usr/share/doc/stagedoor/OPERATIONS.md",
                           "/usr/share/man/man1/stagedoor.1.gz",
                           "/etc/nginx/sites-available/stagedoor",
                           "/etc/nginx/stagedoor"}) {
    EXPECT_TRUE(files.contains(path)) << path;
  }
}

TEST(ThePackage, HasNothingElsewhereAndNothingOfTheBuild) {
  const std::string places[] = {"/usr/bin/stagedoor",
                                "/usr/lib/stagedoor/",
                                "/usr/lib/systemd/system/stagedoor",
                                "/usr/share/doc/stagedoor/",
                                "/usr/share/man/man1/stagedoor.1.gz",
                                "/etc/stagedoor/",
                                "/etc/nginx/sites-available/stagedoor",
                                "/etc/nginx/stagedoor"};
  for (const std::string& path : package_files()) {
    EXPECT_TRUE(std::any_of(std::begin(places), std::end(places), [&](const std::string& place) {
      return path.starts_with(place);
    })) << path;
    for (const char* part : {"/node_modules", "package.json", ".npmrc", "/build/"}) {
      EXPECT_EQ(path.find(part), std::string::npos) << path;
    }
    EXPECT_FALSE(path.ends_with(".cc") || path.ends_with(".h")) << path;
  }
}

TEST(ThePackage, DependsOnTheLibrariesAndProgramsThatItUses) {
  const std::string depends = field("Depends");
  for (const char* name : {"libc6", "libfcgi0ldbl", "libmysqlcppconn7v5", "libmemcached11",
                           "libjwt0", "libsodium23", "libcjson1", "libssl3", "fcgiwrap", "nginx",
                           "multiwatch", "mariadb-client-core", "curl", "adduser"}) {
    EXPECT_NE(depends.find(name), std::string::npos) << name << " not in " << depends;
  }
  EXPECT_NE(field("Recommends").find("memcached"), std::string::npos);
}

TEST(ThePackage, LeavesWhatTheOperatorMayChangeToHim) {
  EXPECT_EQ(control_file("conffiles"),
            "/etc/nginx/sites-available/stagedoor\n"
            "/etc/stagedoor/processes.conf\n"
            "/etc/stagedoor/stagedoor.conf\n");
  const std::set<std::string> files = package_files();
  for (const char* name : {"processes.conf", "stagedoor.conf"}) {
    EXPECT_TRUE(files.contains(std::string("/etc/stagedoor/") + name)) << name;
  }
}

TEST(ThePackage, LeadsEveryEndpointToAUnit) {
  const TemporaryFolder folder;
  output_of({"dpkg-deb", "-x", package(), folder.path()});
  const std::string upstreams =
      output_of({"cat", folder.path() / "usr/lib/stagedoor/upstreams.conf"});
  const fs::path units = folder.path() / "usr/lib/systemd/system";
  const std::string target = output_of({"cat", units / "stagedoor.target"});
  const std::string links =
      output_of({"cat", units / "stagedoor-handler@fcgiwrap.socket.d/on_demand.conf"});
  for (const Endpoint& row : endpoints()) {
    SCOPED_TRACE(row.handler);
    const std::string path = "/run/stagedoor/" + row.handler + ".sock";
    EXPECT_NE(upstreams.find("upstream " + row.handler + " { server unix:" + path + "; }"),
              std::string::npos);
    const bool on_demand = row.processes == "0";
    const std::string unit = "stagedoor-handler@" + row.handler;
    EXPECT_EQ(target.find(unit + ".socket " + unit + ".service") == std::string::npos, on_demand);
    EXPECT_EQ(links.find("Symlinks=" + path) != std::string::npos, on_demand);
  }
  EXPECT_NE(target.find("stagedoor-handler@fcgiwrap.socket "), std::string::npos);
}

// With what /etc/nginx/nginx.conf of Debian sets around the sites.
TEST(TheSite, IsTakenByTheNginxOfDebian) {
  const TemporaryFolder folder;
  const fs::path root = folder.path() / "root";
  output_of({"dpkg-deb", "-x", package(), root});
  std::string site = output_of({"cat", root / "etc/nginx/sites-available/stagedoor"});
  const std::pair<std::string, std::string> places[] = {
      {"/usr/lib/stagedoor", root / "usr/lib/stagedoor"},
      {"/var/log/nginx", folder.path()},
      {"/var/lib/nginx", folder.path()}};
  for (const auto& [place, here] : places) {
    for (std::size_t at = 0; (at = site.find(place, at)) != site.npos; at += here.size()) {
      site.replace(at, place.size(), here);
    }
  }
  fs::create_directory_symlink(root / "usr/lib/stagedoor/nginx", folder.path() / "stagedoor");
  std::ofstream(folder.path() / "nginx.conf")
      << "pid " << (folder.path() / "pid").string() << ";\nerror_log stderr;\nevents {}\nhttp {\n"
      << "sendfile on;\ntcp_nopush on;\ntypes_hash_max_size 2048;\ninclude "
         "/etc/nginx/mime.types;\ndefault_type application/octet-stream;\naccess_log off;\n"
         "ssl_prefer_server_ciphers on;\ngzip on;\n"
      << site << "}\n";
  const CommandResult checked = run_command({"nginx", "-t", "-q", "-e", "stderr", "-p",
                                             folder.path(), "-c", folder.path() / "nginx.conf"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(checked.err, "");
}
