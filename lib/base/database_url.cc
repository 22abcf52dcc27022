#include <algorithm>
#include <optional>

#include "base/config.h"
#include "base/encoding.h"

namespace stagedoor {
namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = parse_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

// tls=MODE[&ca=FILE]. False when it is not of that form.
bool read_tls_options(std::string_view text, DatabaseConfig& config) {
  constexpr std::string_view kTls = "tls=";
  constexpr std::string_view kCa = "&ca=";
  if (!text.starts_with(kTls)) return false;
  const auto end = text.find(kCa);
  const std::string_view mode = text.substr(kTls.size(), end - kTls.size());
  if (end != std::string_view::npos) {
    const auto file = percent_decoded(text.substr(end + kCa.size()));
    if (!file || !file->starts_with('/')) return false;
    config.ca_file = *file;
  }
  if (mode == "required") config.tls = DatabaseTls::kRequired;
  if (mode == "verify-ca") config.tls = DatabaseTls::kVerifyCa;
  if (mode == "verify-identity") config.tls = DatabaseTls::kVerifyIdentity;
  const bool verifies_nothing = config.tls == DatabaseTls::kVerifyCa && config.ca_file.empty();
  return config.tls != DatabaseTls::kNone && !verifies_nothing;
}

}  // namespace

Result<DatabaseConfig, std::string> parse_database_url(std::string_view url) {
  const std::string shape =
      "not of the form mysql://user:password@host:port/schema[?tls=MODE[&ca=FILE]]";
  constexpr std::string_view kScheme = "mysql://";
  if (!url.starts_with(kScheme)) return shape;
  url.remove_prefix(kScheme.size());
  const auto at = url.rfind('@');
  if (at == std::string_view::npos) return shape;
  const auto question = url.find('?', at);
  const std::string_view options = url.substr(std::min(question, url.size()));
  url = url.substr(0, question);
  const auto slash = url.rfind('/');
  if (slash == std::string_view::npos || slash < at) return shape;

  const std::string_view credentials = url.substr(0, at);
  const auto colon = credentials.find(':');
  const auto user = percent_decoded(credentials.substr(0, colon));
  const auto password = percent_decoded(
      colon == std::string_view::npos ? std::string_view{} : credentials.substr(colon + 1));
  if (!user || !password || user->empty()) return shape;

  DatabaseConfig config;
  config.user = *user;
  config.password = *password;
  config.schema = url.substr(slash + 1);
  const std::string_view address = url.substr(at + 1, slash - at - 1);
  // The colons inside of [::1] are none before a port.
  const auto port_colon = address.find(':', address.starts_with('[') ? address.find(']') : 0);
  config.host = address.substr(0, port_colon);
  if (port_colon != std::string_view::npos) {
    const auto port = parse_integer(address.substr(port_colon + 1));
    if (!port || *port < 1 || *port > 65'535) return shape;
    config.port = static_cast<int>(*port);
  }
  if (config.host.empty() || config.schema.empty()) return shape;
  if (!options.empty() && !read_tls_options(options.substr(1), config)) {
    return std::string(
        "behind the schema stands ?tls= with required, verify-ca or verify-identity, then &ca= with"
        " the path of a PEM file, without which verify-ca verifies nothing");
  }
  return config;
}

}  // namespace stagedoor
