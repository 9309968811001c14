"""`transformers serve` without torchvision: `python -m tests.predict.serve serve ...`."""

from groundkit.models.processors import allow_missing_torchvision

if __name__ == "__main__":
    allow_missing_torchvision()
    from transformers.cli.transformers import main

    main()
