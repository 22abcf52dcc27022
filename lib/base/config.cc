#include "base/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "base/encoding.h"

namespace stagedoor {
namespace {

struct Setting {
  std::string_view name;
  std::string_view fallback;
  std::string_view check;
  std::string_view reader;
  std::string_view meaning;
};

constexpr Setting kSettings[] = {
#include "base/settings.def"
};

constexpr std::size_t kSecretBytesMin = 32;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

const Setting* find_setting(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kSettings), std::end(kSettings),
                                         [&](const Setting& s) { return s.name == name; });
  return found == std::end(kSettings) ? nullptr : found;
}

// REQUIRES: settings.def has a row of it.
const Setting& described(std::string_view name) {
  const Setting* const found = find_setting(name);
  assert(found != nullptr);
  return *found;
}

// Whether stagedoor.conf may set it.
bool is_known(std::string_view name) {
  const Setting* const setting = find_setting(name);
  return setting != nullptr && setting->reader != "environment";
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

// Collects settings and problems while the parts of a Config are filled in.
class Loader {
 public:
  std::string home() {
    const char* set = std::getenv("STAGEDOOR_HOME");
    std::string path(set != nullptr && *set != '\0' ? set : described("STAGEDOOR_HOME").fallback);
    if (path.front() != '/') {
      std::array<char, 4096> cwd{};
      if (getcwd(cwd.data(), cwd.size()) != nullptr) path = std::string(cwd.data()) + "/" + path;
    }
    return path;
  }

  void read_settings(const std::string& home) {
    const auto text = read_file(home + "/stagedoor.conf");
    if (!text) return;  // the file is optional
    const auto settings = parse_settings(*text);
    if (settings) {
      settings_ = *settings;
    } else {
      for (const std::string& problem : settings.error()) fail("stagedoor.conf: " + problem);
    }
  }

  std::string setting(const char* name) const {
    const char* set = std::getenv(name);
    if (set != nullptr && *set != '\0') return set;
    const auto found = settings_.find(name);
    if (found != settings_.end() && !found->second.empty()) return found->second;
    return std::string(described(name).fallback);
  }

  // Within the bounds of its description, "1..9"; 0 when it is not, which is noted.
  long long number(const char* name) {
    const std::string_view bounds = described(name).check;
    const std::size_t dots = bounds.find("..");
    const std::string text = setting(name);
    const auto value = parse_integer(text);
    const auto min = parse_integer(bounds.substr(0, dots));
    const auto max = parse_integer(bounds.substr(dots + 2));
    if (value && *value >= *min && *value <= *max) return *value;
    fail(std::string(name) + ": '" + text + "' is not a number from " + std::to_string(*min) +
         " to " + std::to_string(*max));
    return 0;
  }

  // Of a setting that is checked to be on or off.
  bool is_on(const char* name) {
    const std::string text = setting(name);
    if (text != "on" && text != "off") {
      fail(std::string(name) + ": '" + text + "' is neither on nor off");
    }
    return text == "on";
  }

  DatabaseConfig database(const std::string& home) {
    const std::string url = setting("STAGEDOOR_DB");
    if (url.empty()) {
      DatabaseConfig own;
      own.unix_socket = home + "/run/mariadb.sock";
      own.user = "stagedoor";
      own.schema = "stagedoor";
      own.password = secret_lines(home, "db_password", 1).front();
      return own;
    }
    const auto parsed = parse_database_url(url);
    if (parsed) return *parsed;
    fail("STAGEDOOR_DB: " + parsed.error());
    return {};
  }

  std::vector<std::string> memcached(const std::string& home) {
    const std::string set = setting("STAGEDOOR_MEMCACHED");
    auto servers = split(set.empty() ? home + "/run/memcached.sock" : set, ',');
    if (servers.empty()) fail("STAGEDOOR_MEMCACHED names no server");
    for (const std::string& server : servers) {
      const auto colon = server.rfind(':');
      const auto port = colon == std::string::npos
                            ? std::nullopt
                            : parse_integer(std::string_view(server).substr(colon + 1));
      if (server.front() != '/' && (!port || *port < 1 || *port > 65'535 || colon == 0)) {
        fail("STAGEDOOR_MEMCACHED: '" + server + "' is not host:port");
      }
    }
    return servers;
  }

  std::string currency() {
    std::string code = setting("STAGEDOOR_CURRENCY");
    if (code.size() != 3 || code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != code.npos) {
      fail("STAGEDOOR_CURRENCY: '" + code + "' is not three capital letters");
    }
    return code;
  }

  // Not shown where it is wrong: the address may be a secret, as that of the alerts is.
  std::string web_address(const char* name) {
    std::string url = setting(name);
    const bool is_web = url.starts_with("https://") || url.starts_with("http://");
    if (!url.empty() && !is_web) fail(std::string(name) + " is neither https:// nor http://");
    return url;
  }

  // KID.pem of a folder. One that is there but empty is a mistake: it would turn every key off.
  std::map<std::string, std::string> identity_keys() {
    const std::filesystem::path folder = setting("STAGEDOOR_IDENTITY_KEYS");
    std::map<std::string, std::string> keys;
    if (folder.empty()) return keys;
    if (folder.is_relative()) fail("STAGEDOOR_IDENTITY_KEYS must be an absolute path");
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().extension() != ".pem") continue;
      const auto pem = read_file(entry.path());
      if (!pem) fail(entry.path().string() + ": cannot be read");
      keys[entry.path().stem()] = pem.value_or("");
    }
    if (error || keys.empty()) {
      fail("STAGEDOOR_IDENTITY_KEYS: no KID.pem in " + folder.string());
    }
    return keys;
  }

  // Who issues tokens and for whom: without either any token of the provider would do, also one
  // that another of its clients holds.
  std::string identity_party(const char* name, bool has_keys) {
    std::string value = setting(name);
    if (has_keys == value.empty()) {
      fail(std::string(name) + (has_keys ? " is needed with" : " needs") +
           " STAGEDOOR_IDENTITY_KEYS");
    }
    return value;
  }

  // Texts of the claim by the role that each gives. CLAIM alone: they are the names of roles.
  void read_identity_roles(Config& config) {
    const std::string text = setting("STAGEDOOR_IDENTITY_ROLE_CLAIM");
    const auto blank = text.find(' ');
    config.identity_role_claim = text.substr(0, blank);
    if (blank == std::string::npos) {
      config.identity_roles = {{"admin", "admin"}};
      return;
    }
    for (const std::string& pair : split(text.substr(blank), ',')) {
      const auto equals = pair.rfind('=');
      if (equals == std::string::npos) {
        fail("STAGEDOOR_IDENTITY_ROLE_CLAIM: '" + pair + "' is not TEXT=ROLE");
      } else {
        config.identity_roles[pair.substr(0, equals)] = pair.substr(equals + 1);
      }
    }
  }

  // At least one line, so that callers may take the front.
  std::vector<std::string> secret_lines(const std::string& home, const char* name,
                                        std::size_t bytes_min) {
    const std::string path = home + "/secrets/" + name;
    const auto text = read_file(path);
    auto lines = split(text.value_or(""), '\n');
    if (!text || lines.empty()) {
      fail(path + ": no secret there, run ./stagedoor up first");
      return {""};
    }
    for (const std::string& line : lines) {
      if (line.size() < bytes_min) fail(path + ": a secret is too short");
    }
    return lines;
  }

  void fail(std::string problem) { problems_.push_back(std::move(problem)); }
  [[nodiscard]] const ConfigProblems& problems() const { return problems_; }

 private:
  Settings settings_;
  ConfigProblems problems_;
};

}  // namespace

Result<Settings, ConfigProblems> parse_settings(std::string_view file_text) {
  Settings settings;
  ConfigProblems problems;
  int number = 0;
  std::istringstream lines{std::string(file_text)};
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    const auto equals = content.find('=');
    const std::string_view name = trimmed(content.substr(0, equals));
    if (equals == std::string_view::npos) {
      problems.push_back("line " + std::to_string(number) + " is not NAME=VALUE");
    } else if (!is_known(name)) {
      problems.push_back("line " + std::to_string(number) + ": unknown setting '" +
                         std::string(name) + "'");
    } else {
      settings[std::string(name)] = trimmed(content.substr(equals + 1));
    }
  }
  if (!problems.empty()) return problems;
  return settings;
}

Result<Config, ConfigProblems> load_config() {
  Loader loader;
  Config config;
  config.home = loader.home();
  loader.read_settings(config.home);
  config.database = loader.database(config.home);
  config.memcached_servers = loader.memcached(config.home);
  config.memcached_timeout =
      std::chrono::milliseconds{loader.number("STAGEDOOR_MEMCACHED_TIMEOUT")};
  config.wait_max = std::chrono::milliseconds{loader.number("STAGEDOOR_WAIT_MAX")};
  config.currency = loader.currency();
  config.verified_email = loader.is_on("STAGEDOOR_VERIFIED_EMAIL");
  config.access_token_ttl = std::chrono::seconds{loader.number("STAGEDOOR_ACCESS_TOKEN_TTL")};
  config.access_token_secrets =
      loader.secret_lines(config.home, "access_token_key", kSecretBytesMin);
  config.queue_token_keys = loader.secret_lines(config.home, "queue_token_keys", kSecretBytesMin);
  config.log_keys = loader.secret_lines(config.home, "log_keys", kSecretBytesMin);
  config.identity_keys = loader.identity_keys();
  const bool has_keys = !config.identity_keys.empty();
  config.identity_issuer = loader.identity_party("STAGEDOOR_IDENTITY_ISSUER", has_keys);
  config.identity_audience = loader.identity_party("STAGEDOOR_IDENTITY_AUDIENCE", has_keys);
  loader.read_identity_roles(config);
  config.alert_webhook = loader.web_address("STAGEDOOR_ALERT_WEBHOOK");
  config.beacon_url = loader.web_address("STAGEDOOR_BEACON_URL");
  if (!loader.problems().empty()) return loader.problems();
  return config;
}

}  // namespace stagedoor
