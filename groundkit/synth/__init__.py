"""Made-up screens with exact annotations, to learn on and to test with."""

from groundkit.synth.designs import DESIGNS, KNOWN_DESIGNS, UNSEEN_DESIGNS
from groundkit.synth.screen import SynthScreen, make_screen
from groundkit.synth.write import SynthManifest, SynthOptions, write_screens

__all__ = [
    "DESIGNS",
    "KNOWN_DESIGNS",
    "SynthManifest",
    "SynthOptions",
    "SynthScreen",
    "UNSEEN_DESIGNS",
    "make_screen",
    "write_screens",
]
