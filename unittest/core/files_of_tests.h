// Scratch files of tests, what is in them, and the checksum of ZIP archives.

#ifndef INMVISC_FILES_OF_TESTS_H
#define INMVISC_FILES_OF_TESTS_H

#include "model_systems.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

typedef std::string Bytes;

// A name that no other test program has; the same on all ranks, unless it is a file of each rank.
inline std::string scratch(const std::string &end, bool of_each_rank = false)
{
    int pid = (int)getpid();
    if (!of_each_rank) MPI_Bcast(&pid, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return testing::TempDir() + "inm_matrix_" + std::to_string(pid) + end;
}

inline bool exists(const std::string &name)
{
    return access(name.c_str(), F_OK) == 0;
}

inline Bytes contents(const std::string &name)
{
    std::ifstream in(name, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

// all ranks are done with it
inline void remove_file(const std::string &name)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (my_rank() == 0) std::remove(name.c_str());
    MPI_Barrier(MPI_COMM_WORLD);
}

// division of polynomials, bit by bit, as ISO 3309 has it
inline uint32_t checksum(const Bytes &b)
{
    uint32_t rest = 0xFFFFFFFFu;
    for (unsigned char byte : b)
        for (int bit = 0; bit < 8; bit++) {
            const bool odd = (rest ^ (uint32_t)(byte >> bit)) & 1u;
            rest           = (rest >> 1) ^ (odd ? 0xEDB88320u : 0u);
        }
    return ~rest;
}

#endif
