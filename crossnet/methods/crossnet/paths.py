"""The data paths of Fig. 2 and Fig. 4. `z_b` is a code that `D_b` decodes; a hat marks what was translated."""

CROSS_PATHS = {
    # Fig. 2, the two generators: x_b_hat = D_b(E_ab(x_a))
    "z_b": ("E_ab", "x_a"),
    "z_a": ("E_ba", "x_b"),
    "x_b_hat": ("D_b", "z_b"),
    "x_a_hat": ("D_a", "z_a"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # §3.3, an encoder that is given an image of its target domain
    "z_b_own": ("E_ab", "x_b"),
    "z_a_own": ("E_ba", "x_a"),
    # Eq. (2), identity
    "x_b_id": ("D_b", "z_b_own"),
    "x_a_id": ("D_a", "z_a_own"),
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
