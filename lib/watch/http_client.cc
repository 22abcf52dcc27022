#include "watch/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace stagedoor::watch {
namespace {

constexpr long kConnectTimeoutS = 3;
constexpr long kTimeoutS = 5;
constexpr std::size_t kAnswerBytesMax = 16 * 1024;

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

std::size_t take_answer(char* bytes, std::size_t size, std::size_t count, void* to) {
  auto& answer = *static_cast<std::string*>(to);
  answer.append(bytes, std::min(size * count, kAnswerBytesMax - answer.size()));
  return size * count;
}

std::string perform(const Handle& handle, const std::string& url, std::string& answer) {
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take_answer);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &answer);
  const CURLcode result = curl_easy_perform(handle.get());
  if (result != CURLE_OK) return curl_easy_strerror(result);
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2 ? "" : "the answer was " + std::to_string(status);
}

}  // namespace

std::string post_json(const std::string& url, const std::string& json) {
  const Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (handle == nullptr) return "no HTTP client";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, json.c_str());
  std::string ignored;
  return perform(handle, url, ignored);
}

std::string get_text(const std::string& url, std::string& answer) {
  const Handle handle(curl_easy_init(), curl_easy_cleanup);
  if (handle == nullptr) return "no HTTP client";
  return perform(handle, url, answer);
}

}  // namespace stagedoor::watch
