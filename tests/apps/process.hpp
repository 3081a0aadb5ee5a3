#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// A program that was started as a user starts it. It is killed, if need be, at the end of the test,
/// and also where the test itself dies.
class process {
  public:
    /// The first of `command` is one of the programs of apps/, or a path, or found in PATH.
    explicit process(const std::vector<std::string>& command, std::string_view standard_input = {});
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process();

    pid_t id() const noexcept { return id_; }

    /// What it has written so far.
    std::string out() const;
    std::string err() const;

    /// Waits until `text` appears on stdout, and returns the rest of the line from there.
    /// Throws std::runtime_error where that does not happen in time.
    std::string wait_for(std::string_view text) const;

    void signal(int number) const;

    /// Waits for its end: the exit code, or 128 + the signal that ended it, as in a shell.
    /// Throws std::runtime_error where that does not happen in time.
    int wait();

  private:
    pid_t id_;
    int out_; // memory files
    int err_;
    bool ended_ = false;
};

/// Runs a program to its end.
struct finished {
    int code;
    std::string out;
    std::string err;
};
finished run(const std::vector<std::string>& command, std::string_view standard_input = {});

/// Whether the shell finds this program: not every machine has what some tests talk to.
bool is_installed(const std::string& program);

/// How long anything may take that should happen at once, on a machine that is busy.
constexpr std::chrono::seconds patience{20};
