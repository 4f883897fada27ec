"""Which file or definition of a program an import names: Python's rules, read from paths.

A root is a folder of files that lies in no package; an absolute import looks in each of them. A
module's own names come before its submodules, as in `from package import name`. Nothing is run,
so what a program does to `sys.path` or `sys.modules` is not seen.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nerion_gym.graphs.definitions import CONSTRUCTOR, Extent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nerion_gym.graphs.definitions import Definition, Spec
    from nerion_gym.graphs.exports import Exports
    from nerion_gym.types.program import Program

Seen = set[tuple[str, "Spec"]]
"""What has been looked up on the way: imports of imports may go round in circles."""
INIT = "__init__.py"


class Found(NamedTuple):
    """Where a name leads.

    Attributes:
        path: of the file.
        definition: in that file; None: the file itself.
    """

    path: str
    definition: Definition | None = None

    def called(self) -> tuple[Extent, ...]:
        """Return the functions that a call of it runs."""
        if self.definition is None:
            return ()
        if self.definition.is_function:
            return (self.definition.extent,)
        return (self.definition.methods or {}).get(CONSTRUCTOR, ())


class Layout:
    """The modules of a program by place: a path without `.py` or `/__init__.py`.

    Args:
        paths: of all its files.
    """

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._files = {_place(path): path for path in paths}
        packages = {path.removesuffix(INIT).rstrip("/") for path in paths if _is_package(path)}
        folders = {_folder(path) for path in paths}
        self._folders = {"", *(above for folder in folders for above in (folder, *_above(folder)))}
        self._known: dict[str, list[str]] = {}
        self._roots = sorted(f for f in self._folders if packages.isdisjoint((f, *_above(f))))

    def file(self, place: str) -> str | None:
        """Return the file of a module, or None: a folder, or nothing."""
        return self._files.get(place)

    def exists(self, place: str) -> bool:
        """Whether a module or a folder of modules stands there."""
        return place in self._files or place in self._folders

    def places(self, path: str, spec: Spec) -> list[str]:
        """Return where the module of a spec may stand, for the importing file `path`."""
        if not spec.level:
            return self._absolute(spec.module)
        below = spec.module.replace(".", "/")
        folder = _folder(path)
        for _ in range(spec.level - 1):
            folder = _folder(folder)
        return [at for at in (_join(folder, below),) if self.exists(at)]

    def _absolute(self, module: str) -> list[str]:
        """Return where a module may stand: worked out once, for most imports lead elsewhere."""
        if module not in self._known:
            below = module.replace(".", "/")
            places = [_join(root, below) for root in self._roots]
            self._known[module] = [place for place in places if self.exists(place)]
        return self._known[module]


@lru_cache(maxsize=64)
def layout_of(paths: tuple[str, ...]) -> Layout:
    """Return the layout of a program's paths, worked out once."""
    return Layout(paths)


class Modules:
    """Follows the imports of one program.

    Args:
        program: all its files.
        exports: says what a file offers to others.
    """

    def __init__(self, program: Program, exports: Callable[[str, bytes], Exports]) -> None:
        self._program = program
        self._exports = exports
        self._layout = layout_of(program.paths)

    @cached_property
    def _sources(self) -> dict[str, bytes]:
        return dict(self._program.files)

    def find(self, path: str, spec: Spec) -> list[Found]:
        """Return what a spec in file `path` names in the program; nothing for other packages."""
        return self._find(path, spec, set())

    def _find(self, path: str, spec: Spec, seen: Seen) -> list[Found]:
        if (path, spec) in seen:
            return []
        seen.add((path, spec))
        for place in self._layout.places(path, spec):
            found = list(self._walk(place, spec.attributes, seen))
            if found:
                return found
        return []

    def _walk(self, place: str, attributes: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        """Follow attributes from a module: its names first, then its submodules."""
        file = self._layout.file(place)
        if not attributes:
            yield from [Found(file)] if file else []
            return
        found = list(self._own(file, attributes, seen)) if file else []
        below = _join(place, attributes[0])
        if not found and self._layout.exists(below) and (not file or _is_package(file)):
            found = list(self._walk(below, attributes[1:], seen))
        yield from found

    def _own(self, file: str, attributes: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        exports = self._exports(file, self._sources[file])
        name, rest = attributes[0], attributes[1:]
        definitions = exports.get(name)
        if definitions is None:
            starred = (self._find(file, s.then(attributes), seen) for s in exports.stars)
            yield from next(filter(None, starred), [])
        for definition in definitions or ():
            if definition.spec is not None:
                yield from self._find(file, definition.spec.then(rest), seen)
            elif not rest:
                yield Found(file, definition)
            elif len(rest) == 1:
                for extent in (definition.methods or {}).get(rest[0], ()):
                    yield Found(file, definition._replace(extent=extent, is_function=True))


def _place(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").removesuffix("__init__")


def _is_package(path: str) -> bool:
    return path == INIT or path.endswith("/" + INIT)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _above(folder: str) -> list[str]:
    found = []
    while folder:
        folder = _folder(folder)
        found.append(folder)
    return found


def _join(folder: str, below: str) -> str:
    return f"{folder}/{below}" if folder and below else folder or below
