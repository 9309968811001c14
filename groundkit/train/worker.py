"""One of several processes of a training: `accelerate launch -m groundkit.train.worker JOB`."""

from __future__ import annotations

import sys

from groundkit.train.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
