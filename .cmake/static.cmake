# The dependencies of the one static binary that ships. Debian 13 only: on 12 libmongoc wants ICU, and two copies of
# libbson collide.
add_link_options(-static-pie)

# dep_NAME: the static library NAME of the system.
function(static_dependency target library)
  find_library(${target}_FILE ${library} REQUIRED)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE ${${target}_FILE})
endfunction()

static_dependency(dep_lzma lzma)
static_dependency(dep_zstd zstd)
static_dependency(dep_yaml yaml-cpp)

add_library(no_kerberos OBJECT agent/base/no_kerberos.c)
target_link_libraries(no_kerberos PRIVATE standard_settings)

# libmongoc and all that it stands on need one another in circles, so they are searched as one group. libsasl2 is left
# out: no_kerberos stands in for it.
pkg_check_modules(MONGOC REQUIRED libmongoc-1.0 libbson-1.0)
set(mongoc_group)
foreach(library
    mongoc-static-1.0 bson-static-1.0 mongocrypt-static kms_message-static bson-static-for-libmongocrypt bidgcc000
    ssl crypto z zstd snappy utf8proc resolv)
  find_library(STATIC_${library} ${library} REQUIRED)
  list(APPEND mongoc_group ${STATIC_${library}})
endforeach()
list(JOIN mongoc_group "," mongoc_group)
add_library(dep_mongoc INTERFACE)
target_include_directories(dep_mongoc SYSTEM INTERFACE ${MONGOC_INCLUDE_DIRS})
target_compile_definitions(dep_mongoc INTERFACE MONGOC_STATIC BSON_STATIC)
target_link_libraries(dep_mongoc INTERFACE
  "$<LINK_GROUP:RESCAN,${mongoc_group}>" $<TARGET_OBJECTS:no_kerberos> Threads::Threads)
