"""Where the default knowledge base is kept, found with as few imports as can be: most starts of a process need nothing else.

The name of the file is the identity of what it is built from, so that an upgrade or an edited pack never meets an old file. Sources are
known by size and time: reading them all would take longer than to open what was built of them.
"""

import os
import sys
from importlib.machinery import PathFinder

from superbill import _core

KNOWLEDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "knowledge")


def release_files() -> tuple[str, str] | None:
    """The tabular list and the list of valid codes that `simple-icd-10-cm` carries, which is found, never imported (that takes seconds)."""
    spec = PathFinder.find_spec("simple_icd_10_cm")
    if spec is None:
        # What is installed from a working tree may only be known to a finder of its own.
        from importlib.util import find_spec

        spec = find_spec("simple_icd_10_cm")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = os.path.join(next(iter(spec.submodule_search_locations)), "data")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    tabular = [name for name in names if "tabular" in name and name.endswith(".xml")]
    codes = [name for name in names if name.startswith("code-list") and name.endswith(".txt")]
    return (os.path.join(folder, tabular[-1]), os.path.join(folder, codes[-1])) if tabular and codes else None


def pack_files(folder: str = KNOWLEDGE) -> list[str]:
    """The packs below a folder, in order of name."""
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += pack_files(entry.path)
            elif entry.name.endswith(".toml"):
                found.append(entry.path)
    return sorted(found)


def cache_folder() -> str:
    """`SUPERBILL_CACHE`, or the user's cache as the system has it."""
    if folder := os.environ.get("SUPERBILL_CACHE"):
        return folder
    if sys.platform in ("darwin", "win32"):
        from platformdirs import user_cache_dir

        return user_cache_dir("superbill", appauthor=False)
    # As platformdirs finds it by the XDG Base Directory Specification; its import would take as long as the rest of a start.
    home = os.environ.get("XDG_CACHE_HOME", "").strip() or os.path.expanduser("~/.cache")
    return os.path.join(home, "superbill")


def file_of(tabular: str, codes: str) -> str:
    """The file that is built from a release and the packs of this package, whether it is there or not."""
    of = [("format", f"{_core.FORMAT_VERSION} {_core.__version__}")]
    # A rebuilt extension of the same version may compile differently.
    for path in (tabular, codes, str(_core.__file__), *pack_files()):
        status = os.stat(path)
        of.append((path, f"{status.st_size} {status.st_mtime_ns}"))
    return os.path.join(cache_folder(), f"default-{_core.identity(of)[:16]}.kb")


def open_kept() -> _core.KnowledgeBase | None:
    """The default knowledge base, if it was built before and can be read."""
    sources = release_files()
    if sources is None:
        return None
    path = file_of(*sources)
    try:
        return _core.KnowledgeBase.open(path) if os.path.exists(path) else None
    except _core.KnowledgeBaseError:
        return None
