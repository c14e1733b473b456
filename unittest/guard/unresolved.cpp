// A second file of the plugin that cannot be loaded by any LAMMPS: its functions for messages have
// the arguments of a library that no LAMMPS has, with the names that compilers make of them.

#if defined(NO_LIBRARY)
extern "C" int nothing_of_a_module();
#elif defined(FMT)
namespace fmt {
inline namespace v0 {
struct format_args {};
} // namespace v0
} // namespace fmt
typedef fmt::format_args Arguments;
#else
namespace of_cxx20 {
template <class Context> struct basic_format_args {
};
} // namespace of_cxx20
typedef of_cxx20::basic_format_args<char> Arguments;
#endif

#ifndef NO_LIBRARY
namespace LAMMPS_NS {
void logmesg_of_this(const Arguments &);
} // namespace LAMMPS_NS
#endif

extern "C" void inmvisc_register(void *, void *, void *)
{
#ifdef NO_LIBRARY
    nothing_of_a_module();
#else
    LAMMPS_NS::logmesg_of_this(Arguments());
#endif
}
