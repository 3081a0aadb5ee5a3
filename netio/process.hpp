#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/pipe.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <sys/types.h>
#include <system_error>
#include <utility>
#include <vector>

namespace netio {

/// What a standard stream of a child process is.
enum class process_stream {
    inherited, ///< that of this process
    none,      ///< /dev/null
    pipe,      ///< process::input(), output() or error_output()
};

struct process_options {
    /// Behind the program's name.
    std::vector<std::string> arguments = {};
    /// Each "NAME=value"; none: that of this process.
    std::optional<std::vector<std::string>> environment = {};
    /// Where the program starts, and where a relative path to it begins; empty: where this process is.
    std::string directory = {};
    process_stream input = process_stream::none;
    process_stream output = process_stream::inherited;
    process_stream error_output = process_stream::inherited;

    /// A descriptor of this process, and its number, 3 to 255, in the child; no others are passed on.
    struct passed_descriptor {
        int ours;
        int theirs;
    };
    std::vector<passed_descriptor> descriptors = {};
};

/// How a process has ended.
struct exit_status {
    int code = 0;   ///< what it returned; 0 if a signal has ended it
    int signal = 0; ///< which one; 0 if it has returned

    bool success() const noexcept { return code == 0 && signal == 0; }
    friend bool operator==(const exit_status&, const exit_status&) = default;
};

/// A child process. Movable, not copyable.
///
///     auto sort = netio::process::spawn("sort", {.input = netio::process_stream::pipe,
///                                                .output = netio::process_stream::pipe});
///     sort.input().write_all(lines);
///     sort.input().close();
///     auto sorted = sort.output().read_all();
///     sort.wait();
///
/// It starts with no signal blocked and SIGPIPE as usual. A process that is dropped before it was waited
/// for is killed: none outlives its object, and none becomes a zombie. Whoever ignores SIGCHLD or
/// waits for any child elsewhere takes the statuses away from here.
///
/// Every call has two forms, as tcp_stream's; exceptions name the program.
///
/// *May be used by* one fiber or thread that waits, beside others that use the streams and kill().
class process {
  public:
    /// There is none: every call fails with std::errc::bad_file_descriptor.
    process() noexcept = default;

    /// Starts a program, a path or a name that is looked for in PATH.
    /// *Suspends until* it is loaded.
    /// *Fails with* std::errc::no_such_file_or_directory, permission_denied …, also for the directory;
    /// too_many_files_open …; invalid_argument for a descriptor's number.
    static process spawn(const std::string& program, const process_options& options = {});
    static process spawn(const std::string& program, const process_options& options,
                         std::error_code& ec);

    process(process&&) noexcept = default;
    process& operator=(process other) noexcept;
    /// Kills the process, where wait() has not seen its end, and suspends until it is gone.
    ~process();

    /// How it has ended; again, as often as it is asked.
    /// *Suspends until* it has.
    /// *Fails with* std::errc::timed_out, operation_canceled; the process goes on then.
    exit_status wait();
    exit_status wait(std::error_code& ec);

    /// Sends it a signal, and never another process that got its number.
    /// *Fails with* std::errc::no_such_process when it has ended and was waited for.
    void kill(int signal = SIGTERM);
    void kill(int signal, std::error_code& ec);

    /// Its number, as long as it has not been waited for.
    pid_t id() const noexcept { return id_; }

    /// The pipes that the options ask for; others are closed. Exceptions call them "the standard input of
    /// cat".
    pipe_writer& input() noexcept { return input_; }
    pipe_reader& output() noexcept { return output_; }
    pipe_reader& error_output() noexcept { return error_output_; }

  private:
    detail::descriptor_owner handle_; // pidfd_open(2)
    std::string program_;
    pid_t id_ = -1;
    std::optional<exit_status> ended_;
    pipe_writer input_;
    pipe_reader output_;
    pipe_reader error_output_;
};

} // namespace netio
