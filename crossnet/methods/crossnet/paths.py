"""The data paths of Fig. 4 beside those of the two generators; `z_b` is a code that `D_b` decodes."""

from crossnet.nn.generators import GENERATOR_PATHS

CROSS_PATHS = GENERATOR_PATHS | {
    # Fig. 4(a), cross-identity: x_a_zid = D_a(T_ba(E_ab(x_a)))
    "z_a_hat": ("T_ba", "z_b"),
    "z_b_hat": ("T_ab", "z_a"),
    "x_a_zid": ("D_a", "z_a_hat"),
    "x_b_zid": ("D_b", "z_b_hat"),
    # Fig. 4(b), cross-translation consistency: z_a_ctc = T_ba(E_ab(x_b)) is compared with z_a = E_ba(x_b)
    "z_a_ctc": ("T_ba", "z_b_own"),
    "z_b_ctc": ("T_ab", "z_a_own"),
    # Fig. 4(c), latent cycle: z_b_cycled = T_ab(T_ba(z_b))
    "z_b_cycled": ("T_ab", "z_a_hat"),
    "z_a_cycled": ("T_ba", "z_b_hat"),
}
