"""Made-up screens with exact annotations, to learn on and to test with."""

from groundkit.synth.designs import DESIGNS, KNOWN_DESIGNS, UNSEEN_DESIGNS
from groundkit.synth.screen import SynthScreen, make_screen

__all__ = ["DESIGNS", "KNOWN_DESIGNS", "UNSEEN_DESIGNS", "SynthScreen", "make_screen"]
