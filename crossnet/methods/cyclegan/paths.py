"""The data paths of CycleGAN [25] through its generators, G = D_b after E_ab and F = D_a after E_ba."""

from crossnet.nn.generators import GENERATOR_PATHS

CYCLE_PATHS = GENERATOR_PATHS | {
    # the cycle in pixels: x_a_cycled = F(G(x_a))
    "z_a_back": ("E_ba", "x_b_hat"),
    "z_b_back": ("E_ab", "x_a_hat"),
    "x_a_cycled": ("D_a", "z_a_back"),
    "x_b_cycled": ("D_b", "z_b_back"),
}
