// The analytic Hessian of embedded atoms against central differences of the forces, and the affine
// force from it against finite strain.
//
// The tables are splines with one continuous derivative: u'' jumps at their knots, which are 1e-3
// to 1e-2 apart.  A difference across a knot is off by up to half the jump, so displacements must
// be so small that almost no distance in the system crosses a knot.  That leaves rounding, which is
// 1e-8 of the largest number for a displacement of 1e-7, and 4e-7 for a strain of 1e-8.  One test
// shows the effect of larger displacements.

#include "provider_test.h"

namespace {

constexpr const char *DISPLACEMENT = "numeric 1e-7";
constexpr const char *STRAIN       = "strain 1e-8";

// relative to the largest eigenvalue, or the largest affine force: rounding, and the jump of one
// pair
constexpr double TOLERANCE = 2.0e-6;

class ProviderEAM : public ProviderTest {
protected:
    // atoms displaced by up to amplitude
    std::string crystal(const std::string &lattice, int cells, int ntypes, const std::string &pair,
                        const std::string &amplitude = "0.3")
    {
        return ProviderTest::crystal(lattice, cells, ntypes,
                                     "mass * 60.0\n" + displaced(amplitude, "box"), pair);
    }
    static std::string copper_pair()
    {
        return "pair_style eam\npair_coeff 1 1 " + potential("Cu_u3.eam") + "\n";
    }
    std::string copper_zirconium()
    {
        return crystal("fcc 4.1", 3, 2,
                       "pair_style eam/fs\npair_coeff * * " + potential("CuZr_mm.eam.fs") +
                           " Cu Zr\n");
    }
    std::string copper(int cells) { return crystal("fcc 3.7", cells, 1, copper_pair()); }

    void expect_right(const std::string &setup, const std::string &group = "all")
    {
        expect_analytic(setup, group, {DISPLACEMENT, STRAIN, TOLERANCE}, "embedded atoms");
    }
};

// ---- the flavours -------------------------------------------------------------------------------

TEST_F(ProviderEAM, copper_agrees_with_differences)
{
    NEEDS("Cu_u3.eam");
    expect_right(copper(3));
}

TEST_F(ProviderEAM, two_metals_of_one_file_each_agree_with_differences)
{
    NEEDS("Cu_u3.eam");
    NEEDS("Ni_u3.eam");
    expect_right(crystal("fcc 3.6", 3, 2,
                         "pair_style eam\npair_coeff 1 1 " + potential("Cu_u3.eam") +
                             "\npair_coeff 2 2 " + potential("Ni_u3.eam") + "\n"));
}

TEST_F(ProviderEAM, alloy_agrees_with_differences)
{
    NEEDS("CuNi.eam.alloy");
    expect_right(crystal("fcc 3.6", 3, 2,
                         "pair_style eam/alloy\npair_coeff * * " + potential("CuNi.eam.alloy") +
                             " Cu Ni\n"));
}

TEST_F(ProviderEAM, finnis_sinclair_potential_agrees_with_differences)
{
    NEEDS("CuZr_mm.eam.fs");
    expect_right(copper_zirconium());
}

TEST_F(ProviderEAM, check_against_forces_is_not_disturbed_by_the_knots_of_a_table)
{
    NEEDS("CuZr_mm.eam.fs"); // ten digits: u'' jumps by 1e-3 at every knot
    spectrum(copper_zirconium());
    EXPECT_LT(value("relative error"), 2e-6);
}

TEST_F(ProviderEAM, density_that_differs_from_either_side_agrees_with_differences)
{
    // unlike for Cu-Zr, the density of Al at Ni differs from that of Ni at Al
    NEEDS("NiAlH_jea.eam.fs");
    expect_right(
        crystal("fcc 3.6", 3, 2,
                "pair_style eam/fs\npair_coeff * * " + potential("NiAlH_jea.eam.fs") + " Ni Al\n"));
}

TEST_F(ProviderEAM, hydrogen_and_helium_in_palladium_agree_with_differences)
{
    NEEDS("PdHHe.eam.he");
    expect_right(
        crystal("fcc 4.3", 3, 3,
                "pair_style eam/he\npair_coeff * * " + potential("PdHHe.eam.he") + " Pd H He\n"));
}

TEST_F(ProviderEAM, concentration_dependent_alloy_is_refused_with_the_reason)
{
    NEEDS("FeCr.cdeam");
    const std::string setup =
        crystal("bcc 2.9", 3, 2,
                "pair_style eam/cd\npair_coeff * * " + potential("FeCr.cdeam") + " Cr Fe\n");
    spectrum(setup, "auto");
    EXPECT_TRUE(logged("central differences"));
    EXPECT_TRUE(logged("its dependence on the concentration")) << log;
}

// ---- geometry -----------------------------------------------------------------------------------

TEST_F(ProviderEAM, box_of_less_than_two_cutoffs_agrees_with_differences)
{
    // box 7.4, cutoff 4.95, range of the Hessian 9.9
    NEEDS("Cu_u3.eam");
    expect_right(copper(2));
}

TEST_F(ProviderEAM, box_smaller_than_the_cutoff_agrees_with_differences)
{
    // an atom is its own neighbor; with 4 atoms some ranks have none
    NEEDS("Cu_u3.eam");
    expect_right(copper(1));
}

TEST_F(ProviderEAM, tilted_box_agrees_with_differences)
{
    NEEDS("Cu_u3.eam");
    expect_right(copper(3) +
                 "change_box all triclinic xy final 3.0 xz final -2.0 yz final 1.0 remap units "
                 "box\n");
}

TEST_F(ProviderEAM, cluster_with_free_surfaces_agrees_with_differences)
{
    NEEDS("Cu_u3.eam");
    expect_right(copper(3) + "change_box all x delta -4 4 y delta -4 4 z delta -4 4 boundary f f f "
                             "units box\n");
}

TEST_F(ProviderEAM, group_agrees_with_differences)
{
    // atoms outside the group couple atoms inside
    NEEDS("Cu_u3.eam");
    const std::string setup = copper(3) + "group few id 11:50\n";
    const auto differences  = spectrum(setup, DISPLACEMENT, "few");
    ASSERT_EQ(differences.size(), 120u);
    EXPECT_LT(deviation(spectrum(setup, "analytic", "few"), differences), TOLERANCE);
    EXPECT_LT(deviation(affine_force(setup, "hessian", "few"), affine_force(setup, STRAIN, "few")),
              TOLERANCE);
}

TEST_F(ProviderEAM, any_number_of_ranks_and_newton_off_find_the_hessian_of_one_rank)
{
    NEEDS("Cu_u3.eam");
    const std::string setup = copper(3);
    for (const std::string newton : {"newton on\n", "newton off\n"}) {
        const auto here    = spectrum(newton + setup, "analytic");
        const auto here_xi = affine_force(newton + setup, "hessian");
        // sums in another order
        EXPECT_LT(deviation(here, spectrum(setup, "analytic", "all", MPI_COMM_SELF)), 1e-12)
            << newton;
        EXPECT_LT(deviation(here_xi, affine_force(setup, "hessian", "all", MPI_COMM_SELF)), 1e-12)
            << newton;
    }
}

// ---- the tables ---------------------------------------------------------------------------------

TEST_F(ProviderEAM, density_beyond_the_table_agrees_with_differences)
{
    // compressed to a fifth of the volume: F is linear there
    NEEDS("Cu_u3.eam");
    expect_right(crystal("fcc 2.1", 3, 1, copper_pair(), "0.1"));
    EXPECT_TRUE(logged("exceeded rhomax"));
}

TEST_F(ProviderEAM, longer_difference_passes_more_knots_and_is_less_right)
{
    NEEDS("CuZr_mm.eam.fs");
    const std::string setup = copper_zirconium();
    const auto analytic     = spectrum(setup, "analytic");
    const double near       = deviation(spectrum(setup, DISPLACEMENT), analytic),
                 far        = deviation(spectrum(setup, "numeric 1e-4"), analytic);
    EXPECT_GT(far, 3.0 * near);
    EXPECT_LT(far, 1e-3);
}

// ---- together with other styles -----------------------------------------------------------------

TEST_F(ProviderEAM, overlaid_pair_style_adds_to_it)
{
    NEEDS("Cu_u3.eam");
    expect_right(crystal("fcc 3.7", 3, 1,
                         "pair_style hybrid/overlay eam lj/smooth 3.5 4.5\npair_coeff 1 1 eam " +
                             potential("Cu_u3.eam") + "\npair_coeff 1 1 lj/smooth 0.1 2.3\n"));
}

TEST_F(ProviderEAM, atoms_of_another_style_have_no_density)
{
    // type 2 is not a metal: NULL in eam/alloy, with pairs of lj/smooth
    NEEDS("CuNi.eam.alloy");
    expect_right(
        crystal("fcc 3.7", 3, 2,
                "pair_style hybrid eam/alloy lj/smooth 3.5 4.5\npair_coeff * * eam/alloy " +
                    potential("CuNi.eam.alloy") +
                    " Cu NULL\npair_coeff 1 2 lj/smooth 0.1 2.3\n"
                    "pair_coeff 2 2 lj/smooth 0.2 2.4\n"));
}

TEST_F(ProviderEAM, two_flavours_of_one_run_have_stars_of_their_own)
{
    NEEDS("CuNi.eam.alloy");
    NEEDS("CuZr_mm.eam.fs");
    expect_right(crystal("fcc 3.9", 3, 2,
                         "pair_style hybrid/overlay eam/alloy eam/fs\npair_coeff * * eam/alloy " +
                             potential("CuNi.eam.alloy") + " Cu Ni\npair_coeff * * eam/fs " +
                             potential("CuZr_mm.eam.fs") + " Cu NULL\n"));
}

TEST_F(ProviderEAM, scale_of_fix_adapt_multiplies_the_hessian)
{
    NEEDS("Cu_u3.eam");
    const std::string setup = copper(3);
    auto half               = spectrum(setup, "analytic");
    for (double &lambda : half)
        lambda *= 0.5;
    const auto scaled = spectrum(
        setup + "variable half equal 0.5\nfix half all adapt 1 pair eam scale * * v_half\n",
        "analytic");
    EXPECT_LT(deviation(scaled, half), 1e-12); // rounding
}

TEST_F(ProviderEAM, scale_that_differs_between_types_has_no_hessian)
{
    // the forces are then not a gradient
    NEEDS("CuZr_mm.eam.fs");
    const std::string error = error_of(
        copper_zirconium() +
        "variable half equal 0.5\nfix half all adapt 1 pair eam/fs scale 1 1 v_half\n"
        "compute inm all inm/dos 50 edge pr 0.27\nthermo_style custom step c_inm\nrun 0\n");
    EXPECT_NE(error.find("its scale factors differ between atom types"), std::string::npos)
        << error;
}
} // namespace
