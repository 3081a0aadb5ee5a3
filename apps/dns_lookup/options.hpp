#pragma once

#include <netio/dns_record.hpp>
#include <netio/ip_address.hpp>
#include <netio/resolver_options.hpp>

#include <string>
#include <variant>
#include <vector>

/// The records of a name.
struct question {
    std::string name;
    netio::record_type type;
};

struct options {
    /// An address is asked for its names.
    std::vector<std::variant<question, netio::ip_address>> questions;
    netio::resolver_options resolver;
    bool brief = false; ///< the data alone
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
