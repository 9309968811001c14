"""How much memory a training needs, from the config.json of a model alone: no torch, no weights."""
