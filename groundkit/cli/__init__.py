"""The command line; `groundkit.cli:main` is its entry point."""


def main() -> None:
    """Runs the command. Imported late, because worker processes import the entry point too."""
    from groundkit.cli.main import run

    run()
