"""Pages: what the middle of a screen shows, by name."""

from __future__ import annotations

from collections.abc import Callable

from groundkit.synth.boxes import Flow
from groundkit.synth.colors import Color
from groundkit.synth.pages import data, forms, lists, media, shops, talk
from groundkit.synth.ui import Ui

Page = Callable[[Ui, Flow, Color], None]

PAGES: dict[str, Page] = {
    "form": forms.form,
    "login": forms.login,
    "controls": forms.controls,
    "settings": lists.settings,
    "people": lists.people,
    "files": lists.files,
    "todo": lists.todo,
    "feed": media.feed,
    "article": media.article,
    "gallery": media.gallery,
    "player": media.player,
    "profile": media.profile,
    "shop": shops.shop,
    "product": shops.product,
    "basket": shops.basket,
    "chat": talk.chat,
    "dashboard": data.dashboard,
    "table": data.table_page,
    "blocks": data.blocks,
}
