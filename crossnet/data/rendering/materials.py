"""What a sculpture is made of, two-sided: what is seen of a mesh may be its back."""

from functools import cache
from typing import Any

from crossnet.data.rendering.engine import engine
from crossnet.data.rendering.sculpture import TINTED, Sculpture
from crossnet.data.rendering.stripes import stripes, texture

REFRACTION = {
    "roughplastic": 1.49,
    "lacquer": 1.9,
}  # of the coat: light that falls on it straight is reflected to 4 or 10 %


def material(s: Sculpture) -> Any:
    """The BSDF of a sculpture; in a process, plastics of one roughness are one object, of the last one's colour."""
    mi = engine()
    if s.striped:
        bitmap = {"type": "bitmap", "bitmap": mi.Bitmap(texture(stripes(s))), "raw": True, "wrap_mode": "repeat"}
        return mi.load_dict({"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": bitmap}})
    colour = [s.red, s.green, s.blue]
    if s.material in REFRACTION:
        bsdf = _rough_plastic(s.roughness, REFRACTION[s.material])
        parameters = mi.traverse(bsdf)
        parameters["brdf_0.diffuse_reflectance.value"] = colour
        parameters.update()
        return bsdf
    tint = {"specular_reflectance": {"type": "rgb", "value": colour}} if s.conductor == TINTED else {}
    nested = {
        "diffuse": {"type": "diffuse", "reflectance": {"type": "rgb", "value": colour}},
        "roughconductor": {"type": "roughconductor", "material": s.conductor, "alpha": s.roughness, **tint},
    }
    return mi.load_dict({"type": "twosided", "bsdf": nested[s.material]})


@cache
def _rough_plastic(roughness: float, refraction: float) -> Any:
    """Rough plastic of any colour: its tables take longer to make than a small picture, so each is made once."""
    white = {"type": "rgb", "value": [1.0, 1.0, 1.0]}
    nested = {"type": "roughplastic", "diffuse_reflectance": white, "alpha": roughness, "int_ior": refraction}
    return engine().load_dict({"type": "twosided", "bsdf": nested | {"nonlinear": True}})
