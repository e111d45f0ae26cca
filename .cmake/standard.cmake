# What every target of ours is compiled with: the language standard and hardening, and the warnings.
add_library(standard_settings INTERFACE)
target_compile_features(standard_settings INTERFACE cxx_std_20)
target_include_directories(standard_settings INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(standard_settings INTERFACE -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(standard_settings INTERFACE -Wl,--gc-sections)
set_property(TARGET standard_settings PROPERTY INTERFACE_POSITION_INDEPENDENT_CODE ON)

if(SIDEKICK_ASAN)
  target_compile_options(standard_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(standard_settings INTERFACE -fsanitize=address,undefined)
endif()
if(SIDEKICK_TSAN)
  # Asio has fences, which the sanitizer does not follow; what it shares is under mutexes too.
  target_compile_options(standard_settings INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  target_link_options(standard_settings INTERFACE -fsanitize=thread)
endif()
if(SIDEKICK_FUZZ)
  target_compile_options(standard_settings INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(standard_settings INTERFACE -fsanitize=address,undefined)
endif()

add_library(standard_warnings INTERFACE)
target_compile_options(standard_warnings INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wcast-align -Wunused -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
  # bson_t is over-aligned, which std::vector honours whatever this warning says.
  -Wno-ignored-attributes)
if(SIDEKICK_ASAN OR SIDEKICK_TSAN)
  # What the sanitizers add makes GCC see false paths through Boost's headers.
  target_compile_options(standard_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

# A static library of ours from the files given, with its public dependencies: sidekick_library(NAME SOURCES … LINK …)
function(sidekick_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC standard_settings ${ARG_LINK} PRIVATE standard_warnings ${ARG_PRIVATE})
endfunction()
