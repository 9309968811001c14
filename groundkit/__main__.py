"""`python -m groundkit`."""

from groundkit.cli import start

if __name__ == "__main__":
    start()
