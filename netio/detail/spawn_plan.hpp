#pragma once

#include <netio/process.hpp>
#include <netio/unique_descriptor.hpp>

#include <spawn.h>
#include <string>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace netio::detail {

/// What posix_spawn(3) is to do with the descriptors, the directory and the signals of a child.
class spawn_plan {
  public:
    spawn_plan();
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan();

    /// Makes the child's stream `number` what `kind` says. For a pipe it returns our end, non-blocking.
    unique_descriptor redirect(int number, process_stream kind, std::error_code& ec);
    /// The descriptors given, and no others above the standard streams.
    void pass_on(const std::vector<process_options::passed_descriptor>&, std::error_code& ec);
    void change_directory(const std::string& directory);

    /// Blocks until the program is loaded; returns the child's number.
    pid_t carry_out(const std::string& program, const process_options&, std::error_code& ec) const;

  private:
    /// Holds `fd` under a number that is not in the way of any of the child's.
    int put_aside(int fd, std::error_code& ec);

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
    std::vector<unique_descriptor> put_aside_;
};

} // namespace netio::detail
