// The analytic Hessian of the Stillinger-Weber potential against central differences of the forces,
// and the affine force from it against finite strain.

#include "provider_test.h"

namespace {

// Error of differences with displacements h = 1e-5, for energies whose derivatives grow tenfold
// with each order: h^2 u''''/6 and the rounding of forces divided by h, relative to the largest
// eigenvalue or affine force
constexpr double FD_TOLERANCE = 2.0e-8;

class ProviderSW : public ProviderTest {
protected:
    // diamond, atoms displaced by up to amplitude lattice constants
    std::string crystal(const std::string &spacing, int cells, int ntypes, const std::string &pair,
                        const std::string &amplitude = "0.3")
    {
        return ProviderTest::crystal("diamond " + spacing, cells, ntypes,
                                     "mass * 28.0\n" + displaced(amplitude, "lattice"), pair);
    }
    static std::string silicon_pair()
    {
        return "pair_style sw\npair_coeff * * " + potential("Si.sw") + " Si\n";
    }
    std::string silicon(int cells) { return crystal("5.431", cells, 1, silicon_pair()); }

    void expect_right(const std::string &setup, const std::string &group = "all")
    {
        expect_analytic(setup, group, {"numeric 1e-5", "strain 1e-6", FD_TOLERANCE},
                        "formula of sw");
    }
};

TEST_F(ProviderSW, silicon_agrees_with_differences)
{
    NEEDS("Si.sw");
    expect_right(silicon(2));
}

TEST_F(ProviderSW, dense_silicon_with_more_neighbors_agrees_with_differences)
{
    NEEDS("Si.sw");
    expect_right(crystal("4.6", 2, 1, silicon_pair(), "0.2"));
}

TEST_F(ProviderSW, compound_agrees_with_differences)
{
    // GaN has different cutoffs for its pairs, and separate parameters for triplets
    NEEDS("GaN.sw");
    expect_right(crystal(
        "4.5", 2, 2, "pair_style sw\npair_coeff * * " + potential("GaN.sw") + " Ga N\n", "0.2"));
}

TEST_F(ProviderSW, elements_with_shortened_cutoffs_agree_with_differences)
{
    // with a tolerance the neighbor cutoff is shorter than the range of the functions
    NEEDS("CdTe.sw");
    expect_right(
        crystal("6.5", 2, 2, "pair_style sw\npair_coeff * * " + potential("CdTe.sw") + " Cd Te\n"));
}

TEST_F(ProviderSW, box_smaller_than_the_cutoff_agrees_with_differences)
{
    // an atom is its own neighbor, and both ends of a triplet may be images of one atom; 8 atoms
    // leave 4 ranks with few
    NEEDS("Si.sw");
    expect_right(crystal("3.7", 1, 1, silicon_pair(), "0.1"));
}

TEST_F(ProviderSW, tilted_box_agrees_with_differences)
{
    NEEDS("Si.sw");
    expect_right(silicon(2) +
                 "change_box all triclinic xy final 3.0 xz final -2.0 yz final 1.0 remap units "
                 "box\n");
}

TEST_F(ProviderSW, group_agrees_with_differences)
{
    // atoms outside the group are centers of triplets whose ends are inside
    NEEDS("Si.sw");
    expect_right(silicon(2) + "group few id 11:40\n", "few");
}

TEST_F(ProviderSW, any_number_of_ranks_finds_the_hessian_of_one_rank)
{
    NEEDS("Si.sw");
    const std::string setup = silicon(2);
    const auto here         = spectrum(setup, "analytic"),
               alone        = spectrum(setup, "analytic", "all", MPI_COMM_SELF);
    EXPECT_LT(deviation(here, alone), 1e-12); // sums in another order
}

TEST_F(ProviderSW, overlaid_pair_style_adds_to_it)
{
    NEEDS("Si.sw");
    expect_right(crystal("5.431", 2, 1,
                         "pair_style hybrid/overlay sw lj/smooth 3.5 4.5\npair_coeff * * sw " +
                             potential("Si.sw") + " Si\npair_coeff 1 1 lj/smooth 0.1 2.3\n"));
}

TEST_F(ProviderSW, atoms_of_another_style_are_no_ends_of_triplets)
{
    // type 2 is NULL in sw, with pairs of lj/smooth
    NEEDS("Si.sw");
    expect_right(crystal("5.431", 2, 2,
                         "pair_style hybrid sw lj/smooth 3.5 4.5\npair_coeff * * sw " +
                             potential("Si.sw") +
                             " Si NULL\npair_coeff 1 2 lj/smooth 0.1 2.3\n"
                             "pair_coeff 2 2 lj/smooth 0.2 2.4\n"));
}

TEST_F(ProviderSW, pairs_remain_when_triplets_are_switched_off)
{
    NEEDS("Si.sw");
    const std::string pair =
        "pair_style sw threebody off\npair_coeff * * " + potential("Si.sw") + " Si\n";
    const std::string setup = crystal("5.431", 2, 1, pair);
    if (error_of(setup).find("Illegal") != std::string::npos)
        GTEST_SKIP() << "this LAMMPS cannot switch them off";
    expect_right(setup);
    EXPECT_GT(deviation(spectrum(setup, "analytic"), spectrum(silicon(2), "analytic")), 1e-3)
        << "triplets do not matter here, the test shows nothing";
}

TEST_F(ProviderSW, variant_with_another_formula_is_refused_with_the_reason)
{
    // forces of sw/mod are not a gradient where it modifies the cosine, which does not occur here
    NEEDS("Si.sw");
    const std::string pair =
        "pair_style sw/mod maxdelcs 1.0 1.0\npair_coeff * * " + potential("Si.sw") + " Si\n";
    reopen();
    if (!lammps_has_style(lmp, "pair", "sw/mod")) GTEST_SKIP() << "this LAMMPS has no sw/mod";
    spectrum(crystal("5.431", 2, 1, pair), "auto");
    EXPECT_TRUE(logged("central differences"));
    EXPECT_TRUE(logged("only sw itself has an analytic Hessian")) << log;
}
} // namespace
