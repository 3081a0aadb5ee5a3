#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>

/// What the command lines of all apps have in common.
namespace cli {

/// Reads the command line into what `app` has been told about. Ends the process after --help with
/// exit code 0, after a mistake with 1 and one line on stderr.
void parse_or_exit(CLI::App& app, int argc, char** argv);

/// An option like "--timeout 1.5s": a number with ms, s, m or h behind it; a bare one is seconds.
CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                          const std::string& description);

/// "1.5s", as add_duration() reads it.
std::string to_string(std::chrono::milliseconds);

/// The one argument of a server that has no options: where it listens, 127.0.0.1:8080 where there is none. Ends
/// the process as parse_or_exit() does.
std::string listening_address_or_exit(int argc, char** argv, const std::string& description);

} // namespace cli
