#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fibers::detail {

/// Names for the addresses of code, from the symbol tables of the program and its libraries, those that are
/// not exported among them. It remembers what it has read, so one serves for many addresses.
class symbols {
  public:
    /// "handle(netio::tcp_stream)+0x1c"; where there is no name, "/usr/lib/libx.so+0x1234", as addr2line(1)
    /// wants to have it; else the number.
    std::string describe(const void* return_address);

    /// A fiber's stack, innermost first, without what the engine has at both ends.
    std::vector<std::string> describe_fiber(std::span<void* const> return_addresses);

  private:
    struct symbol {
        std::uintptr_t begin, size;
        std::string name;
    };
    using table = std::vector<symbol>; // by begin

    struct place {
        std::string function; // empty: not known
        std::uintptr_t offset;
        std::string module; // the offset is in that, if there is no function
    };

    place find(std::uintptr_t address);
    const table& table_of(const std::string& file, std::uintptr_t base);
    static table read(const std::string& file, std::uintptr_t base);

    std::map<std::uintptr_t, table> tables_; // by where the module lies
};

} // namespace fibers::detail
