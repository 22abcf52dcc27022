#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/id.h"
#include "sale/seats_reading_rules.h"

namespace stagedoor::sale {

struct ListedDate {
  ConcertId concert_id;
  DateId date_id;

  auto operator<=>(const ListedDate&) const = default;
};

// The listings of one date as files of this host, which the web server sends: under a version the
// content never changes. Beside them is what was read last. All are written by rename, so that a
// reader never sees half of one; a reader that has a file open keeps it when it is removed.
class ListingFiles {
 public:
  // `folder` has those of all dates of this host.
  ListingFiles(std::filesystem::path folder, const ListedDate& date);

  // Where the listing of a version is, in the folder of all dates.
  [[nodiscard]] std::string name_of(std::string_view version, bool available_only) const;

  // What was read last; with `head_only` without the seats, which may be many.
  [[nodiscard]] std::optional<SeatsReading> reading(bool head_only) const;

  [[nodiscard]] bool has(std::string_view version, bool available_only) const;

  // Makes the folder of the date, and removes those of dates that no builder has touched for
  // kIdleMax.
  static constexpr std::chrono::minutes kIdleMax{10};
  [[nodiscard]] bool exist() const;
  void create() const;

  // Held by one process of this host at a time, until its end or that of the process.
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& folder);
    [[nodiscard]] bool is_held() const { return held_; }

   private:
    Descriptor folder_;
    bool held_;
  };
  [[nodiscard]] Lock lock() const { return Lock(place_); }

  // REQUIRES: the lock. Each is false when the file cannot be written, as on a full disk.
  [[nodiscard]] bool write(std::string_view version, bool available_only,
                           std::string_view json) const;
  [[nodiscard]] bool set_reading(const SeatsReading& reading) const;
  // Removes all but the files of these versions: other versions, and what a builder that was killed
  // has left. The version before may just be on its way to a client.
  void keep_only(std::string_view version, std::string_view version_before) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view version, bool available_only) const;

  std::filesystem::path folder_;
  std::filesystem::path place_;
};

}  // namespace stagedoor::sale
