// Compiles Boost.JSON, which is used as headers everywhere else.
#include <boost/json/src.hpp>
