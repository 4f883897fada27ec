"""A tree of files in memory; paths are joined and tidied like those of a shell."""

from __future__ import annotations


def resolve(path: str, folder: str = "/") -> str:
    start = [] if path.startswith("/") else folder.strip("/").split("/")
    parts: list[str] = []
    for part in [*start, *path.split("/")]:
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


class Files:
    def __init__(self, contents: dict[str, str] | None = None) -> None:
        self.contents = {resolve(path): text for path, text in (contents or {}).items()}

    def read(self, path: str) -> str:
        if path not in self.contents:
            raise FileNotFoundError(path)
        return self.contents[path]

    def write(self, path: str, text: str, append: bool = False) -> None:
        old = self.contents.get(path, "") if append else ""
        self.contents[path] = old + text

    def listing(self, folder: str) -> list[str]:
        prefix = folder.rstrip("/") + "/"
        below = (path[len(prefix) :] for path in self.contents if path.startswith(prefix))
        return sorted({name.split("/")[0] + "/" * ("/" in name) for name in below})

    def is_folder(self, path: str) -> bool:
        return path == "/" or bool(self.listing(path))
