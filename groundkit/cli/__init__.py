"""The command line; `groundkit.cli:start` is its entry point."""


def start() -> None:
    """Runs the command. Imported late, because worker processes import the entry point too."""
    import gc

    # Imports and records make many objects and no garbage; looking for some after every 700 takes a
    # tenth of the time of a start.
    gc.set_threshold(50_000)

    from groundkit.cli.main import run

    run()
