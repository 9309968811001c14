"""What is trained on what, and how: a recipe, as a YAML file."""

from groundkit.recipe.keys import (
    DataKeys,
    EvalKeys,
    GuardKeys,
    LaunchKeys,
    LoraKeys,
    ModelKeys,
    Recipe,
    Source,
)
from groundkit.recipe.read import read_recipe

__all__ = [
    "DataKeys",
    "EvalKeys",
    "GuardKeys",
    "LaunchKeys",
    "LoraKeys",
    "ModelKeys",
    "Recipe",
    "Source",
    "read_recipe",
]
