"""Eq. (1) to (4) and the adversarial term: one function an equation, whose arguments are the paths that it reads.

Images are (N, 3, H, W) in [-1, 1], codes (N, 4w, H/4, W/4). Each returns its two directions, scalars without weights.
"""

from torch import Tensor

from crossnet.nn.losses import judged_real, l1
from crossnet.nn.objective import Sides, Term


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> Sides:
    """L_GAN, §3.5: both translations should pass for real ones, by least squares."""
    return Sides(b=judged_real(q_b_hat), a=judged_real(q_a_hat))


def l_zid(x_a_zid: Tensor, x_a: Tensor, x_b_zid: Tensor, x_b: Tensor) -> Sides:
    """Eq. (1): D_a(T_ba(E_ab(x_a))) is x_a; the dual decoder rebuilds an image from its cross-translated code."""
    return Sides(a=l1(x_a_zid, x_a), b=l1(x_b_zid, x_b))


def l_id(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> Sides:
    """Eq. (2): D_a(E_ba(x_a)) is x_a; an image that is already in the target domain stays as it is."""
    return Sides(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


def l_ctc(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> Sides:
    """Eq. (3): T_ab(E_ba(x_a)) is E_ab(x_a); both encoders say the same of one image, up to a translation."""
    return Sides(b=l1(z_b_ctc, z_b), a=l1(z_a_ctc, z_a))


def l_ctc_stopped(z_b_ctc: Tensor, z_b: Tensor, z_a_ctc: Tensor, z_a: Tensor) -> Sides:
    """Eq. (3) with its targets held still: a variant, chosen by methods.crossnet.ctc_stop_gradient."""
    return l_ctc(z_b_ctc, z_b.detach(), z_a_ctc, z_a.detach())


def l_zcyc(z_b_cycled: Tensor, z_b: Tensor, z_a_cycled: Tensor, z_a: Tensor) -> Sides:
    """Eq. (4): T_ab(T_ba(z_b)) is z_b; a code survives the translation there and back."""
    return Sides(b=l1(z_b_cycled, z_b), a=l1(z_a_cycled, z_a))


TERMS: dict[str, Term] = {"gan": l_gan, "id": l_id, "ctc": l_ctc, "zid": l_zid, "zcyc": l_zcyc}
