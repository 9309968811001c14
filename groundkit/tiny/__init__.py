"""A Qwen2.5-VL of two million parameters that finds elements on small synthetic screens.

It is the real architecture with the real processor, so that what works with it works with a large
checkpoint: only smaller, made here and shipped with the package. docs/design/tiny.md says why it is
as it is.
"""
