"""What a module's code reaches: its syntax and that of the first-party modules that it imports.

Comments, docstrings and formatting do not count, nor does the version of Python.
"""

import ast
import hashlib
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any


def reached(root: Path, *entries: str, without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the first-party files that some files import, transitively, and the syntax of each as text.

    root: the folder that holds the packages crossnet and stages.
    entries: paths below root.
    without: names of methods of the entries that do not count, nor do functions that these alone use.
    """
    ahead, known = list(entries), set(entries)
    while ahead:
        file = ahead.pop()
        syntax, modules = _parsed((root / file).read_bytes(), frozenset(without if file in entries else ()))
        yield file, syntax
        for module in modules:
            path = module.replace(".", "/")
            for found in (f"{path}.py", f"{path}/__init__.py"):
                if found not in known and found.startswith(("crossnet/", "stages/")) and (root / found).is_file():
                    known.add(found)
                    ahead.append(found)


def digest(root: Path, *entries: str, without: Collection[str] = ()) -> str:
    """Hash what `reached` yields, as SHA-256 in hexadecimal digits."""
    return hashlib.sha256(repr(sorted(reached(root, *entries, without=without))).encode()).hexdigest()


@cache
def _parsed(code: bytes, without: frozenset[str]) -> tuple[str, list[str]]:
    """Return the syntax of a module as text, and the names of the modules that it imports."""
    tree = ast.parse(code)
    tree.body = [node for node in tree.body if not _is_for_types(node)]
    if without:
        _remove(tree, without)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return repr(_plain(tree)), list(_imports(tree))


def _remove(tree: ast.Module, methods: Collection[str]) -> None:
    """Take methods out of the classes of a module, and then its functions that nothing uses any more."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body = [each for each in node.body if getattr(each, "name", None) not in methods]
    before = -1
    while before != len(tree.body):
        before = len(tree.body)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef) or node.name in used]


def _is_for_types(node: ast.AST) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`, which does not run."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _plain(node: Any) -> Any:
    """Turn a node into nested lists, without its place, and without empty fields, in which Pythons differ."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, getattr(node, name, None)) for name in node._fields)
    return [type(node).__name__, *([name, _plain(value)] for name, value in fields if value not in (None, []))]
