"""The command line; `groundkit.cli:start` is its entry point."""


def start() -> None:
    """Runs the command. Imported late, because worker processes import the entry point too."""
    import gc

    # Imports make many objects and no garbage; looking for some takes a tenth of their time.
    gc.set_threshold(50_000, 20, 20)

    from groundkit.cli.main import run

    run()
