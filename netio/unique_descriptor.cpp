#include <netio/unique_descriptor.hpp>

#include <unistd.h>

namespace netio {

unique_descriptor::~unique_descriptor() {
    if (native_ != -1)
        ::close(native_);
}

} // namespace netio
