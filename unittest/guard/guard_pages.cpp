// Every array that the core allocates ends at a page that can be neither read nor written: whoever
// goes beyond its end, be it a kernel of BLAS in assembly that no sanitizer sees, is killed there
// and then.  So is whoever uses it after it was freed, since no address is given twice.
//
// What malloc and realloc give is filled with NaN, so that nothing can depend on it unnoticed.
//
// The linker leads malloc, calloc, realloc and free of this program and of the static core to the
// functions below (-Wl,--wrap=malloc,...); those of the shared libraries go their own way.  Ends
// are true to 15 bytes, as what malloc gives is aligned to 16.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>

extern "C" {
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
}

namespace {

constexpr size_t ARENA   = (size_t)1 << 40,
                 LARGEST = (size_t)1 << 36; // bytes; addresses cost nothing

class Arena {
public:
    Arena() : page((size_t)sysconf(_SC_PAGESIZE))
    {
        void *p =
            mmap(nullptr, ARENA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) {
            perror("guard_pages: no address space (ulimit -v?)");
            _exit(1);
        }
        next = (char *)p;
        end  = next + ARENA;
    }

    // zeros, with an end at the last page but for alignment; NULL as malloc
    void *take(size_t size)
    {
        if (size > LARGEST) return nullptr;
        const size_t used  = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        const size_t bytes = (used + page - 1) / page * page;

        const std::lock_guard<std::mutex> lock(mutex);
        if (bytes + page > (size_t)(end - next)) return nullptr;
        char *start = next;
        if (bytes > 0 && mprotect(start, bytes, PROT_READ | PROT_WRITE) != 0) return nullptr;
        next += bytes + page;
        char *p = start + bytes - used;
        live[p] = {start, bytes, size};
        return p;
    }

    // false if p is from elsewhere
    bool give_back(void *p)
    {
        const std::lock_guard<std::mutex> lock(mutex);
        const auto found = live.find(p);
        if (found == live.end()) return false;
        const Block &b = found->second;
        if (b.bytes > 0) // what is mapped over it takes its pages away
            mmap(b.start, b.bytes, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        live.erase(found);
        return true;
    }

    // SIZE_MAX if p is from elsewhere
    size_t size_of(void *p)
    {
        const std::lock_guard<std::mutex> lock(mutex);
        const auto found = live.find(p);
        return (found == live.end()) ? SIZE_MAX : found->second.size;
    }

private:
    static constexpr size_t ALIGNMENT = 16;
    struct Block {
        char *start;
        size_t bytes, size;
    };
    const size_t page;
    char *next, *end;
    std::mutex mutex;
    std::unordered_map<void *, Block> live;
};

Arena &arena()
{
    static Arena *all = new Arena; // outlives whatever is freed at exit
    return *all;
}
} // namespace

void *__wrap_malloc(size_t size)
{
    void *p = arena().take(size);
    if (p) memset(p, 0xff, (size + 15) / 16 * 16);
    return p;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return (size > 0 && count > SIZE_MAX / size) ? nullptr : arena().take(count * size);
}

void *__wrap_realloc(void *p, size_t size)
{
    if (!p) return __wrap_malloc(size);
    const size_t before = arena().size_of(p);
    if (before == SIZE_MAX) return __real_realloc(p, size);
    void *larger = __wrap_malloc(size);
    if (!larger) return nullptr;
    memcpy(larger, p, (size < before) ? size : before);
    arena().give_back(p);
    return larger;
}

void __wrap_free(void *p)
{
    if (p && !arena().give_back(p)) __real_free(p);
}
