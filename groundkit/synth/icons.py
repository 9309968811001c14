"""Icons as strokes on a field of 24 x 24, drawn at any size.

A shape is a letter and its numbers: L a line through points, P a closed outline, C a circle (x, y,
radius), A an arc (x, y, two radii, start and end in degrees, clockwise from the right), D a disc,
F a filled outline. In the solid style outlines and circles are filled.
"""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from groundkit.synth.masks import visible_ink

ICON_NAMES: dict[str, tuple[str, str]] = {
    "search": ("搜索", "search"),
    "menu": ("菜单", "menu"),
    "close": ("关闭", "close"),
    "plus": ("添加", "add"),
    "minus": ("减少", "remove"),
    "check": ("完成", "done"),
    "right": ("进入", "forward"),
    "left": ("返回", "back"),
    "up": ("收起", "collapse"),
    "down": ("展开", "expand"),
    "arrow_left": ("返回", "go back"),
    "arrow_right": ("前进", "next"),
    "heart": ("喜欢", "like"),
    "star": ("收藏", "favorite"),
    "home": ("首页", "home"),
    "user": ("用户", "account"),
    "users": ("群组", "people"),
    "gear": ("设置", "settings"),
    "sliders": ("筛选", "adjust"),
    "bell": ("通知", "notifications"),
    "cart": ("购物车", "shopping cart"),
    "bag": ("购物袋", "bag"),
    "trash": ("删除", "delete"),
    "pencil": ("编辑", "edit"),
    "share": ("分享", "share"),
    "download": ("下载", "download"),
    "upload": ("上传", "upload"),
    "mail": ("邮件", "mail"),
    "phone": ("电话", "phone"),
    "camera": ("相机", "camera"),
    "picture": ("图片", "picture"),
    "calendar": ("日历", "calendar"),
    "clock": ("时间", "clock"),
    "lock": ("锁定", "lock"),
    "eye": ("显示", "show"),
    "filter": ("过滤", "filter"),
    "more": ("更多", "more"),
    "more_vertical": ("更多选项", "more options"),
    "play": ("播放", "play"),
    "pause": ("暂停", "pause"),
    "previous": ("上一首", "previous"),
    "next": ("下一首", "next track"),
    "refresh": ("刷新", "refresh"),
    "folder": ("文件夹", "folder"),
    "file": ("文件", "document"),
    "bookmark": ("书签", "bookmark"),
    "pin": ("位置", "location"),
    "chat": ("聊天", "chat"),
    "send": ("发送", "send"),
    "mic": ("语音", "voice"),
    "info": ("信息", "information"),
    "help": ("帮助", "help"),
    "link": ("链接", "link"),
    "grid": ("网格", "grid view"),
    "list": ("列表", "list view"),
    "logout": ("退出", "log out"),
    "wifi": ("无线网络", "wi-fi"),
    "globe": ("语言", "language"),
    "tag": ("标签", "tag"),
    "moon": ("深色模式", "dark mode"),
    "sun": ("亮度", "brightness"),
    "bolt": ("闪电", "quick"),
    "card": ("银行卡", "bank card"),
    "chart": ("统计", "statistics"),
    "music": ("音乐", "music"),
    "copy": ("复制", "copy"),
    "shield": ("安全", "security"),
    "cloud": ("云端", "cloud"),
    "smile": ("表情", "emoji"),
    "warning": ("警告", "warning"),
    "battery": ("电量", "battery"),
    "signal": ("信号", "signal"),
}
"""name: what it is called in Chinese and in English."""

_SHAPES: dict[str, str] = {
    "search": "C 10 10 6.5;L 15 15 21 21",
    "menu": "L 3 6 21 6;L 3 12 21 12;L 3 18 21 18",
    "close": "L 5 5 19 19;L 19 5 5 19",
    "plus": "L 12 4 12 20;L 4 12 20 12",
    "minus": "L 4 12 20 12",
    "check": "L 4 13 10 19 20 6",
    "right": "L 9 4 17 12 9 20",
    "left": "L 15 4 7 12 15 20",
    "up": "L 4 16 12 8 20 16",
    "down": "L 4 8 12 16 20 8",
    "arrow_left": "L 20 12 4 12;L 11 5 4 12 11 19",
    "arrow_right": "L 4 12 20 12;L 13 5 20 12 13 19",
    "heart": "P 12 20.5 3.5 12 2.7 8.5 4 5.3 7 4 10 4.8 12 7.5 14 4.8 17 4 20 5.3 21.3 8.5 20.5 12",
    "star": "P 12 2.5 14.9 8.7 21.6 9.5 16.7 14.2 18 20.9 12 17.6 6 20.9 7.3 14.2 2.4 9.5 9.1 8.7",
    "home": "P 3 11 12 3 21 11 21 21 3 21;L 9.5 21 9.5 14 14.5 14 14.5 21",
    "user": "C 12 8 4;P 4 21 4.6 17.5 7 15 17 15 19.4 17.5 20 21",
    "users": "C 8.5 8 3.6;P 2 20 3 16 5.5 14.5 11.5 14.5 14 16 15 20;A 15.5 8 3.4 3.4 -80 80"
    ";L 17 14.6 20 15.6 22 20",
    "gear": "C 12 12 6.2;L 12 2 12 5.5;L 12 18.5 12 22;L 2 12 5.5 12;L 18.5 12 22 12"
    ";L 5 5 7.4 7.4;L 16.6 16.6 19 19;L 19 5 16.6 7.4;L 7.4 16.6 5 19",
    "sliders": "L 3 7 21 7;L 3 17 21 17;D 15 7 3;D 8 17 3",
    "bell": "P 5 17 6.5 14.5 6.5 9.5 8 6 12 4 16 6 17.5 9.5 17.5 14.5 19 17;A 12 18 2.6 3.2 10 170"
    ";L 12 2.5 12 4",
    "cart": "L 2 4 5 4 7.5 15 18.5 15 21 7 6 7;D 9 19.5 1.8;D 17 19.5 1.8",
    "bag": "P 4 8 20 8 21 21 3 21;A 12 8 4 5 180 360",
    "trash": "L 3 6.5 21 6.5;P 5.5 6.5 18.5 6.5 17.5 21 6.5 21;L 9 6 9 3 15 3 15 6",
    "pencil": "P 4 20 5 15 16 4 20 8 9 19;L 13.5 6.5 17.5 10.5",
    "share": "D 6 12 2.8;D 18 5.5 2.8;D 18 18.5 2.8;L 6 12 18 5.5;L 6 12 18 18.5",
    "download": "L 12 3 12 15;L 7 10.5 12 15.5 17 10.5;L 4 20 20 20",
    "upload": "L 12 16 12 4;L 7 8.5 12 3.5 17 8.5;L 4 20 20 20",
    "mail": "P 2.5 5 21.5 5 21.5 19 2.5 19;L 3 6 12 13 21 6",
    "phone": "P 4 3 8.5 3 10.5 8.5 8 10.5 13.5 16 15.5 13.5 21 15.5 21 20 18.5 21.5 10 18"
    " 5.5 13 2.8 6",
    "camera": "P 2.5 7 7.5 7 9 4 15 4 16.5 7 21.5 7 21.5 20 2.5 20;C 12 13 3.8",
    "picture": "P 2.5 4 21.5 4 21.5 20 2.5 20;L 3 18 9 11 13.5 16 16.5 13 21 18;D 16.5 8.5 1.8",
    "calendar": "P 3 5 21 5 21 21 3 21;L 3 10 21 10;L 8 2.5 8 6.5;L 16 2.5 16 6.5",
    "clock": "C 12 12 9;L 12 6.5 12 12 16 14.5",
    "lock": "P 4.5 11 19.5 11 19.5 21 4.5 21;A 12 9 4.6 6 180 360;L 7.4 9 7.4 11;L 16.6 9 16.6 11",
    "eye": "P 2 12 6 7.3 12 5.5 18 7.3 22 12 18 16.7 12 18.5 6 16.7;C 12 12 3",
    "filter": "P 3 4 21 4 14 12.5 14 20 10 18 10 12.5",
    "more": "D 5 12 2;D 12 12 2;D 19 12 2",
    "more_vertical": "D 12 5 2;D 12 12 2;D 12 19 2",
    "play": "F 6 3.5 20.5 12 6 20.5",
    "pause": "F 6 4 10 4 10 20 6 20;F 14 4 18 4 18 20 14 20",
    "previous": "F 20 4 20 20 8 12;F 4 4 7 4 7 20 4 20",
    "next": "F 4 4 4 20 16 12;F 17 4 20 4 20 20 17 20",
    "refresh": "A 12 12 8 8 -20 250;F 23 8.5 17 11 19.5 4.5",
    "folder": "P 2.5 5 9 5 11.5 8 21.5 8 21.5 20 2.5 20",
    "file": "P 5 2.5 14 2.5 19 7.5 19 21.5 5 21.5;L 14 3 14 8 19 8",
    "bookmark": "P 6 3 18 3 18 21 12 16 6 21",
    "pin": "P 12 22 6.5 15 4.7 10.5 5.6 6.3 9 3.2 12 2.5 15 3.2 18.4 6.3 19.3 10.5 17.5"
    " 15;C 12 10 2.6",
    "chat": "P 3 4 21 4 21 17 11.5 17 6.5 21.5 6.5 17 3 17",
    "send": "P 2.5 3.5 21.5 12 2.5 20.5 6 12;L 6 12 14 12",
    "mic": "P 9 3.5 15 3.5 15 13 9 13;A 12 11.5 6.3 6.3 0 180;L 12 18 12 21.5",
    "info": "C 12 12 9.2;L 12 11 12 17;D 12 7.3 1.2",
    "help": "C 12 12 9.2;A 12 9.6 2.9 2.9 180 400;L 13.6 12 12 14.2;D 12 17.2 1.1",
    "link": "L 10 14 14 10;A 7.5 16.5 4.5 4.5 20 250;A 16.5 7.5 4.5 4.5 200 430",
    "grid": "P 3.5 3.5 10 3.5 10 10 3.5 10;P 14 3.5 20.5 3.5 20.5 10 14 10"
    ";P 3.5 14 10 14 10 20.5 3.5 20.5;P 14 14 20.5 14 20.5 20.5 14 20.5",
    "list": "L 9 6 21 6;L 9 12 21 12;L 9 18 21 18;D 4 6 1.5;D 4 12 1.5;D 4 18 1.5",
    "logout": "L 10 3.5 4 3.5 4 20.5 10 20.5;L 9 12 21 12;L 16 7 21 12 16 17",
    "wifi": "A 12 19 14 14 222 318;A 12 19 9.3 9.3 222 318;A 12 19 4.8 4.8 222 318;D 12 19 1.6",
    "globe": "C 12 12 9.2;A 12 12 4 9.2 0 360;L 3 12 21 12",
    "tag": "P 3 3 12 3 21.5 12.5 12.5 21.5 3 12;D 7.5 7.5 1.6",
    "moon": "P 20.5 14.5 16.5 16 12 15 9 11.5 8.3 7 9.8 3 6 5 3.5 9 3.5 14 6 18.3 10.5 20.8"
    " 15 20.3 18.5 18",
    "sun": "C 12 12 4.3;L 12 2 12 4.5;L 12 19.5 12 22;L 2 12 4.5 12;L 19.5 12 22 12"
    ";L 5 5 6.8 6.8;L 17.2 17.2 19 19;L 19 5 17.2 6.8;L 6.8 17.2 5 19",
    "bolt": "P 13.5 2.5 4.5 14 11 14 10 21.5 19.5 9.5 12.5 9.5",
    "card": "P 2.5 5 21.5 5 21.5 19 2.5 19;F 2.5 8.5 21.5 8.5 21.5 11.5 2.5 11.5;L 6 15.5 10 15.5",
    "chart": "L 3.5 3 3.5 20.5 21 20.5;F 7 12 10 12 10 18 7 18;F 12 7 15 7 15 18 12 18"
    ";F 17 10 20 10 20 18 17 18",
    "music": "D 6.5 18 3;D 17.5 16 3;L 9.5 18 9.5 5 20.5 3 20.5 16",
    "copy": "P 8.5 8.5 21 8.5 21 21 8.5 21;L 15.5 8 15.5 3 3 3 3 15.5 8 15.5",
    "shield": "P 12 2.5 20.5 5.5 20 13 17 18 12 21.5 7 18 4 13 3.5 5.5;L 8 12 11 15 16.5 9",
    "cloud": "P 6.5 19 3.5 17.3 2.3 14.2 3.7 11 7 9.8 8.5 6.5 12 5 15.5 6 17.5 9.2 20.5"
    " 10.7 21.7 14"
    " 20.5 17.3 17.5 19",
    "smile": "C 12 12 9.2;D 8.7 9.5 1.3;D 15.3 9.5 1.3;A 12 13 4.8 4 15 165",
    "battery": "P 2 7 19 7 19 17 2 17;F 4 9 13 9 13 15 4 15;F 20 10 22 10 22 14 20 14",
    "signal": "F 3 15 6 15 6 20 3 20;F 8 11.5 11 11.5 11 20 8 20;F 13 8 16 8 16 20 13 20"
    ";F 18 4 21 4 21 20 18 20",
    "warning": "P 12 3 22 20.5 2 20.5;L 12 9.5 12 14.5;D 12 17.5 1.1",
}

_SOLID = frozenset(
    "heart star home user users bell bag trash folder file bookmark bolt chat moon cloud filter"
    " pencil phone tag".split()
)
"""Icons that can still be recognised without their inner lines."""

_SCALE = 4  # drawn larger, then averaged: OpenCV's own smoothing shifts thin lines


class IconMask:
    """The ink of an icon, cropped to it, and where its corner lies in the square of the icon."""

    __slots__ = ("dx", "dy", "mask")

    def __init__(self, mask: Image.Image, dx: int, dy: int) -> None:
        self.mask, self.dx, self.dy = mask, dx, dy


@functools.lru_cache(maxsize=4096)
def icon_mask(name: str, size: int, stroke: float, solid: bool = False) -> IconMask:
    """An icon in a square of `size` pixels; `stroke` is a width on the field of 24."""
    big = size * _SCALE
    field = np.zeros((big, big), np.uint8)
    unit = big / 24
    thickness = max(round(stroke * unit), _SCALE)
    for shape in _SHAPES[name].split(";"):
        _draw(field, shape, unit, thickness, solid and name in _SOLID)
    small = cv2.resize(field, (size, size), interpolation=cv2.INTER_AREA)
    mask = Image.fromarray(np.asarray(small, np.uint8))
    box = visible_ink(mask) or (0, 0, size, size)
    return IconMask(mask.crop(box), box[0], box[1])


def _draw(field: NDArray[np.uint8], shape: str, unit: float, thickness: int, solid: bool) -> None:
    letter, *words = shape.split()
    numbers = [float(word) * unit for word in words]
    if letter in "CD":
        x, y, radius = (round(number) for number in numbers)
        filled = letter == "D" or solid
        cv2.circle(field, (x, y), radius, 255, -1 if filled else thickness, cv2.LINE_AA)
    elif letter == "A":
        center = (round(numbers[0]), round(numbers[1]))
        axes = (round(numbers[2]), round(numbers[3]))
        start, end = float(words[4]), float(words[5])
        cv2.ellipse(field, center, axes, 0, start, end, 255, thickness, cv2.LINE_AA)
    else:
        points: Any = np.round(np.array(numbers).reshape(-1, 1, 2)).astype(np.int32)
        if letter == "F" or (letter == "P" and solid):
            cv2.fillPoly(field, [points], 255, cv2.LINE_AA)
        elif not solid:
            cv2.polylines(field, [points], letter == "P", 255, thickness, cv2.LINE_AA)
