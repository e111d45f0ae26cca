/// Owns an object of a C library.
#pragma once

#include <memory>

namespace sidekick {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* what) const noexcept {
    free(what);
  }
};

/// `free` is the function of the library that releases it; not called for nullptr.
template <class T, auto free>
using Handle = std::unique_ptr<T, FreeWith<free>>;

}  // namespace sidekick
