"""Importing is light, every module imports by itself, and the public names are what they say."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import groundkit

HEAVY = ("torch", "transformers", "cv2")
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(groundkit.__path__, "groundkit.")
    if not module.name.endswith("__main__")
)

# They run models, or make one.
TORCH = ("groundkit.models.", "groundkit.tiny.", "groundkit.train.")

# Runs a statement, then says which of the modules named after it were loaded. The help of the
# command line ends the process, so the check waits for the exit.
GUARD = """
import atexit, sys
heavy = sys.argv[1].split(",")
statement = sys.argv[2]
sys.argv = ["groundkit", *sys.argv[3:]]
atexit.register(lambda: print("LOADED", *[name for name in heavy if name in sys.modules]))
exec(statement)
"""


def loaded_by(statement, *arguments, heavy=HEAVY):
    """Which of the heavy modules a fresh interpreter has loaded after `statement`."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", GUARD, ",".join(heavy), statement, *arguments],
        capture_output=True,
        text=True,
        timeout=180,  # a hang, not a busy machine that compiles every module anew
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].removeprefix("LOADED").split()


RUN = "import runpy; runpy.run_module('groundkit', run_name='__main__')"


def test_import_groundkit_is_light():
    assert loaded_by("import groundkit", heavy=(*HEAVY, "numpy", "PIL", "msgspec")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("--version",),
        ("synth", "--help"),
        ("make-dataset", "--help"),
        ("verify", "--help"),
        ("preview", "--help"),
        ("predict", "--help"),
        ("eval", "--help"),
        ("compare", "--help"),
        ("lint", "--help"),
        ("recipe", "--help"),
        ("train", "--help"),
        ("tiny", "--help"),
    ],
    ids=" ".join,
)
def test_the_help_of_the_command_line_is_light(arguments):
    assert loaded_by(f"try:\n    {RUN}\nexcept SystemExit: pass", *arguments) == []


def test_every_verb_is_in_the_test_above():
    from groundkit.cli.main import app

    marks = test_the_help_of_the_command_line_is_light.pytestmark
    tested = {arguments[0] for arguments in marks[0].args[1] if len(arguments) == 2}
    assert {command.name for command in app.registered_commands} == tested


def test_nothing_but_what_runs_models_loads_torch():
    light = [name for name in MODULES if not name.startswith(TORCH)]
    assert 20 < len(light) < len(MODULES)
    statement = f"import importlib\nfor name in {light!r}: importlib.import_module(name)"
    assert loaded_by(statement, heavy=("torch", "transformers")) == []


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("import cv2", id="directly"),
        pytest.param("from groundkit import images", id="through a module of ours"),
        pytest.param("import sys; import cv2; sys.exit(0)", id="before leaving"),
    ],
)
def test_the_guard_can_fail(statement):
    assert loaded_by(statement) == ["cv2"]


def test_the_guard_notices_a_statement_that_fails():
    with pytest.raises(AssertionError, match="no_such_module"):
        loaded_by("import no_such_module")


@pytest.mark.parametrize("name", ["groundkit.models", "groundkit.models.load", "groundkit.tiny"])
def test_what_only_names_a_model_is_light(name):
    assert loaded_by(f"import {name}", heavy=("torch", "transformers")) == []


# Each module as the first of ours, so that no order of imports hides a loop.
ALONE = """
import importlib
for name in {names}:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "groundkit"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except ImportError as error:
        raise SystemExit(name + ": " + str(error))
"""


def test_every_module_imports_alone():
    assert len(MODULES) > 20
    loaded_by(ALONE.format(names=MODULES))


def test_the_public_names_are_pinned():
    assert groundkit.__all__ == ["__version__"]
    # In a fresh interpreter: elsewhere the modules that others imported are attributes too.
    statement = (
        "import groundkit, sys\n"
        "names = [name for name in vars(groundkit) if not name.startswith('__')]\n"
        "sys.exit(str(names) if names else 0)"
    )
    assert loaded_by(statement) == []


@pytest.mark.parametrize("name", ["groundkit", *MODULES])
def test_every_name_in_all_exists(name):
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public)


def test_the_command_line_says_its_version():
    command = [sys.executable, "-m", "groundkit", "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed == f"groundkit {groundkit.__version__}\n"
