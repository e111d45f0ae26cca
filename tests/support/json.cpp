// The one file that compiles Boost.JSON, which the tests use as headers.
#include <boost/json/src.hpp>
