"""The command line; `groundkit.cli:start` is its entry point."""


def start() -> None:
    """Runs the command. Imported late, because worker processes import the entry point too."""
    from groundkit.cli.main import run

    run()
