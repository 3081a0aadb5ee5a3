#pragma once

#include <string_view>

/// page.html, as it was when the program was built.
extern const std::string_view page;
