#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "cache/memcached.h"
#include "db/connection.h"
#include "sale/listing_files.h"

namespace stagedoor::sale {

struct Listing {
  std::string version;
  std::string file;       // its name in the folder of listings; empty when it could not be written
  std::string body = {};  // what the file would hold then
};

// The seat listings. One process per host reads the seats of a date, about twice a second, and
// writes what it read as files; memcached tells it what another host has read. See docs/listing.md.
class Listings {
 public:
  Listings(db::Connection& database, cache::Memcached& memcached, std::filesystem::path folder)
      : database_(database), memcached_(memcached), folder_(std::move(folder)) {}

  // The listing that the web server may send now. Nothing for a request that is to come to find():
  // any when the last reading is too old, and a few when it has half of its age.
  std::optional<Listing> name(const ListedDate& date, bool available_only);

  // The listing, no older than the seats may be. Nothing when the concert has no such date.
  std::optional<Listing> find(const ListedDate& date, bool available_only);

  // What the listing says, wherever it is.
  [[nodiscard]] std::string body_of(Listing listing) const;

 private:
  struct Known {
    SeatsReading reading;  // without the seats
    Micros sent_on_at{};
  };

  [[nodiscard]] Micros age_of(const SeatsReading& reading);
  [[nodiscard]] bool is_fresh(const SeatsReading& reading);
  [[nodiscard]] bool may_be_shown(const SeatsReading& reading);

  std::optional<Listing> build(const ListedDate& date, bool available_only,
                               const ListingFiles& files);
  std::optional<Listing> build_for_itself(const ListedDate& date, bool available_only);
  Listing in_memory(const ListedDate& date, bool available_only, const SeatsReading& reading);
  std::optional<SeatsReading> read_anew(const ListedDate& date,
                                        const std::optional<SeatsReading>& before);
  std::optional<SeatsReading> read_shared(const ListedDate& date);
  std::optional<SeatsReading> read_seats(const ListedDate& date);
  std::string write_body(const ListedDate& date, bool available_only, const SeatsReading& reading);

  db::Connection& database_;
  cache::Memcached& memcached_;
  std::filesystem::path folder_;
  std::map<ListedDate, Known> known_;
};

}  // namespace stagedoor::sale
