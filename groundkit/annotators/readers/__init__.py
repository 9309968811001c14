"""The readers. Each module here defines `READER`; `annotators.source` finds them by itself."""
