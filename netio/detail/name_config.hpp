#pragma once

#include <netio/detail/hosts_table.hpp>
#include <netio/detail/resolv_conf.hpp>
#include <netio/detail/watched_file.hpp>
#include <netio/resolver_options.hpp>

#include <fibers/sync/mutex.hpp>

#include <chrono>
#include <memory>

namespace netio::detail {

/// By what rules names are looked up.
struct name_config {
    std::shared_ptr<const hosts_table> hosts;
    resolv_conf rules;
    /// Another number for other rules: what is known under the old ones does not count.
    unsigned generation = 0;
};

/// The rules that the files and options give, kept up to date.
///
/// *May be used by* any number of fibers and plain threads at once.
class name_config_source {
  public:
    /// *Fails with* std::errc::invalid_argument where an option makes no sense.
    explicit name_config_source(const resolver_options&);

    /// *Suspends until* the files have been read where they had not been; where it is only time to see
    /// whether they have changed, one caller does that and the others get what is known.
    /// *Fails with* std::errc::timed_out (ambient deadline), operation_canceled (stop).
    std::shared_ptr<const name_config> current();

  private:
    /// Null: nothing has been read yet.
    std::shared_ptr<const name_config> known();
    /// Null, too, where it is time to look at the files again.
    std::shared_ptr<const name_config> fresh();
    /// Null: nothing has changed.
    std::shared_ptr<const name_config> read_files(const name_config* known);

    const resolver_options options_;
    fibers::mutex reading_; // who holds it uses the files
    watched_file hosts_file_, resolv_conf_;
    fibers::mutex lock_; // of what follows
    std::shared_ptr<const name_config> known_;
    std::chrono::steady_clock::time_point fresh_until_{};
};

} // namespace netio::detail
