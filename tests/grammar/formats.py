"""What models write, family by family: (family, text, kind, numbers with x first).

From output files, documentation and parsers of the families' repositories; where none was at hand
a text was built to fit the family's own parser. Texts are shortened where they hold "...".
"""

# ruff: noqa: E501

FORMATS: list[tuple[str, str, str, tuple[float, ...]]] = [
    (
        "SeeClick",
        "(0.17,0.06)",
        "point",
        (
            0.17,
            0.06,
        ),
    ),
    (
        "SeeClick",
        "(0.49,0.40,0.51,0.42)",
        "box",
        (
            0.49,
            0.4,
            0.51,
            0.42,
        ),
    ),
    (
        "OS-Atlas-4B",
        "refresh the file explorer[[32,56]]",
        "point",
        (
            32,
            56,
        ),
    ),
    (
        "OS-Atlas-4B, rejected by the peer",
        'Open "apps" folder[[103, 251]]',
        "point",
        (
            103,
            251,
        ),
    ),
    (
        "OS-Atlas-7B, forced prefix",
        "371,456),(629,531)<|box_end|><|im_end|>",
        "box",
        (
            371,
            456,
            629,
            531,
        ),
    ),
    (
        "Qwen2-VL / OS-Atlas-7B",
        "<|object_ref_start|>language switch<|object_ref_end|><|box_start|>(576,12),(592,42)<|box_end|><|im_end|>",
        "box",
        (
            576,
            12,
            592,
            42,
        ),
    ),
    (
        "Qwen2-VL / OS-Atlas-7B, list",
        "<|box_start|>[[576, 12, 592, 42]]<|box_end|>",
        "box",
        (
            576,
            12,
            592,
            42,
        ),
    ),
    (
        "OS-Atlas action",
        "CLICK <point>[[493,578]]</point>",
        "point",
        (
            493,
            578,
        ),
    ),
    (
        "Qwen-VL v1",
        "<ref>language switch</ref><box>(576,12),(592,42)</box>",
        "box",
        (
            576,
            12,
            592,
            42,
        ),
    ),
    (
        "Qwen2.5-VL",
        '```json\n[{"bbox_2d": [139, 768, 315, 954], "label": "cat"}]\n```',
        "box",
        (
            139,
            768,
            315,
            954,
        ),
    ),
    (
        "Qwen3-VL",
        '```json\n[{"bbox_2d": [139, 768, 315, 954], "label": "cat"}]\n```',
        "box",
        (
            139,
            768,
            315,
            954,
        ),
    ),
    (
        "Qwen point",
        '{"point_2d": [394, 105], "label": "save"}',
        "point",
        (
            394,
            105,
        ),
    ),
    (
        "Qwen tool call",
        '<tool_call>\n{"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [548, 503]}}\n</tool_call>',
        "point",
        (
            548,
            503,
        ),
    ),
    (
        "Qwen tool call, 4 numbers",
        '"coordinate": [100, 200, 300, 400]',
        "box",
        (
            100,
            200,
            300,
            400,
        ),
    ),
    (
        "mobile_use",
        '<tool_call>{"name": "mobile_use", "arguments": {"action": "click", "coordinate": [540, 960]}}</tool_call>',
        "point",
        (
            540,
            960,
        ),
    ),
    (
        "truncated JSON",
        '[{"bbox_2d": [10, 20, 110, 120], "label": "cat"}, {"bbox_2d": [30, 40, 130, 140], "label',
        "boxes",
        (
            10,
            20,
            110,
            120,
            30,
            40,
            130,
            140,
        ),
    ),
    (
        "UGround v1 (LLaVA)",
        "(1270, 805)",
        "point",
        (
            1270,
            805,
        ),
    ),
    (
        "UGround-V1 (Qwen2-VL)",
        "(438, 486)<|im_end|>",
        "point",
        (
            438,
            486,
        ),
    ),
    (
        "ShowUI",
        "[0.45, 0.12]",
        "point",
        (
            0.45,
            0.12,
        ),
    ),
    (
        "ShowUI xy_int",
        "[450, 120]",
        "point",
        (
            450,
            120,
        ),
    ),
    (
        "Aguvis",
        "pyautogui.click(x=0.5, y=0.25)",
        "point",
        (
            0.5,
            0.25,
        ),
    ),
    (
        "Kimi-VL",
        "pyautogui.click(x=0.204, y=0.149)",
        "point",
        (
            0.204,
            0.149,
        ),
    ),
    (
        "websight-v2",
        "pyautogui.click(500, 300)",
        "point",
        (
            500,
            300,
        ),
    ),
    (
        "UI-TARS 1.0/1.5",
        "Thought: ...\nAction: click(start_box='(100,200)')",
        "point",
        (
            100,
            200,
        ),
    ),
    (
        "UI-TARS training data",
        "Action: click(start_box='<|box_start|>(495,30)<|box_end|>')",
        "point",
        (
            495,
            30,
        ),
    ),
    (
        "UI-TARS 1.5+",
        "Action: click(point='<point>200 300</point>')",
        "point",
        (
            200,
            300,
        ),
    ),
    (
        "Seed 1.5/1.8",
        "<point>197 525</point>",
        "point",
        (
            197,
            525,
        ),
    ),
    (
        "StepGUI / GELab",
        "point:107,611",
        "point",
        (
            107,
            611,
        ),
    ),
    (
        "MAI-UI",
        '<answer>{"coordinate": [73, 19]}</answer>',
        "point",
        (
            73,
            19,
        ),
    ),
    (
        "InternVL",
        "<ref>the dog</ref><box>[[253, 231, 733, 787]]</box>",
        "box",
        (
            253,
            231,
            733,
            787,
        ),
    ),
    (
        "MiniCPM-V",
        "<box>10 20 30 40</box>",
        "box",
        (
            10,
            20,
            30,
            40,
        ),
    ),
    (
        "CogAgent",
        "tap [[512,384]]",
        "point",
        (
            512,
            384,
        ),
    ),
    (
        "CogAgent-9B",
        "CLICK(box=[[100,200,300,400]], ...)",
        "box",
        (
            100,
            200,
            300,
            400,
        ),
    ),
    (
        "Aria-UI",
        "(500, 300)",
        "point",
        (
            500,
            300,
        ),
    ),
    (
        "GPT-4o prompt",
        "[[0.1, 0.2, 0.3, 0.4]]",
        "box",
        (
            0.1,
            0.2,
            0.3,
            0.4,
        ),
    ),
    ("GPT-4o prompt, refusal", "Target not existent", "refusal", ()),
    ("GPT-4o + OmniParser", '{"Analysis": ..., "Click BBox ID": "16"}', "none", ()),
    (
        "Holo1/1.5",
        "Click(352, 348)",
        "point",
        (
            352,
            348,
        ),
    ),
    (
        "Holo1/1.5",
        '{"action": "click_absolute", "x": 352, "y": 348}',
        "point",
        (
            352,
            348,
        ),
    ),
    (
        "GTA1 / Gelato",
        "(352,348)",
        "point",
        (
            352,
            348,
        ),
    ),
    (
        "GUI-G2 / UI-Venus 1",
        "[100,200,300,400]",
        "box",
        (
            100,
            200,
            300,
            400,
        ),
    ),
    (
        "GUI-G2 / UI-Venus 1, as ClawGUI stores it",
        "[0.1, 0.2, 0.12, 0.25]",
        "box",
        (
            0.1,
            0.2,
            0.12,
            0.25,
        ),
    ),
    (
        "UI-Venus 1.5",
        "[100, 200]",
        "point",
        (
            100,
            200,
        ),
    ),
    ("UI-Venus 1.5, refusal", "[-1,-1]", "refusal", ()),
    (
        "AgentCPM-GUI",
        '{"POINT":[480,320]}',
        "point",
        (
            480,
            320,
        ),
    ),
    (
        "UI-R1",
        "<think>...</think><answer>[{'action': 'click', 'coordinate': [120, 45]}]</answer>",
        "point",
        (
            120,
            45,
        ),
    ),
    (
        "GUI-R1",
        "'point': [123, 300]",
        "point",
        (
            123,
            300,
        ),
    ),
    (
        "InfiGUI-G1",
        '<think>...</think>[{"point_2d": [100, 200]}, {"point_2d": [300, 400]}]',
        "points",
        (
            100,
            200,
            300,
            400,
        ),
    ),
    ("GUI-Actor", "<|pointer_start|><|pointer_pad|><|pointer_end|>", "none", ()),
    (
        "Gemini",
        '[{"box_2d": [543, 40, 728, 200], "label": "cat", "id": 1}]',
        "box",
        (
            40,
            543,
            200,
            728,
        ),
    ),
    (
        "PaliGemma",
        "<loc0256><loc0256><loc0768><loc0768> cat",
        "box",
        (
            256,
            256,
            768,
            768,
        ),
    ),
    (
        "Florence-2",
        "<loc_52><loc_332><loc_932><loc_774>",
        "box",
        (
            52,
            332,
            932,
            774,
        ),
    ),
    (
        "DeepSeek-VL2",
        "<|ref|>The giraffe at the back<|/ref|><|det|>[[580, 270, 999, 904]]<|/det|>",
        "box",
        (
            580,
            270,
            999,
            904,
        ),
    ),
    (
        "Moondream",
        '{"objects": [{"x_min": 0.1, "y_min": 0.2, "x_max": 0.3, "y_max": 0.4}]}',
        "box",
        (
            0.1,
            0.2,
            0.3,
            0.4,
        ),
    ),
    (
        "Molmo",
        '<point x="61.5" y="40.4" alt="save">save</point>',
        "point",
        (
            61.5,
            40.4,
        ),
    ),
    (
        "lmms-eval generic",
        "<bbox>1 2 3 4</bbox>",
        "box",
        (
            1,
            2,
            3,
            4,
        ),
    ),
    (
        "lmms-eval generic",
        "50%, 25%",
        "point",
        (
            50,
            25,
        ),
    ),
    (
        "lmms-eval generic",
        "x=120, y=45",
        "point",
        (
            120,
            45,
        ),
    ),
    (
        "lmms-eval generic",
        "[0.1 0.2]",
        "point",
        (
            0.1,
            0.2,
        ),
    ),
    (
        "megabench",
        "<point>0.45, 0.12</point>",
        "point",
        (
            0.45,
            0.12,
        ),
    ),
    (
        "megabench",
        "<box>0.1,0.2,0.3,0.4</box>",
        "box",
        (
            0.1,
            0.2,
            0.3,
            0.4,
        ),
    ),
    ("refusals", "[-1,-1]", "refusal", ()),
    ("refusals", '{"bbox_2d": null}', "refusal", ()),
    ("refusals", "[]", "refusal", ()),
    ("refusals", "Target not existent", "refusal", ()),
    ("refusals", "refusal", "refusal", ()),
    ("websight-v2", "pyautogui.moveTo(512, 384)", "point", (512, 384)),
    (
        "Molmo, several",
        '<points x1="10.5" y1="20.3" x2="61" y2="40.5" alt="a">a</points>',
        "points",
        (10.5, 20.3, 61, 40.5),
    ),
]
