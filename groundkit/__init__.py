"""Make vision-language models point at things on screens: data, training, evaluation.

The public names live in their modules (`groundkit.records`, `groundkit.geometry`,
`groundkit.grammar`, ...); importing the package loads none of them.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
