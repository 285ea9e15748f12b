"""The data paths of CycleGAN [25] through its generators, G = D_b after E_ab and F = D_a after E_ba."""

CYCLE_PATHS = {
    "z_b": ("E_ab", "x_a"),
    "z_a": ("E_ba", "x_b"),
    "x_b_hat": ("D_b", "z_b"),
    "x_a_hat": ("D_a", "z_a"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
    # identity: x_b_id = G(x_b)
    "z_b_own": ("E_ab", "x_b"),
    "z_a_own": ("E_ba", "x_a"),
    "x_b_id": ("D_b", "z_b_own"),
    "x_a_id": ("D_a", "z_a_own"),
}
