"""What models write, family by family, and what each text says, read by hand.

From output files, documentation and parsers of the families' repositories; where none was at hand
a text was built to fit the family's own parser. Texts are shortened where they hold "...".
"""

# ruff: noqa: E501

from typing import NamedTuple


class Case(NamedTuple):
    """A text and its reading: `place` is the part of it where the coordinates stand, from the first
    to the last; `ignored` are all other numbers, those of words and keys left out."""

    family: str
    text: str
    kind: str
    numbers: tuple[float, ...]  # x first
    rule: str
    place: str
    order: str = "xy"
    ignored: tuple[float, ...] = ()


# One line a text.
# fmt: off
FORMATS = [
    Case("SeeClick", "(0.17,0.06)", "point", (0.17, 0.06), "brackets", "(0.17,0.06)"),
    Case("SeeClick", "(0.49,0.40,0.51,0.42)", "box", (0.49, 0.4, 0.51, 0.42), "brackets", "(0.49,0.40,0.51,0.42)"),
    Case("OS-Atlas-4B", "refresh the file explorer[[32,56]]", "point", (32, 56), "brackets", "[[32,56]]"),
    Case("OS-Atlas-4B, rejected by the peer", 'Open "apps" folder[[103, 251]]', "point", (103, 251), "brackets", "[[103, 251]]"),
    Case("OS-Atlas-7B, forced prefix", "371,456),(629,531)<|box_end|><|im_end|>", "box", (371, 456, 629, 531), "box-token-end", "371,456),(629,531)<|box_end|>"),
    Case("Qwen2-VL / OS-Atlas-7B", "<|object_ref_start|>language switch<|object_ref_end|><|box_start|>(576,12),(592,42)<|box_end|><|im_end|>", "box", (576, 12, 592, 42), "box-token", "<|box_start|>(576,12),(592,42)<|box_end|>"),
    Case("Qwen2-VL / OS-Atlas-7B, list", "<|box_start|>[[576, 12, 592, 42]]<|box_end|>", "box", (576, 12, 592, 42), "box-token", "<|box_start|>[[576, 12, 592, 42]]<|box_end|>"),
    Case("OS-Atlas action", "CLICK <point>[[493,578]]</point>", "point", (493, 578), "point", "<point>[[493,578]]</point>"),
    Case("Qwen-VL v1", "<ref>language switch</ref><box>(576,12),(592,42)</box>", "box", (576, 12, 592, 42), "ref-box", "<box>(576,12),(592,42)</box>"),
    Case("Qwen-VL v1, without tags", "(576,12),(592,42)", "box", (576, 12, 592, 42), "corner-pairs", "(576,12),(592,42)"),
    # `transformers serve` decodes without special tokens, whatever is asked for.
    Case("Qwen2-VL, special tokens lost", "OK(576,12),(592,42)", "box", (576, 12, 592, 42), "corner-pairs", "(576,12),(592,42)"),
    Case("the same in Chinese", "登录(576,12),(592,42)", "box", (576, 12, 592, 42), "corner-pairs", "(576,12),(592,42)"),
    Case("the same of a label that ends in box", "Search box(576,12),(592,42)", "box", (576, 12, 592, 42), "corner-pairs", "(576,12),(592,42)"),
    Case("a drag is no box", "drag(576,12),(592,42)", "point", (576, 12), "call", "drag(576,12)", ignored=(592, 42)),
    Case("Qwen2.5-VL", '```json\n[{"bbox_2d": [139, 768, 315, 954], "label": "cat"}]\n```', "box", (139, 768, 315, 954), "keyed", 'bbox_2d": [139, 768, 315, 954]'),
    Case("Qwen3-VL", '```json\n[{"bbox_2d": [139, 768, 315, 954], "label": "cat 9"}]\n```', "box", (139, 768, 315, 954), "keyed", 'bbox_2d": [139, 768, 315, 954]', ignored=(9,)),
    Case("Qwen point", '{"point_2d": [394, 105], "label": "save"}', "point", (394, 105), "keyed", 'point_2d": [394, 105]'),
    Case("Qwen, strings for numbers", '{"bbox_2d": ["139", "768", "315", "954"]}', "box", (139, 768, 315, 954), "keyed", 'bbox_2d": ["139", "768", "315", "954"]'),
    Case("Qwen tool call", '<tool_call>\n{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [548, 503]}}\n</tool_call>', "point", (548, 503), "keyed", 'coordinate": [548, 503]'),
    Case("Qwen tool call, arguments in a string", '{"name": "computer_use", "arguments": "{\\"action\\": \\"left_click\\", \\"coordinate\\": [548, 503]}"}', "point", (548, 503), "keyed", 'coordinate\\": [548, 503]'),
    Case("Qwen tool call, 4 numbers", '"coordinate": [100, 200, 300, 400]', "box", (100, 200, 300, 400), "keyed", 'coordinate": [100, 200, 300, 400]'),
    Case("mobile_use", '<tool_call>{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [540, 960]}}</tool_call>', "point", (540, 960), "keyed", 'coordinate": [540, 960]'),
    Case("mobile_use, a wait", '<tool_call>{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [540, 960], "time": 2}}</tool_call>', "point", (540, 960), "keyed", 'coordinate": [540, 960]', ignored=(2,)),
    Case("truncated JSON", '[{"bbox_2d": [10, 20, 110, 120], "label": "cat"}, {"bbox_2d": [30, 40, 130, 140], "label', "boxes", (10, 20, 110, 120, 30, 40, 130, 140), "keyed", 'bbox_2d": [10, 20, 110, 120], "label": "cat"}, {"bbox_2d": [30, 40, 130, 140]'),
    Case("truncated JSON, in a number", '[{"bbox_2d": [10, 20, 110, 120], "label": "cat"}, {"bbox_2d": [30, 40, 13', "box", (10, 20, 110, 120), "keyed", 'bbox_2d": [10, 20, 110, 120]', ignored=(30, 40, 13)),
    Case("UGround v1 (LLaVA)", "(1270, 805)", "point", (1270, 805), "brackets", "(1270, 805)"),
    Case("UGround-V1 (Qwen2-VL)", "(438, 486)<|im_end|>", "point", (438, 486), "brackets", "(438, 486)"),
    Case("ShowUI", "[0.45, 0.12]", "point", (0.45, 0.12), "brackets", "[0.45, 0.12]"),
    Case("ShowUI xy_int", "[450, 120]", "point", (450, 120), "brackets", "[450, 120]"),
    Case("Aguvis", "pyautogui.click(x=0.5, y=0.25)", "point", (0.5, 0.25), "x-y", "x=0.5, y=0.25"),
    Case("Aguvis, without a space", "pyautogui.click(x=0.5,y=0.25)", "point", (0.5, 0.25), "x-y", "x=0.5,y=0.25"),
    Case("Aguvis, y first", "pyautogui.click(y=0.25, x=0.5)", "point", (0.5, 0.25), "x-y", "y=0.25, x=0.5"),
    Case("Kimi-VL", "pyautogui.click(x=0.204, y=0.149)", "point", (0.204, 0.149), "x-y", "x=0.204, y=0.149"),
    Case("websight-v2", "pyautogui.click(500, 300)", "point", (500, 300), "call", "click(500, 300)"),
    Case("websight-v2", "pyautogui.moveTo(512, 384)", "point", (512, 384), "call", "moveTo(512, 384)"),
    Case("UI-TARS 1.0/1.5", "Thought: ...\nAction: click(start_box='(100,200)')", "point", (100, 200), "keyed", "start_box='(100,200)"),
    Case("UI-TARS 1.0/1.5, numbers in the thought", "Thought: 3 tabs, one at (5, 6).\nAction: click(start_box='(100,200)')", "point", (100, 200), "keyed", "start_box='(100,200)", ignored=(3, 5, 6)),
    Case("UI-TARS training data", "Action: click(start_box='<|box_start|>(495,30)<|box_end|>')", "point", (495, 30), "box-token", "<|box_start|>(495,30)<|box_end|>"),
    Case("UI-TARS 1.5+", "Action: click(point='<point>200 300</point>')", "point", (200, 300), "point", "<point>200 300</point>"),
    Case("UI-TARS 1.5+, drag", "Action: drag(start_point='<point>20 30</point>', end_point='<point>40 50</point>')", "points", (20, 30, 40, 50), "point", "<point>20 30</point>', end_point='<point>40 50</point>"),
    Case("Seed 1.5/1.8", "<point>197 525</point>", "point", (197, 525), "point", "<point>197 525</point>"),
    Case("Seed 1.6, thinking", "<seed:think>row 2</seed:think><point>197 525</point>", "point", (197, 525), "point", "<point>197 525</point>", ignored=(2,)),
    Case("StepGUI / GELab", "point:107,611", "point", (107, 611), "keyed", "point:107,611"),
    Case("StepGUI / GELab, all fields", "<THINK> the 2nd 1 </THINK>\nexplain:open 3\taction:CLICK\tpoint:107,611\tsummary:done", "point", (107, 611), "keyed", "point:107,611", ignored=(1, 3)),
    Case("MAI-UI", '<answer>{"coordinate": [73, 19]}</answer>', "point", (73, 19), "keyed", 'coordinate": [73, 19]'),
    Case("InternVL", "<ref>the dog</ref><box>[[253, 231, 733, 787]]</box>", "box", (253, 231, 733, 787), "ref-box", "<box>[[253, 231, 733, 787]]</box>"),
    Case("MiniCPM-V", "<box>10 20 30 40</box>", "box", (10, 20, 30, 40), "box", "<box>10 20 30 40</box>"),
    Case("CogAgent", "tap [[512,384]]", "point", (512, 384), "brackets", "[[512,384]]"),
    Case("CogAgent, three digits each", "[[047,050,512,384]]", "box", (47, 50, 512, 384), "brackets", "[[047,050,512,384]]"),
    Case("CogAgent-9B", "CLICK(box=[[100,200,300,400]], ...)", "box", (100, 200, 300, 400), "keyed", "box=[[100,200,300,400]]"),
    Case("Aria-UI", "```\n(500, 300)\n```", "point", (500, 300), "brackets", "(500, 300)"),
    Case("GPT-4o prompt", "[[0.1, 0.2, 0.3, 0.4]]", "box", (0.1, 0.2, 0.3, 0.4), "brackets", "[[0.1, 0.2, 0.3, 0.4]]"),
    Case("GPT-4o prompt, refusal", "Target not existent", "refusal", (), "refusal", "Target not existent"),
    Case("GPT-4o + OmniParser", '{"Analysis": ..., "Click BBox ID": "16"}', "none", (), "", "", ignored=(16,)),
    Case("Holo1/1.5", "Click(352, 348)", "point", (352, 348), "call", "Click(352, 348)"),
    Case("Holo1/1.5", '{"action": "click_absolute", "x": 352, "y": 348}', "point", (352, 348), "x-y", 'x": 352, "y": 348'),
    Case("GTA1 / Gelato", "(352,348)", "point", (352, 348), "brackets", "(352,348)"),
    Case("GUI-G2 / UI-Venus 1", "[100,200,300,400]", "box", (100, 200, 300, 400), "brackets", "[100,200,300,400]"),
    Case("GUI-G2 / UI-Venus 1, as ClawGUI stores it", "[0.1, 0.2, 0.12, 0.25]", "box", (0.1, 0.2, 0.12, 0.25), "brackets", "[0.1, 0.2, 0.12, 0.25]"),
    Case("UI-Venus 1.5", "[100, 200]", "point", (100, 200), "brackets", "[100, 200]"),
    Case("UI-Venus 1.5, refusal", "[-1,-1]", "refusal", (), "refusal", "[-1,-1]"),
    Case("AgentCPM-GUI", '{"POINT":[480,320]}', "point", (480, 320), "keyed", 'POINT":[480,320]'),
    Case("UI-R1", "<think>...</think><answer>[{'action': 'click', 'coordinate': [120, 45]}]</answer>", "point", (120, 45), "keyed", "coordinate': [120, 45]"),
    Case("UI-R1, numbers in the thought", "<think>1 of 2: (7, 8)</think><answer>[{'action': 'click', 'coordinate': [120, 45]}]</answer>", "point", (120, 45), "keyed", "coordinate': [120, 45]", ignored=(1, 2, 7, 8)),
    Case("GUI-R1", "'point': [123, 300]", "point", (123, 300), "keyed", "point': [123, 300]"),
    Case("InfiGUI-G1", '<think>...</think>[{"point_2d": [100, 200]}, {"point_2d": [300, 400]}]', "points", (100, 200, 300, 400), "keyed", 'point_2d": [100, 200]}, {"point_2d": [300, 400]'),
    Case("GUI-Actor", "<|pointer_start|><|pointer_pad|><|pointer_end|>", "none", (), "", ""),
    Case("Gemini", '[{"box_2d": [543, 40, 728, 200], "label": "cat", "id": 1}]', "box", (40, 543, 200, 728), "keyed", 'box_2d": [543, 40, 728, 200]', "yx", (1,)),
    Case("PaliGemma", "<loc0256><loc0250><loc0768><loc0760> cat", "box", (250, 256, 760, 768), "loc", "<loc0256><loc0250><loc0768><loc0760>", "yx"),
    Case("Florence-2", "<loc_52><loc_332><loc_932><loc_774>", "box", (52, 332, 932, 774), "loc", "<loc_52><loc_332><loc_932><loc_774>"),
    Case("DeepSeek-VL2", "<|ref|>The giraffe at the back<|/ref|><|det|>[[580, 270, 999, 904]]<|/det|>", "box", (580, 270, 999, 904), "det", "<|det|>[[580, 270, 999, 904]]<|/det|>"),
    Case("Moondream", '{"objects": [{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}]}', "box", (0.1, 0.2, 0.3, 0.4), "corners", 'x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4'),
    Case("Moondream, sorted keys", '{"objects": [{"x_max": 0.3, "x_min": 0.1, "y_max": 0.4, "y_min": 0.2}]}', "box", (0.1, 0.2, 0.3, 0.4), "corners", 'x_max": 0.3, "x_min": 0.1, "y_max": 0.4, "y_min": 0.2'),
    Case("Moondream, nothing", '{"objects": []}', "refusal", (), "refusal", '{"objects": []}'),
    Case("JSON, Pascal VOC", '{"xmin": 10, "ymin": 20, "xmax": 30, "ymax": 40}', "box", (10, 20, 30, 40), "corners", 'xmin": 10, "ymin": 20, "xmax": 30, "ymax": 40'),
    Case("JSON, edges", '{"left": 10, "top": 20, "right": 30, "bottom": 40}', "box", (10, 20, 30, 40), "corners", 'left": 10, "top": 20, "right": 30, "bottom": 40'),
    Case("JSON, corners", '{"x1": 10, "y1": 20, "x2": 30, "y2": 40}', "box", (10, 20, 30, 40), "xyxy", 'x1": 10, "y1": 20, "x2": 30, "y2": 40'),
    Case("JSON, corners, sorted", '{"x1": 10, "x2": 30, "y1": 20, "y2": 40}', "box", (10, 20, 30, 40), "xyxy", 'x1": 10, "x2": 30, "y1": 20, "y2": 40'),
    Case("JSON, a DOM rectangle", '{"x": 10, "y": 20, "width": 30, "height": 40}', "box", (10, 20, 40, 60), "xywh", 'x": 10, "y": 20, "width": 30, "height": 40'),
    Case("Molmo", '<point x="61.5" y="40.4" alt="save">save</point>', "point", (61.5, 40.4), "point-tag", '<point x="61.5" y="40.4" alt="save">'),
    Case("Molmo, several", '<points x1="10.5" y1="20.3" x2="61" y2="40.5" alt="a">a</points>', "points", (10.5, 20.3, 61, 40.5), "point-tag", '<points x1="10.5" y1="20.3" x2="61" y2="40.5" alt="a">'),
    Case("lmms-eval generic", "<bbox>1 2 3 4</bbox>", "box", (1, 2, 3, 4), "bbox", "<bbox>1 2 3 4</bbox>"),
    Case("lmms-eval generic", "50%, 25%", "point", (50, 25), "bare", "50%, 25%"),
    Case("lmms-eval generic", "x=120, y=45", "point", (120, 45), "x-y", "x=120, y=45"),
    Case("lmms-eval generic", "[0.1 0.2]", "point", (0.1, 0.2), "brackets", "[0.1 0.2]"),
    Case("megabench", "<point>0.45, 0.12</point>", "point", (0.45, 0.12), "point", "<point>0.45, 0.12</point>"),
    Case("megabench", "<box>0.1,0.2,0.3,0.4</box>", "box", (0.1, 0.2, 0.3, 0.4), "box", "<box>0.1,0.2,0.3,0.4</box>"),
    Case("refusals", "[-1,-1]", "refusal", (), "refusal", "[-1,-1]"),
    Case("refusals", '{"bbox_2d": null}', "refusal", (), "refusal", '{"bbox_2d": null}'),
    Case("refusals", "[]", "refusal", (), "refusal", "[]"),
    Case("refusals", "Target not existent", "refusal", (), "refusal", "Target not existent"),
    Case("refusals", "refusal", "refusal", (), "refusal", "refusal"),
]
# fmt: on
