"""The terms of CycleGAN [25]: one function a term, whose arguments are the paths that it reads; without weights."""

from torch import Tensor

from crossnet.nn.losses import judged_real, l1
from crossnet.nn.objective import Sides, Term


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> Sides:
    """Both translations should pass for real ones, by least squares ([25], §4)."""
    return Sides(b=judged_real(q_b_hat), a=judged_real(q_a_hat))


def l_cycle(x_a_cycled: Tensor, x_a: Tensor, x_b_cycled: Tensor, x_b: Tensor) -> Sides:
    """[25], Eq. (2): F(G(x_a)) is x_a, an image survives the translation there and back."""
    return Sides(a=l1(x_a_cycled, x_a), b=l1(x_b_cycled, x_b))


def l_identity(x_a_id: Tensor, x_a: Tensor, x_b_id: Tensor, x_b: Tensor) -> Sides:
    """[25], §5.2: G(x_b) is x_b, an image that is already in the target domain stays as it is."""
    return Sides(a=l1(x_a_id, x_a), b=l1(x_b_id, x_b))


TERMS: dict[str, Term] = {"gan": l_gan, "cycle": l_cycle, "identity": l_identity}
