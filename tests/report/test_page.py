"""The pages of eval and compare, in a real browser."""

from __future__ import annotations

import base64
import re

import cv2
import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.report.gallery import THUMBNAIL, Entry, Illustrator, answer_of, view_of
from groundkit.report.page import write_report_page
from tests.browser import open_page
from tests.metrics.builders import evaluate, make_gold, predict, spread, write_rows

HOSTILE = (
    '</script><script>document.title="run"</script><img src=x onerror="document.title=\'run\'">'
)
WRONG = "<ref>text</ref><box>[[1200, 700, 1288, 728]]</box>"


def draw_screen(path, size=(1288, 728), boxes=()):
    """A white screen with blue boxes."""
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    for x1, y1, x2, y2 in boxes:
        pixels[y1:y2, x1:x2] = (255, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), pixels)


def answers(tmp_path, texts, name="predictions.jsonl", **changes):
    """Predictions with these texts, None for a right one, each about a screen of its own."""
    rows = []
    for number, (gold, text) in enumerate(zip(spread(len(texts)), texts, strict=True)):
        own = msgspec.structs.replace(gold, image=f"images/{number}.png", screen=gold.id, **changes)
        draw_screen(tmp_path / own.image, boxes=[tuple(map(int, own.box))])
        rows.append(predict(own, text))
    return write_rows(tmp_path / name, rows)


def run(*words):
    result = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == 0, result.output


def page_of(tmp_path, texts, *words):
    path = answers(tmp_path, texts)
    run("eval", path, "--html", tmp_path / "out" / "page.html", *words)
    return tmp_path / "out" / "page.html"


def test_figures_and_samples_are_shown_the_worst_first(tmp_path):
    path = page_of(tmp_path, [None, None, WRONG, "no idea"])
    with open_page(path) as page:
        assert page.locator(".big b").all_inner_texts() == ["50.0 %", "0.500", "4"]
        ids = page.locator(".card .id").all_inner_texts()
        assert [text.split(" ")[0] for text in ids] == ["s0002", "s0003", "s0000", "s0001"]
        assert page.locator(".card pre").all_inner_texts()[:2] == [WRONG, "no idea"]
        why = page.locator(".card .why").nth(0).inner_text()
        assert why.startswith("miss IoU 0.000, ") and "centre outside the gold box" in why
        assert page.locator("tr", has_text="unparsable").first.inner_text().split() == [
            *("unparsable", "1", "25.0", "%")
        ]


def test_what_a_model_writes_is_shown_and_not_run(tmp_path):
    path = page_of(tmp_path, [HOSTILE, None])
    with open_page(path) as page:
        page.wait_for_timeout(200)
        assert page.title().endswith("predictions.jsonl")
        assert page.locator(".card pre").nth(0).inner_text() == HOSTILE
        assert page.locator(".panel code").first.inner_text() == HOSTILE
        assert page.locator(".card script, .card pre img").count() == 0


def test_a_card_says_how_the_answer_was_read(tmp_path):
    """By hand: numbers in brackets behind a thought, 3 and 7 of which are none of them; a box of
    Gemini's, y before x; and a face, which JavaScript counts as two characters."""
    long = (
        "<think>"
        + "so many words, 3 of them, " * 40
        + "</think>\U0001f600 at [1200, 700, 1288, 728]"
    )
    turned = '\U0001f600 [{"box_2d": [700, 1200, 728, 1288], "label": "<b>7</b>"}]'
    path = page_of(tmp_path, [long, turned, "no idea", HOSTILE + "[1200, 700, 1288, 728]"])
    with open_page(path) as page:

        def card(name):
            return page.locator(".card", has_text=name).first

        one = card("s0000")
        assert one.locator("mark").inner_text() == "[1200, 700, 1288, 728]"
        assert one.locator("pre").inner_text().startswith("…")
        assert one.locator(".read").inner_text().startswith("read by brackets; ignored 3, 3, ")
        assert "[700, 1200, 728, 1288]" in card("s0001").locator("mark").inner_text()
        assert "y before x; ignored 7" in card("s0001").locator(".read").inner_text()
        assert "<b>" not in card("s0001").locator("mark").inner_text()
        assert card("s0002").locator("mark, .read").count() == 0
        assert card("s0003").locator("mark").inner_text() == "[1200, 700, 1288, 728]"
        assert card("s0003").locator("pre").inner_text().startswith(HOSTILE)
        assert page.title().endswith("predictions.jsonl")


@pytest.mark.parametrize("field", ["instruction", "id", "name", "source", "image"])
def test_no_field_of_a_gold_record_is_run(tmp_path, field):
    gold = make_gold(**{"id": "a", field: HOSTILE})
    path = write_rows(tmp_path / "p.jsonl", [predict(gold, WRONG), predict(make_gold("b"))])
    run("eval", path, "--html", tmp_path / "page.html")
    with open_page(tmp_path / "page.html") as page:
        page.wait_for_timeout(200)
        assert page.title().endswith("p.jsonl")
        assert page.locator(".card").count() == 2


def test_no_script_could_run_even_if_it_were_in_the_page(tmp_path):
    path = page_of(tmp_path, [None])
    text = path.read_text(encoding="utf-8")
    inline = "<script>document.title='run'</script><p onclick=\"document.title='run'\">here</p>"
    broken = text.replace("<main>", f"<main>{inline}")
    assert broken.count("document.title='run'") == 2
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(AssertionError, match="Content Security Policy"), open_page(path) as page:
        page.get_by_text("here", exact=True).click()
        assert page.title().endswith("predictions.jsonl")
    path.write_text(re.sub("<meta http-equiv.*>", "", broken), encoding="utf-8")
    with open_page(path) as page:
        assert page.title() == "run"


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    text = page_of(tmp_path, [None, WRONG]).read_text(encoding="utf-8")
    assert not re.search(
        r"""(src|href)=["'](?!data:)|url\(|@import|https?://(?!www\.w3\.org)""", text
    )


def test_filters_and_search(tmp_path):
    path = page_of(tmp_path, [None, WRONG, None, "no idea", WRONG])
    with open_page(path) as page:
        page.locator("select[name=result]").select_option("miss")
        assert page.locator(".card").count() == 2
        page.locator("select[name=result]").select_option("unparsable")
        assert page.locator(".card pre").all_inner_texts() == ["no idea"]
        page.locator("select[name=result]").select_option("")
        page.locator("input[type=search]").fill("S0003")
        assert page.locator(".card").count() == 1
        page.locator("input[type=search]").fill("nothing has this")
        assert page.locator(".count").inner_text() == "none"


def test_images_past_the_limit_are_linked_and_loaded(tmp_path):
    path = page_of(tmp_path, [WRONG, "no idea", None], "--embed", 1)
    with open_page(path, height=3000) as page:
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        sources = page.locator(".card img").evaluate_all("(all) => all.map((one) => one.src)")
        assert sources[0].startswith("data:image/jpeg;base64,")
        assert [source.rpartition("/images/")[2] for source in sources[1:]] == ["1.png", "2.png"]
        widths = page.locator(".card img").evaluate_all(
            "(all) => all.map((one) => one.naturalWidth)"
        )
        assert widths == [THUMBNAIL[0], 1288, 1288]


def test_a_click_shows_the_whole_screen(tmp_path):
    path = page_of(tmp_path, [None])
    with open_page(path) as page:
        page.locator(".card .shot").click()
        shown = page.locator("dialog img")
        assert shown.evaluate("(one) => one.src").endswith("images/0.png")
        box = page.locator("dialog svg").get_attribute("viewBox")
        assert box == "0 0 1288 728"
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="detached")


def test_20000_samples_stay_usable(tmp_path):
    golds = spread(20_000)
    path = write_rows(tmp_path / "p.jsonl", [predict(gold) for gold in golds])
    draw_screen(tmp_path / "images" / "a.png")
    run("eval", path, "--html", tmp_path / "page.html", "--embed", 20)
    assert (tmp_path / "page.html").stat().st_size < 20_000_000
    with open_page(tmp_path / "page.html") as page:
        assert page.locator(".card").count() == 48
        assert page.locator(".count").inner_text() == "1–48 of 20,000"
        page.get_by_role("button", name="next").click()
        assert page.locator(".count").inner_text() == "49–96 of 20,000"
        page.locator("select[name=type]").select_option("icon")
        assert page.locator(".count").inner_text() == "1–48 of 5,000"


def test_the_drawing_lies_over_the_target(tmp_path):
    """The green outline of the card is where the image shows the blue target."""
    predictions = answers(tmp_path, [None], box=(300, 300, 420, 380), point=(360, 340))
    path = tmp_path / "page.html"
    run("eval", predictions, "--html", path)
    with open_page(path, height=3000) as page:
        target = page.locator(".card svg rect.gold").nth(1).bounding_box()
        data = np.frombuffer(page.screenshot(), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)
    left, top = int(target["x"]), int(target["y"])
    right, bottom = int(left + target["width"]), int(top + target["height"])
    inside = pixels[top + 5 : bottom - 5, left + 5 : right - 5].reshape(-1, 3)
    assert np.median(np.abs(inside.astype(int) - (255, 0, 0)).sum(axis=1)) < 30
    around = pixels[top - 12 : top - 6, left:right].reshape(-1, 3)
    assert np.median(around.astype(int).sum(axis=1)) > 740


def test_a_phone_does_not_scroll_sideways(tmp_path):
    path = page_of(tmp_path, [None, WRONG])
    with open_page(path, width=390) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_of_a_comparison_has_both_answers(tmp_path):
    old = answers(tmp_path, [None, None, WRONG], "old.jsonl")
    new = answers(tmp_path, [None, HOSTILE, None], "new.jsonl")
    run("compare", old, new, "--html", tmp_path / "page.html")
    with open_page(tmp_path / "page.html") as page:
        assert page.locator(".card").count() == 2
        lost = page.locator(".card").nth(0)
        assert lost.locator(".why b").all_inner_texts() == ["old", "hit", "new", "miss"]
        assert lost.locator("pre").nth(1).inner_text() == HOSTILE
        page.locator("select[name=change]").select_option("won")
        assert page.locator(".card pre").nth(0).inner_text() == WRONG
        assert page.locator("h1").inner_text() == "new against old"


def test_equal_files_have_a_page_too(tmp_path):
    old, new = (answers(tmp_path, [None, WRONG], name) for name in ("old.jsonl", "new.jsonl"))
    run("compare", old, new, "--html", tmp_path / "page.html")
    with open_page(tmp_path / "page.html") as page:
        assert "No sample is hit by one model only" in page.inner_text("main")


# --- which images are shown -----------------------------------------------------------------


def entry(image, size=(1288, 728), gold=((100, 100, 200, 140),), **changes):
    return Entry(
        id="a", title="", filters={}, gold=gold, answers=[], image=str(image), size=size, **changes
    )


def illustrated(tmp_path, *entries, **options):
    found = Illustrator(tmp_path / "data", tmp_path / "out" / "page.html", **options)
    found.illustrate(entries)
    return found


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("../secret.png", "not below"),
        ("data/../secret.png", "not below"),
        ("data/link.png", "not below"),
        ("data/none.png", "no such file"),
        ("data", "no such file"),
        ("data/broken.png", "image"),
        ("data/a\0b.png", "no file can have this name"),
        ("http://example.com/a.png", "not below"),
    ],
)
def test_images_that_are_not_shown(tmp_path, monkeypatch, image, why):
    work = tmp_path / "work"
    draw_screen(work / "data" / "a.png")
    draw_screen(tmp_path / "secret.png")
    draw_screen(work / "secret.png")
    (work / "data" / "broken.png").write_text("no image")
    (work / "data" / "link.png").symlink_to(tmp_path / "secret.png")
    monkeypatch.chdir(work)
    one = entry(image)
    found = illustrated(work, one)
    assert (one.src, one.thumb) == (None, None)
    assert found.missing.count == 1 and why in found.missing.why


def test_a_thumbnail_holds_the_target(tmp_path):
    """The target is 200 x 100 px in the middle of a view of 360 x 240, which 480 x 320 px show:
    it lies at 107 to 373 and 93 to 227."""
    draw_screen(tmp_path / "data" / "a.png", boxes=[(600, 400, 800, 500)])
    one = entry(tmp_path / "data" / "a.png", gold=[(600, 400, 800, 500)])
    illustrated(tmp_path, one)
    assert one.view == (520, 330, 360, 240)
    pixels = thumbnail(one)
    assert pixels[160, 240].tolist() == pytest.approx([255, 0, 0], abs=12)
    assert pixels[80, 240].tolist() == pytest.approx([255, 255, 255], abs=12)
    assert pixels[106, 240].tolist() == pytest.approx([255, 0, 0], abs=12)


def test_views():
    # 40 px around the box, at least 360 x 240, and three to two.
    assert view_of(entry("a")) == (0, 0, 360, 240)
    assert view_of(entry("a", gold=[(600, 400, 800, 500)])) == (520.0, 330.0, 360.0, 240.0)
    assert view_of(entry("a", gold=[(600, 300, 1000, 400)])) == (560.0, 190.0, 480.0, 320.0)
    # The small image lies in the middle.
    assert view_of(entry("a", size=(100, 100), gold=[(0, 0, 9, 9)])) == (
        -130.0,
        -70.0,
        360.0,
        240.0,
    )
    # What is far outside does not shrink the screen.
    far = entry("a", gold=[(0, 0, 10, 10), (1e300, 1e300, 1e300, 1e300)])
    _, _, width, height = view_of(far)
    assert width <= 1288 + 80 + 1e-6 and height <= (1288 + 80) / 1.5 + 1


def test_a_file_of_another_size_is_scaled(tmp_path):
    """The gold record is about an image half as large as the file."""
    draw_screen(tmp_path / "data" / "a.png", (2576, 1456), [(1200, 800, 1600, 1000)])
    one = entry(tmp_path / "data" / "a.png", gold=[(600, 400, 800, 500)])
    illustrated(tmp_path, one)
    pixels = thumbnail(one)
    # 600 - 520 of 360 is at 107 of 480; 400 - 330 of 240 is at 93 of 320.
    assert pixels[160, 240].tolist() == pytest.approx([255, 0, 0], abs=12)
    assert pixels[160, 100].tolist() == pytest.approx([255, 255, 255], abs=12)
    assert pixels[160, 114].tolist() == pytest.approx([255, 0, 0], abs=12)
    assert pixels[86, 240].tolist() == pytest.approx([255, 255, 255], abs=12)
    assert pixels[100, 240].tolist() == pytest.approx([255, 0, 0], abs=12)


def thumbnail(one: Entry):
    data = base64.b64decode(one.thumb.partition(",")[2])
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape == (THUMBNAIL[1], THUMBNAIL[0], 3)
    return pixels


def test_a_size_that_is_not_known_is_read(tmp_path):
    draw_screen(tmp_path / "data" / "a.png")
    one = entry(tmp_path / "data" / "a.png", size=(0, 0))
    illustrated(tmp_path, one)
    assert one.size == (1288, 728)


def test_names_of_files_are_quoted(tmp_path):
    path = tmp_path / "data" / 'a "#?%<b>.png'
    draw_screen(path)
    one = entry(path)
    illustrated(tmp_path, one)
    assert one.src == "../data/a%20%22%23%3F%25%3Cb%3E.png"


def test_images_of_another_folder(tmp_path):
    gold = make_gold(image="0.png", width=1288, height=728, original=None)
    path = write_rows(tmp_path / "runs" / "p.jsonl", [predict(gold)])
    draw_screen(tmp_path / "screens" / "0.png")
    words = "eval", path, "--html", tmp_path / "page.html", "--images", tmp_path / "screens"
    run(*words, "--json", tmp_path / "report.json", "--worst", 1)
    with open_page(tmp_path / "page.html") as page:
        assert "without their image" not in page.inner_text("main")
        assert page.locator(".card img").count() == 1


def test_the_answer_of_a_point(tmp_path):
    found = evaluate(write_rows(tmp_path / "p.jsonl", [predict(make_gold(), "(1, 2)")]), worst=1)
    shown = answer_of("", found.worst[0].verdict, found.worst[0].text)
    assert (shown.iou, shown.box, shown.point) == (None, None, (1.0, 2.0))


def test_the_same_input_gives_the_same_page(tmp_path):
    path = answers(tmp_path, [None, WRONG, "no idea"])
    found = evaluate(path, worst=3)
    pages = tmp_path / "a.html", tmp_path / "b.html"
    for page in pages:
        write_report_page(found, found.worst, page, tmp_path)
    assert pages[0].read_bytes() == pages[1].read_bytes()
