"""The element types of an answer and their words in each language.

The list follows CLAY's 24 types (google-research/clay), without those that no screenshot reader
can tell apart, plus the controls of desktop and web pages.
"""

from __future__ import annotations

from typing import Literal, get_args

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)

# type: (Chinese word, English word). Words hold no hyphen: it separates type and name in an answer.
TYPE_WORDS: dict[str, tuple[str, str]] = {
    "text": ("文本", "text"),
    "heading": ("标题", "heading"),
    "label": ("标签", "label"),
    "link": ("链接", "link"),
    "button": ("按钮", "button"),
    "icon": ("图标", "icon"),
    "image": ("图片", "image"),
    "input": ("输入框", "input"),
    "search": ("搜索框", "search box"),
    "checkbox": ("复选框", "checkbox"),
    "radio": ("单选框", "radio button"),
    "switch": ("开关", "switch"),
    "select": ("下拉框", "dropdown"),
    "slider": ("滑块", "slider"),
    "stepper": ("步进器", "stepper"),
    "date_picker": ("日期选择器", "date picker"),
    "progress": ("进度条", "progress bar"),
    "rating": ("评分", "rating"),
    "tab": ("选项卡", "tab"),
    "menu_item": ("菜单项", "menu item"),
    "list_item": ("列表项", "list item"),
    "option": ("选项", "option"),
    "cell": ("单元格", "cell"),
    "card": ("卡片", "card"),
    "chart": ("图表", "chart"),
    "map": ("地图", "map"),
    "video": ("视频", "video"),
    "web_view": ("网页", "web view"),
    "advertisement": ("广告", "advertisement"),
    "pager": ("分页", "pager"),
    "toolbar": ("工具栏", "toolbar"),
    "dialog": ("对话框", "dialog"),
    "container": ("容器", "container"),
    "element": ("元素", "element"),
}

_TYPE_OF_WORD = {
    word.casefold(): name for name, words in TYPE_WORDS.items() for word in reversed(words)
}


def type_word(type_name: str, lang: Lang) -> str:
    """The word for an element type in `lang`: `type_word("input", "zh") == "输入框"`."""
    return TYPE_WORDS[type_name][LANGS.index(lang)]


def type_of_word(word: str) -> str | None:
    """The type that a word of any language stands for, or None: `"输入框"` -> `"input"`."""
    return _TYPE_OF_WORD.get(word.strip().casefold())
