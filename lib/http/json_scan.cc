#include "http/json_scan.h"

#include "base/encoding.h"

namespace stagedoor::http {
namespace {

constexpr int kDepthMax = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_json_number(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<std::vector<ScalarNote>> run() {
    while (at_ < text_.size()) {
      if (!step()) return std::nullopt;
    }
    return std::move(notes_);
  }

 private:
  bool step() {
    const char c = text_[at_];
    if (c == '"') return string();
    if (c == '-' || is_digit(c)) return number();
    ++at_;
    if (c == '{' || c == '[') return ++depth_ <= kDepthMax;
    if (c == '}' || c == ']') --depth_;
    // cJSON takes any control character for a blank.
    return static_cast<unsigned char>(c) > ' ' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  bool string() {
    ScalarNote note;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < ' ') return false;
      if (c == '"') {
        ++at_;
        notes_.push_back(note);
        return true;
      }
      if (c != '\\') continue;
      ++at_;
      if (text_.substr(at_, 5) == "u0000") note.has_nul = true;
    }
    return false;
  }

  bool number() {
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           (is_digit(text_[at_]) || std::string_view("+-.eE").find(text_[at_]) != text_.npos)) {
      ++at_;
    }
    notes_.push_back({false, text_.substr(start, at_ - start)});
    return is_json_number(notes_.back().text);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<ScalarNote> notes_;
};

}  // namespace

std::optional<std::vector<ScalarNote>> scan_json(std::string_view text) {
  if (!is_utf8(text)) return std::nullopt;
  return Scan(text).run();
}

}  // namespace stagedoor::http
