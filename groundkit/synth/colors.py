"""Colours as (red, green, blue) tuples, and the palettes that themes are made of."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from random import Random

Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)


def hsl(hue: float, saturation: float, lightness: float) -> Color:
    """A colour by hue, saturation and lightness, each from 0 to 1; the hue wraps around."""
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def mix(first: Color, second: Color, share: float) -> Color:
    """`first` with a share of `second` in it."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def luminance(color: Color) -> float:
    """Perceived brightness from 0 to 1."""
    return (0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]) / 255


def contrast(first: Color, second: Color) -> float:
    """How far apart two colours are in brightness, from 0 to 1."""
    return abs(luminance(first) - luminance(second))


def visible_on(color: Color, ground: Color, least: float = 0.3) -> Color:
    """`color`, as much darker or lighter as it must be to be read on `ground`."""
    end = readable_on(ground)
    for share in (0.0, 0.3, 0.5, 0.7, 0.85):
        shifted = mix(color, end, share)
        if contrast(shifted, ground) >= least:
            return shifted
    return end


def readable_on(background: Color) -> Color:
    """Black or white, whichever can be read on `background`."""
    return WHITE if luminance(background) < 0.6 else (24, 24, 28)


@dataclass(frozen=True)
class Palette:
    """The colours of one screen.

    Attributes:
        page: behind everything.
        surface: of cards, rows, dialogs.
        field: inside of inputs.
        text, muted: of words on page and surface.
        border: hairlines and outlines.
        primary, on_primary: of main buttons, active controls and bars.
        tonal, on_tonal: a weak shade of primary, for chips and second buttons.
        danger, success, warning: of warnings and states.
        bar, on_bar: of the bar at the top.
    """

    page: Color
    surface: Color
    field: Color
    text: Color
    muted: Color
    border: Color
    primary: Color
    on_primary: Color
    tonal: Color
    on_tonal: Color
    danger: Color
    success: Color
    warning: Color
    bar: Color
    on_bar: Color


@dataclass(frozen=True)
class PaletteRange:
    """What the palettes of a design have in common.

    Attributes:
        hues: of the primary colour, from 0 to 1, one of which is chosen and blurred a little.
        saturation: of the primary colour, lowest and highest.
        tint: how much of the primary colour is in page and surface.
        page: lightness of a light page, lowest and highest; dark pages are derived.
        flip: whether cards are darker than the page in place of lighter.
        bar: where the bar's colour comes from: surface, page, primary or ink.
    """

    hues: tuple[float, ...] = (0.58, 0.6, 0.0, 0.08, 0.33, 0.47, 0.75, 0.9)
    saturation: tuple[float, float] = (0.5, 0.9)
    tint: tuple[float, float] = (0.0, 0.08)
    page: tuple[float, float] = (0.94, 1.0)
    flip: bool = False
    bar: tuple[str, ...] = ("surface", "page", "primary")


def draw_palette(rng: Random, span: PaletteRange, dark: bool) -> Palette:
    """A palette within the range of a design."""
    hue = rng.choice(span.hues) + rng.uniform(-0.03, 0.03)
    vivid = rng.uniform(*span.saturation)
    primary = hsl(hue, vivid, rng.uniform(0.55, 0.68) if dark else rng.uniform(0.36, 0.56))
    tint = rng.uniform(*span.tint)
    if dark:
        depth = rng.uniform(0.05, 0.17)
        page, lift = hsl(hue, min(tint * 4, 0.9), depth), rng.uniform(0.04, 0.09)
        surface = mix(page, WHITE, 0.0 if rng.random() < 0.15 else lift)
        text = mix(page, WHITE, rng.uniform(0.85, 0.97))
    else:
        page = mix(hsl(0.0, 0.0, rng.uniform(*span.page)), primary, tint)
        surface = mix(page, WHITE, rng.uniform(0.6, 1.0))
        if span.flip or (luminance(page) > 0.97 and rng.random() < 0.6):
            surface = mix(page, BLACK, rng.uniform(0.0, 0.05))
        text = mix(mix(BLACK, primary, rng.uniform(0.0, 0.2)), WHITE, rng.uniform(0.05, 0.2))
    border = mix(surface, text, rng.uniform(0.17, 0.32))
    tonal = mix(surface, primary, rng.uniform(0.12, 0.25))
    bars = {"surface": surface, "page": page, "primary": primary, "ink": mix(text, page, 0.1)}
    bar = bars[rng.choice(span.bar)]
    lightness = 0.62 if dark else 0.45
    return Palette(
        page=page,
        surface=surface,
        field=mix(surface, text if dark else WHITE, rng.choice((0.0, 0.04, 0.08))),
        text=text,
        muted=mix(mix(surface, page, 0.5), text, rng.uniform(0.55, 0.75)),
        border=border,
        primary=primary,
        on_primary=readable_on(primary),
        tonal=tonal,
        on_tonal=visible_on(primary, tonal),
        danger=hsl(rng.uniform(-0.02, 0.02), 0.75, lightness + 0.05),
        success=hsl(rng.uniform(0.33, 0.42), 0.6, lightness - 0.05),
        warning=hsl(rng.uniform(0.09, 0.13), 0.9, lightness),
        bar=bar,
        on_bar=readable_on(bar) if bar not in (page, surface) else text,
    )
