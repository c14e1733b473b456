/* -*- c++ -*- ----------------------------------------------------------
   LAMMPS - Large-scale Atomic/Molecular Massively Parallel Simulator
   https://www.lammps.org/, Sandia National Laboratories
   LAMMPS development team: developers@lammps.org

   This software is distributed under the GNU General Public License.
   See the README file in the top-level LAMMPS directory.
------------------------------------------------------------------------- */

#ifndef LMP_INMVISC_OUTPUTS_H
#define LMP_INMVISC_OUTPUTS_H

// Positions and names of all outputs.  To add one, list it here, compute it, and document it in
// doc/src/outputs.rst under the same name; a test compares that page with this file.
//
// Each list defines both the positions (from 0, enum OUT_name of each style) and the names.

#define INMVISC_POSITION(name) OUT_##name,
#define INMVISC_OUTPUTS(kind, LIST) enum kind { LIST(INMVISC_POSITION) N##kind }

namespace INMVISC_NS {

namespace INM_DOS {
#define INM_DOS_VECTOR(ENTRY)                                                               \
  ENTRY(f_stable) ENTRY(f_unstable) ENTRY(f_UL) ENTRY(f_UD) ENTRY(w_edge) ENTRY(nzero)      \
  ENTRY(slope_g) ENTRY(err_hessian) ENTRY(err_f_unstable) ENTRY(err_f_UL) ENTRY(nmatvec)    \
  ENTRY(dw_edge) ENTRY(S_classical) ENTRY(S_quantum)
#define INM_DOS_ARRAY(ENTRY) ENTRY(w_bin) ENTRY(g) ENTRY(mean_P) ENTRY(count) ENTRY(sum_P)
#define INM_DOS_LOCAL(ENTRY) ENTRY(lambda) ENTRY(w) ENTRY(P) ENTRY(class)
#define INM_DOS_PERATOM(ENTRY)                                                              \
  ENTRY(e2_UL) ENTRY(e2_UD) ENTRY(e2_stable) ENTRY(e_x) ENTRY(e_y) ENTRY(e_z)
INMVISC_OUTPUTS(VECTOR, INM_DOS_VECTOR);
INMVISC_OUTPUTS(ARRAY, INM_DOS_ARRAY);
INMVISC_OUTPUTS(LOCAL, INM_DOS_LOCAL);
INMVISC_OUTPUTS(PERATOM, INM_DOS_PERATOM);
}    // namespace INM_DOS

namespace AFFINE_GAMMA {
#define AFFINE_GAMMA_ARRAY(ENTRY) ENTRY(w_bin) ENTRY(Gamma) ENTRY(Gamma_m) ENTRY(sum_Xi2) ENTRY(Gamma_bulk)
#define AFFINE_GAMMA_LOCAL(ENTRY) ENTRY(lambda) ENTRY(Xi2) ENTRY(Xi2_bulk)
#define AFFINE_GAMMA_PERATOM(ENTRY)                                                         \
  ENTRY(Xi_xy_x) ENTRY(Xi_xy_y) ENTRY(Xi_xy_z) ENTRY(Xi_xz_x) ENTRY(Xi_xz_y) ENTRY(Xi_xz_z) \
  ENTRY(Xi_yz_x) ENTRY(Xi_yz_y) ENTRY(Xi_yz_z) ENTRY(Xi_V_x) ENTRY(Xi_V_y) ENTRY(Xi_V_z)
INMVISC_OUTPUTS(ARRAY, AFFINE_GAMMA_ARRAY);
INMVISC_OUTPUTS(LOCAL, AFFINE_GAMMA_LOCAL);
INMVISC_OUTPUTS(PERATOM, AFFINE_GAMMA_PERATOM);
}    // namespace AFFINE_GAMMA

namespace ULINM_VISCOSITY {
// groups of four follow the sets of modes INM_UL ... INM_ALL of inm_classes.h
#define ULINM_VISCOSITY_VECTOR(ENTRY)                                                       \
  ENTRY(eta_UL) ENTRY(eta_UD) ENTRY(eta_stable) ENTRY(eta_all) ENTRY(w_min) ENTRY(w_edge)   \
  ENTRY(v0) ENTRY(slope_edge) ENTRY(slope_wmin) ENTRY(mean_eta_UL) ENTRY(mean_eta_UD)       \
  ENTRY(mean_eta_stable) ENTRY(mean_eta_all) ENTRY(err_eta_UL) ENTRY(err_eta_UD)            \
  ENTRY(err_eta_stable) ENTRY(err_eta_all) ENTRY(nsnapshot) ENTRY(num_eta_UL)               \
  ENTRY(num_eta_UD) ENTRY(num_eta_stable) ENTRY(num_eta_all) ENTRY(modulus)                 \
  ENTRY(err_modulus) ENTRY(v_sound)
#define ULINM_VISCOSITY_ARRAY(ENTRY)                                                        \
  ENTRY(w_bin) ENTRY(deta_UL) ENTRY(deta_all) ENTRY(cum_eta_UL) ENTRY(cum_eta_all)          \
  ENTRY(mean_deta_UL) ENTRY(mean_deta_all) ENTRY(mean_cum_eta_UL) ENTRY(mean_cum_eta_all)
#define ULINM_VISCOSITY_LOCAL(ENTRY)                                                        \
  ENTRY(edge) ENTRY(edge_eta_UL) ENTRY(edge_eta_UD) ENTRY(mean_edge_eta_UL)                 \
  ENTRY(mean_edge_eta_UD) ENTRY(err_edge_eta_UL) ENTRY(err_edge_eta_UD)
INMVISC_OUTPUTS(VECTOR, ULINM_VISCOSITY_VECTOR);
INMVISC_OUTPUTS(LOCAL, ULINM_VISCOSITY_LOCAL);
INMVISC_OUTPUTS(ARRAY, ULINM_VISCOSITY_ARRAY);
}    // namespace ULINM_VISCOSITY

namespace INM_MODULUS {
// the quantities, their means over snapshots, and the standard errors of these
#define INM_MODULUS_VECTOR(ENTRY)                                                           \
  ENTRY(G_born) ENTRY(G_born_xy) ENTRY(G_born_xz) ENTRY(G_born_yz) ENTRY(G_kin) ENTRY(G_A)  \
  ENTRY(K_born) ENTRY(P_conf) ENTRY(K_A) ENTRY(G_stable) ENTRY(K_stable) ENTRY(zeta_UL)     \
  ENTRY(zeta_UD) ENTRY(zeta_stable) ENTRY(zeta_all)                                         \
  ENTRY(mean_G_born) ENTRY(mean_G_born_xy) ENTRY(mean_G_born_xz) ENTRY(mean_G_born_yz)      \
  ENTRY(mean_G_kin) ENTRY(mean_G_A) ENTRY(mean_K_born) ENTRY(mean_P_conf) ENTRY(mean_K_A)   \
  ENTRY(mean_G_stable) ENTRY(mean_K_stable) ENTRY(mean_zeta_UL) ENTRY(mean_zeta_UD)         \
  ENTRY(mean_zeta_stable) ENTRY(mean_zeta_all)                                              \
  ENTRY(err_G_born) ENTRY(err_G_born_xy) ENTRY(err_G_born_xz) ENTRY(err_G_born_yz)          \
  ENTRY(err_G_kin) ENTRY(err_G_A) ENTRY(err_K_born) ENTRY(err_P_conf) ENTRY(err_K_A)        \
  ENTRY(err_G_stable) ENTRY(err_K_stable) ENTRY(err_zeta_UL) ENTRY(err_zeta_UD)             \
  ENTRY(err_zeta_stable) ENTRY(err_zeta_all) ENTRY(nsnapshot)
#define INM_MODULUS_ARRAY(ENTRY)                                                            \
  ENTRY(w) ENTRY(G_storage) ENTRY(G_loss) ENTRY(eta) ENTRY(K_storage) ENTRY(K_loss)         \
  ENTRY(mean_G_storage) ENTRY(mean_G_loss) ENTRY(mean_eta) ENTRY(mean_K_storage)            \
  ENTRY(mean_K_loss) ENTRY(err_G_storage) ENTRY(err_G_loss) ENTRY(err_eta)                  \
  ENTRY(err_K_storage) ENTRY(err_K_loss) ENTRY(num_G) ENTRY(num_K)
INMVISC_OUTPUTS(VECTOR, INM_MODULUS_VECTOR);
INMVISC_OUTPUTS(ARRAY, INM_MODULUS_ARRAY);
}    // namespace INM_MODULUS

namespace ORTHOGONAL_DYNAMICS {
// for the pooled particles, then for each atom type; the array begins with Time
#define ORTHOGONAL_DYNAMICS_VECTOR(ENTRY)                                                   \
  ENTRY(v0_kernel) ENTRY(err_v0_kernel) ENTRY(v0_msd) ENTRY(err_v0_msd) ENTRY(D)
#define ORTHOGONAL_DYNAMICS_ARRAY(ENTRY) ENTRY(Cbar) ENTRY(Integral)
INMVISC_OUTPUTS(VECTOR, ORTHOGONAL_DYNAMICS_VECTOR);
INMVISC_OUTPUTS(ARRAY, ORTHOGONAL_DYNAMICS_ARRAY);
}    // namespace ORTHOGONAL_DYNAMICS

}    // namespace INMVISC_NS

#endif
