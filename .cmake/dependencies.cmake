# The libraries we build on, each as one imported or interface target, so that the static link is settled in one place.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)

# fmt and spdlog are used as headers only: the few files that include them are compiled once, and nothing more is linked.
add_library(dep_spdlog INTERFACE)
target_compile_definitions(dep_spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)

# Boost is used as headers; Process v2 and Asio want no library of it.
add_library(dep_boost INTERFACE)
target_compile_definitions(dep_boost INTERFACE BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(dep_boost INTERFACE Threads::Threads)

add_library(dep_mongoc INTERFACE)
if(SIDEKICK_STATIC)
  include(.cmake/static.cmake)
else()
  pkg_check_modules(MONGOC REQUIRED IMPORTED_TARGET libmongoc-1.0)
  pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
  pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
  target_link_libraries(dep_mongoc INTERFACE PkgConfig::MONGOC)
  add_library(dep_lzma ALIAS PkgConfig::LZMA)
  add_library(dep_zstd ALIAS PkgConfig::ZSTD)
endif()
