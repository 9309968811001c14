"""What must be set before torch is loaded, and what a command may set for itself."""

import os
import subprocess
import sys

ORDER = """
import os, sys
seen = []
sys.addaudithook(lambda event, found: seen.append(os.environ.get("OMP_WAIT_POLICY"))
                 if event == "import" and found[0] == "torch" and not seen else None)
sys.argv = ["groundkit", *sys.argv[1:]]
from groundkit.cli.main import run
try:
    run()
except SystemExit:
    pass
print(seen)
"""


def policy(*words: str) -> str:
    """What OMP_WAIT_POLICY was when torch was first loaded."""
    env = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", ORDER, *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_threads_wait_asleep_from_the_start(tmp_path):
    """Set later it is not read, and a busy machine takes thirty times as long."""
    data = tmp_path / "samples.jsonl"
    data.touch()
    assert policy("predict", str(data), "--model", "tiny", "-o", str(tmp_path / "p")) == (
        "['PASSIVE']"
    )
    sets = ["--set", f"data.train={data}", "--set", f"output={tmp_path / 'run'}"]
    assert policy("train", "tiny-cpu", *sets) == "['PASSIVE']"
