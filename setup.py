"""The models of pretrained/ are installed inside the package; everything else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

setup(packages=[*find_namespace_packages(include=["crossnet*"]), "crossnet.pretrained"])
