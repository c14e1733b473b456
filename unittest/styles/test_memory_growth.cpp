// Memory must not grow over a thousand invocations.

#include "lammps_test.h"

#include <malloc.h>

namespace {

const int WARM_UP = 1030, INVOCATIONS = 1000; // the fix enlarges arrays at 1024 and 2048

class MemoryGrowth : public LammpsTest {
protected:
    // resident memory of the process, in bytes
    static double resident()
    {
        double total = 0.0, pages = 0.0;
        std::ifstream("/proc/self/statm") >> total >> pages;
        return pages * (double)sysconf(_SC_PAGESIZE);
    }
    // bytes allocated by malloc and not freed; 0 if unknown
    static double in_use()
    {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
        const struct mallinfo2 all = mallinfo2();
        return (double)all.uordblks + (double)all.hblkhd;
#else
        return 0.0;
#endif
    }
    static std::string liquid()
    {
        return "units lj\nlattice fcc 1.0\nregion box block 0 2 0 2 0 2\ncreate_box 1 box\n"
               "create_atoms 1 box\nmass 1 1.0\npair_style lj/smooth 1.5 1.9\npair_coeff * * 1.0 1.0\n"
               "neighbor 0.1 bin\nvelocity all create 3.0 4711 loop geom\nfix nve all nve\n";
    }
    void expect_none(const std::string &styles, const std::string &columns)
    {
        run(liquid() + styles + "thermo_style custom step " + columns + "\nthermo 1\nrun " +
            std::to_string(WARM_UP) + "\n");
        const double pages = resident(), bytes = in_use();
        run("run " + std::to_string(INVOCATIONS) + "\n");
        const double more_pages = resident() - pages, more_bytes = in_use() - bytes;
        RecordProperty("resident", std::to_string(more_pages));
        printf("rank %d: %.0f bytes more resident, %.0f more in use\n", rank(), more_pages, more_bytes);
        // MPI and the C library may keep a few more buffers; the smallest possible leak of the
        // styles, an array with one number per bin, would be 80 bytes a step
        EXPECT_LT(more_bytes, 40.0 * INVOCATIONS);
        EXPECT_LT(more_pages, 1e6);
    }
};

TEST_F(MemoryGrowth, of_modes_forces_viscosity_and_friction_is_none)
{
    expect_none("compute inm all inm/dos 10 edge pr 0.3\ncompute gam all affine/gamma inm\n"
                "fix mem all orthogonal/dynamics 1 4 1\n"
                "compute eta all ulinm/viscosity inm gam friction f_mem wmin 1\n",
                "c_inm c_eta c_gam[1][2] f_mem");
}

TEST_F(MemoryGrowth, of_complex_moduli_is_none)
{
    expect_none("compute inm all inm/dos 10 edge pr 0.3\ncompute gam all affine/gamma inm\n"
                "fix mem all orthogonal/dynamics 1 4 1\n"
                "compute mod all inm/modulus inm gam 1 10 4 friction f_mem channel both wmin 1\n",
                "c_inm c_mod c_mod[7] f_mem");
}

TEST_F(MemoryGrowth, of_finite_strain_and_numeric_blocks_is_none)
{
    expect_none("compute inm all inm/dos 10 edge frequency 2.0 modes none hessian numeric 1e-5\n"
                "compute gam all affine/gamma inm method strain 1e-5\n",
                "c_inm c_gam[1][2]");
}

TEST_F(MemoryGrowth, of_the_direct_estimator_is_none)
{
    expect_none("fix mem all orthogonal/dynamics 1 6 1 estimator direct\n", "f_mem f_mem[1]");
}

TEST_F(MemoryGrowth, of_moments_is_none)
{
    expect_none("compute inm all inm/dos 10 edge frequency 2.0 range -40 80 solver kpm 20\n"
                "compute gam all affine/gamma inm\n",
                "c_inm c_gam[1][2]");
}
} // namespace
