# The dependencies of the one static binary that ships. Debian 13 only: on 12 libmongoc wants ICU, and two copies of
# libbson collide.
# Packed relocations save 0.8 MB.
add_link_options(-static-pie -Wl,-z,pack-relative-relocs)

# dep_NAME: the static library NAME of the system.
function(static_dependency target library)
  find_library(${target}_FILE ${library} REQUIRED)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE ${${target}_FILE})
endfunction()

static_dependency(dep_lzma lzma)
static_dependency(dep_zstd zstd)
static_dependency(dep_deflate deflate)
static_dependency(dep_yaml yaml-cpp)

# dep_NAME: static libraries that need one another in circles, searched as one group.
function(static_group target)
  set(files)
  foreach(library ${ARGN})
    find_library(STATIC_${library} ${library} REQUIRED)
    list(APPEND files ${STATIC_${library}})
  endforeach()
  list(JOIN files "," files)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE "$<LINK_GROUP:RESCAN,${files}>" Threads::Threads)
endfunction()

# Neither SASL nor GSSAPI is linked: no_kerberos stands in for them.
add_library(no_kerberos OBJECT jobs/shared/base/no_kerberos.c)
target_link_libraries(no_kerberos PRIVATE standard_settings)
# Nor is libmongocrypt.
add_library(no_mongocrypt OBJECT jobs/shared/base/no_mongocrypt.c)
target_link_libraries(no_mongocrypt PRIVATE standard_settings)

static_group(dep_openssl ssl crypto z zstd)
static_group(dep_ssh2 ssh2 ssl crypto z zstd)
static_group(dep_git2 git2 mbedtls mbedx509 mbedcrypto http_parser ssh2 pcre2-8 ssl crypto z zstd)
target_link_libraries(dep_git2 INTERFACE $<TARGET_OBJECTS:no_kerberos>)

pkg_check_modules(MONGOC REQUIRED libmongoc-1.0 libbson-1.0)
static_group(dep_mongoc
  mongoc-static-1.0 bson-static-1.0 kms_message-static ssl crypto z zstd snappy utf8proc resolv)
target_include_directories(dep_mongoc SYSTEM INTERFACE ${MONGOC_INCLUDE_DIRS})
target_compile_definitions(dep_mongoc INTERFACE MONGOC_STATIC BSON_STATIC)
target_link_libraries(dep_mongoc INTERFACE $<TARGET_OBJECTS:no_kerberos> $<TARGET_OBJECTS:no_mongocrypt>)
