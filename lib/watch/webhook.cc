#include "watch/webhook.h"

#include <curl/curl.h>

#include <memory>

namespace stagedoor::watch {
namespace {

constexpr long kConnectTimeoutS = 3;
constexpr long kTimeoutS = 5;

std::size_t ignore_answer(char* /*bytes*/, std::size_t size, std::size_t count, void* /*to*/) {
  return size * count;
}

}  // namespace

std::string post_json(const std::string& url, const std::string& json) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   curl_easy_cleanup);
  if (handle == nullptr) return "no HTTP client";
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, json.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, kConnectTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kTimeoutS);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, ignore_answer);
  const CURLcode result = curl_easy_perform(handle.get());
  if (result != CURLE_OK) return curl_easy_strerror(result);
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return status / 100 == 2 ? "" : "the webhook answered " + std::to_string(status);
}

}  // namespace stagedoor::watch
