"""`python -m groundkit`."""

from groundkit.cli.main import main

if __name__ == "__main__":
    main()
