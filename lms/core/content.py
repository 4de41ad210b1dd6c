"""Lesson text: YAML front matter, Markdown with three blocks of our own, and the allow-list that every HTML passes.

    /// help | ar        help in the reader's own language        -> <aside class="aid" lang="ar" dir="rtl">
    /// words            a definition list of words               -> <dl class="words"><div><dt>..<dd>..</div></dl>
    /// try              something to do now                      -> <section class="try">

Each block ends with a line `///`; a block inside another has one slash more. The sanitiser runs after Markdown, so what an
author (or an imported course) writes as raw HTML passes the same list.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import markdown as python_markdown
import nh3
import yaml
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

from lms.core.i18n import LANGUAGES, direction

BLOCKS = ("help", "words", "try")
FENCE = "---"

# A stored HTML keeps this beside it: when it changes, the HTML is rendered again from the Markdown.
SANITISER = f"2:nh3-{version('nh3')}:markdown-{version('markdown')}"

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "kbd", "samp"),
    *("b", "strong", "i", "em", "s", "sub", "sup", "small", "mark", "abbr", "bdi", "bdo", "span", "a", "img", "figure", "figcaption"),
    *("table", "thead", "tbody", "tr", "th", "td", "aside", "section", "div"),
}
DROPPED_WITH_CONTENT = {"script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "textarea", "title"}
ATTRIBUTES = {
    "*": {"class", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "th": {"scope"},
    "ol": {"start"},
    "abbr": {"title"},
    "div": {"tabindex"},
}
_PRE = re.compile(r'(<pre\b[^<>]*) tabindex="0" dir="ltr"')  # the sanitiser gives the two in any order: the same text is the same bytes
CLASSES = re.compile(r"aid|words|try|num|scroll|language-[a-z0-9+-]+")
LINKS = re.compile(r"https://[^\s/\\@]+\.[^\s\\@]*|mailto:[^\s]+|/learn/[a-z0-9-]+(?:/[a-z0-9-]+)?|#[\w-]+")
NUMBER = re.compile(r"[0-9]{1,4}")


class FrontMatterError(ValueError):
    """`line` is 1-based and counts from the top of the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Split:
    """A file cut into its YAML and its Markdown; lines are 1-based and count from the top of the file."""

    yaml: str
    yaml_line: int
    body: str
    body_line: int


def split(text: str) -> Split:
    """Cut a file at its two `---` lines. Without front matter the YAML is empty. Raises FrontMatterError if it never ends."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        return Split("", 1, "\n".join(lines), 1)
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return Split("\n".join(lines[1:number]), 2, "\n".join(lines[number + 1 :]), number + 2)
    raise FrontMatterError(1, "the front matter has no second --- line")


def front_matter(text: str) -> tuple[dict[str, object], str, int]:
    """The front matter (every value a string, list or dict of strings), the body, and the body's first line in the file.

    `BaseLoader` because YAML 1.1 reads `12:30` as 750 and `no` as false. Raises FrontMatterError with the line in the file.
    """
    parts = split(text)
    try:
        found = yaml.load(parts.yaml, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise yaml_error(error, parts.yaml_line) from None
    if found is None or found == "":
        found = {}
    if not isinstance(found, dict):
        raise FrontMatterError(parts.yaml_line, "the front matter is not a list of keys and values")
    return found, parts.body, parts.body_line


def yaml_error(error: yaml.MarkedYAMLError, first_line: int) -> FrontMatterError:
    """What a YAML parser complained about, at the line of the file whose YAML begins at `first_line`."""
    mark = error.problem_mark or error.context_mark
    return FrontMatterError(first_line + (mark.line if mark else 0), f"YAML: {error.problem or error.context}")


def render(markdown: str, *, images: Mapping[str, tuple[str, int, int]]) -> str:
    """Markdown to HTML that is safe to show.

    `images` says, for each name in `![alt](img/name)`, its address and its width and height in px. A picture that is not in it
    (another site's too) is replaced by its alt text; a link that is neither https, mailto, `/learn/...` nor `#part` loses its address.
    """
    reader = python_markdown.Markdown(extensions=["fenced_code", "def_list", Tables(), LessonBlocks(), OwnPictures(images)])
    clean = _cleaner({address for address, _, _ in images.values()}).clean(reader.convert(markdown))
    return _PRE.sub(r'\1 dir="ltr" tabindex="0"', clean)


def _cleaner(addresses: set[str]) -> nh3.Cleaner:
    def keep(tag: str, name: str, value: str) -> str | None:
        match name:
            case "class":
                return " ".join(word for word in value.split() if CLASSES.fullmatch(word)) or None
            case "lang":
                return value if value in LANGUAGES else None
            case "dir":
                return value if value in ("ltr", "rtl", "auto") else None
            case "src":
                return value if value in addresses else None
            case "href":
                return value if LINKS.fullmatch(value) else None
            case "tabindex":
                return value if value == "0" else None
            case "width" | "height" | "start":
                return value if NUMBER.fullmatch(value) else None
        return value

    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer",
        # Code reads from left to right on an Arabic page too; a keyboard must be able to scroll a long line.
        set_tag_attribute_values={"pre": {"dir": "ltr", "tabindex": "0"}, "code": {"dir": "ltr"}},
    )


class Help(Block):
    NAME = "help"
    ARGUMENT = True

    def on_validate(self, parent: etree.Element) -> bool:
        return self.argument in LANGUAGES

    def on_create(self, parent: etree.Element) -> etree.Element:
        # Not class "help": that is the line at the foot of every page.
        return etree.SubElement(parent, "aside", {"class": "aid", "lang": self.argument, "dir": direction(self.argument)})


class Words(Block):
    NAME = "words"

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(parent, "section")

    def on_end(self, block: etree.Element) -> None:
        """Put each word and its meanings into a row of their own, as the style sheet expects."""
        for terms in block.findall("dl"):
            parts = list(terms)
            for part in parts:
                terms.remove(part)
            terms.set("class", "words")
            row: etree.Element | None = None
            for part in parts:
                if row is None or (part.tag == "dt" and row.find("dd") is not None):
                    row = etree.SubElement(terms, "div")
                row.append(part)


class Try(Block):
    NAME = "try"

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(parent, "section", {"class": "try"})


class LessonBlocks(BlocksExtension):
    def extendMarkdownBlocks(self, md: python_markdown.Markdown, block_mgr: BlocksProcessor) -> None:
        for block in (Help, Words, Try):
            block_mgr.register(block, self.getConfigs())


class Tables(TableExtension):
    """Tables that scroll in a box of their own, by keyboard too, and never move the page sideways.

    Right-aligned columns (`--:`) have the class `num`: the pages' CSP allows no style attribute.
    """

    def __init__(self) -> None:
        super().__init__(use_align_attribute=True)

    def extendMarkdown(self, md: python_markdown.Markdown) -> None:
        super().extendMarkdown(md)
        md.treeprocessors.register(_NumberColumns(md), "number_columns", 14)
        md.treeprocessors.register(_ScrollBoxes(md), "scroll_boxes", 13)


class _NumberColumns(Treeprocessor):
    def run(self, root: etree.Element) -> None:
        for cell in (cell for tag in ("th", "td") for cell in root.iter(tag)):
            if cell.attrib.pop("align", "") == "right":
                cell.set("class", "num")


class _ScrollBoxes(Treeprocessor):
    def run(self, root: etree.Element) -> None:
        for parent in list(root.iter()):
            for at, table in enumerate(parent):
                if table.tag == "table":
                    box = etree.Element("div", {"class": "scroll", "tabindex": "0"})
                    box.append(table)
                    parent[at] = box


class OwnPictures(Extension):
    """Gives `![alt](img/name)` its address and size; the page then keeps its place while a picture loads."""

    def __init__(self, images: Mapping[str, tuple[str, int, int]]) -> None:
        super().__init__()
        self.images = images

    def extendMarkdown(self, md: python_markdown.Markdown) -> None:
        # After "inline" (priority 20), which makes the img elements.
        md.treeprocessors.register(_PictureSizes(md, self.images), "own_pictures", 15)


class _PictureSizes(Treeprocessor):
    def __init__(self, md: python_markdown.Markdown, images: Mapping[str, tuple[str, int, int]]) -> None:
        super().__init__(md)
        self.images = images

    def run(self, root: etree.Element) -> None:
        for picture in root.iter("img"):
            name = picture.get("src", "").removeprefix("img/")
            alt = picture.get("alt", "")
            picture.attrib.pop("title", None)
            if name in self.images:
                address, width, height = self.images[name]
                picture.attrib.update(src=address, width=str(width), height=str(height), loading="lazy", decoding="async")
                continue
            tail = picture.tail
            picture.clear()
            picture.tag, picture.text, picture.tail = "span", alt, tail
