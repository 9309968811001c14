"""Vision-language models and their processors, loaded by name, by path or from the hub."""
