// The one file that compiles Boost.JSON: a library of it is not installed everywhere.
#include <boost/json/src.hpp>
